import CheckpointFormat
public import NeuralNet
public import TensorCore

/// Name and sizes of a network; the registry through which programs make networks.
public enum Architecture: Hashable, Sendable, CustomStringConvertible {
  /// `wrn-DEPTH-WIDTH`
  case wideResNet(depth: Int, width: Int)
  /// `cifar-resnet-DEPTH`
  case cifarResNet(depth: Int)
  /// `pyramidnet-DEPTH-ALPHA` or `pyramidnet-DEPTH-ALPHA-bottleneck`
  case pyramidNet(depth: Int, alpha: Int, isBottleneck: Bool)
  /// `imagenet-resnet-DEPTH`, or `imagenet-resnet-DEPTH-narrowN` with all channels over N
  case imageNetResNet(depth: Int, divisor: Int)
  /// `imagenet-mobilenet-v1`, or `imagenet-mobilenet-v1-narrowN` with all channels over N
  case imageNetMobileNet(divisor: Int)
  /// `ssd300-BACKBONE`, or `ssd300-BACKBONE-narrowN` with all channels over N
  case ssd300(SSD300.Backbone, divisor: Int)
  /// `deeplabv3plus-BACKBONE`, or `deeplabv3plus-BACKBONE-narrowN` with all channels over N
  case deepLab(DeepLabV3Plus.Backbone, divisor: Int)

  /// A name that stands for no network.
  public struct UnknownName: Error, CustomStringConvertible, Sendable {
    /// What was asked for and what exists.
    public let description: String
  }

  /// No network is deeper or wider than this: a name from a file must not ask for all memory.
  private static let (deepest, widest) = (1_000, 1_000)

  /// Reads a name such as `wrn-16-2`.
  public init(_ name: String) throws(UnknownName) {
    guard let found = Self.parse(name) else {
      throw UnknownName(
        description: """
          no network is called "\(name)"; did you mean \(name.lowercased().nearest(in: Self.usual) ?? "")? \
          known are wrn-DEPTH-WIDTH with DEPTH = 6 n + 4 and WIDTH to 64, \
          such as wrn-16-2; cifar-resnet-DEPTH with DEPTH = 6 n + 2, such as cifar-resnet-56; \
          pyramidnet-DEPTH-ALPHA with DEPTH = 6 n + 2, such as pyramidnet-110-84; and \
          pyramidnet-DEPTH-ALPHA-bottleneck with DEPTH = 9 n + 2, such as pyramidnet-200-240-bottleneck; \
          imagenet-resnet-DEPTH with 18, 34, 50, 101 or 152; imagenet-mobilenet-v1; \
          ssd300-BACKBONE with vgg16, resnet50, resnet18 or mobilenet; deeplabv3plus-BACKBONE with resnet101, \
          resnet18 or mobilenet; these with -narrowN at their end for channels over N to 32
          """)
    }
    self = found
  }

  /// Names of the networks that the paper and its field use, to guess what a misspelt one means.
  private static let usual: [String] = {
    let wide = [10, 16, 22, 28, 40].flatMap { depth in [1, 2, 4, 10].map { "wrn-\(depth)-\($0)" } }
    let residual = [20, 32, 44, 56, 110].map { "cifar-resnet-\($0)" }
    return wide + residual + ["pyramidnet-110-84", "pyramidnet-200-240-bottleneck"]
      + SSD300.Backbone.allCases.map { ssdPrefix + $0.rawValue }
      + DeepLabV3Plus.Backbone.allCases.map { deepLabPrefix + $0.rawValue }
  }()

  private static func parse(_ name: String) -> Architecture? {
    if let composed = parseComposed(name) { return composed }
    let isBottleneck = name.hasSuffix("-bottleneck")
    let base = isBottleneck ? String(name.dropLast("-bottleneck".count)) : name
    for prefix in ["wrn-", "cifar-resnet-", "pyramidnet-"] where base.hasPrefix(prefix) {
      let words = base.dropFirst(prefix.count).split(
        separator: "-", omittingEmptySubsequences: false)
      let sizes = words.compactMap { Int($0) }
      guard sizes.count == words.count, sizes.allSatisfy({ (1...deepest).contains($0) }) else {
        return nil
      }
      switch (prefix, sizes.count, isBottleneck) {
      case ("wrn-", 2, false)
      where WideResNet.isValid(depth: sizes[0], width: sizes[1]) && sizes[1] <= 64:
        return .wideResNet(depth: sizes[0], width: sizes[1])
      case ("cifar-resnet-", 1, false) where CIFARResNet.isValid(depth: sizes[0]):
        return .cifarResNet(depth: sizes[0])
      case ("pyramidnet-", 2, _)
      where PyramidNet.isValid(depth: sizes[0], alpha: sizes[1], isBottleneck: isBottleneck)
        && sizes[1] <= widest:
        return .pyramidNet(depth: sizes[0], alpha: sizes[1], isBottleneck: isBottleneck)
      default: return nil
      }
    }
    return nil
  }

  private static let resNetPrefix = "imagenet-resnet-"
  private static let mobileNetName = "imagenet-mobilenet-v1"
  private static let ssdPrefix = "ssd300-"
  private static let deepLabPrefix = "deeplabv3plus-"
  private static let narrowMark = "-narrow"

  /// A network of photos, whose channels may be divided.
  private static func parseComposed(_ name: String) -> Architecture? {
    var base = name[...]
    var divisor = 1
    if let mark = name.range(of: narrowMark) {
      guard let number = Int(name[mark.upperBound...]), (2...32).contains(number) else {
        return nil
      }
      divisor = number
      base = name[..<mark.lowerBound]
    }
    func rest(behind prefix: String) -> String? {
      base.hasPrefix(prefix) ? String(base.dropFirst(prefix.count)) : nil
    }
    if base == mobileNetName { return .imageNetMobileNet(divisor: divisor) }
    if let depth = rest(behind: resNetPrefix).flatMap({ Int($0) }) {
      return ImageNetResNet.isValid(depth: depth)
        ? .imageNetResNet(depth: depth, divisor: divisor) : nil
    }
    if let backbone = rest(behind: ssdPrefix).flatMap(SSD300.Backbone.init(rawValue:)) {
      return .ssd300(backbone, divisor: divisor)
    }
    return rest(behind: deepLabPrefix).flatMap(DeepLabV3Plus.Backbone.init(rawValue:))
      .map { .deepLab($0, divisor: divisor) }
  }

  /// The name of the backbone of a network that is composed over one; nil for others.
  public var backbone: String? {
    switch self {
    case .ssd300(let backbone, _): backbone.rawValue
    case .deepLab(let backbone, _): backbone.rawValue
    default: nil
    }
  }

  /// The text that marks a divisor.
  private static func mark(_ divisor: Int) -> String {
    divisor == 1 ? "" : "\(narrowMark)\(divisor)"
  }

  /// The name that `init(_:)` reads.
  public var description: String {
    switch self {
    case .wideResNet(let depth, let width): "wrn-\(depth)-\(width)"
    case .cifarResNet(let depth): "cifar-resnet-\(depth)"
    case .pyramidNet(let depth, let alpha, let isBottleneck):
      "pyramidnet-\(depth)-\(alpha)" + (isBottleneck ? "-bottleneck" : "")
    case .imageNetResNet(let depth, let divisor):
      "\(Self.resNetPrefix)\(depth)" + Self.mark(divisor)
    case .imageNetMobileNet(let divisor): Self.mobileNetName + Self.mark(divisor)
    case .ssd300(let backbone, let divisor):
      Self.ssdPrefix + backbone.rawValue + Self.mark(divisor)
    case .deepLab(let backbone, let divisor):
      Self.deepLabPrefix + backbone.rawValue + Self.mark(divisor)
    }
  }

  /// Makes the network with start values derived from the store's seed.
  public func makeNetwork(classCount: Int, store: ParameterStore) throws(TensorError)
    -> any Network
  {
    switch self {
    case .wideResNet(let depth, let width):
      try WideResNet(depth: depth, width: width, classCount: classCount, store: store)
    case .cifarResNet(let depth):
      try CIFARResNet(depth: depth, classCount: classCount, store: store)
    case .pyramidNet(let depth, let alpha, let isBottleneck):
      try PyramidNet(
        depth: depth, alpha: alpha, isBottleneck: isBottleneck, classCount: classCount, store: store
      )
    case .imageNetResNet(let depth, let divisor):
      try ImageNetResNet(depth: depth, divisor: divisor, classCount: classCount, store: store)
    case .imageNetMobileNet(let divisor):
      try ImageNetMobileNet(divisor: divisor, classCount: classCount, store: store)
    case .ssd300(let backbone, let divisor):
      try SSD300(backbone, classCount: classCount, divisor: divisor, store: store)
    case .deepLab(let backbone, let divisor):
      try DeepLabV3Plus(backbone, classCount: classCount, divisor: divisor, store: store)
    }
  }
}

// MARK: - What is known of the networks

extension Architecture {
  /// What a network says about an image.
  public enum Output: Hashable, Sendable {
    /// Its class.
    case classes
    /// Boxes with their classes.
    case boxes
    /// The class of every pixel.
    case pixels
  }

  /// What the network says about an image.
  public var output: Output {
    switch self {
    case .wideResNet, .cifarResNet, .pyramidNet, .imageNetResNet, .imageNetMobileNet: .classes
    case .ssd300: .boxes
    case .deepLab: .pixels
    }
  }

  /// Whether a classifier is made for ImageNet's photos rather than for images of 32 pixels.
  public var readsPhotos: Bool {
    switch self {
    case .imageNetResNet, .imageNetMobileNet: true
    default: false
    }
  }

  /// A small network that keeps what makes a teacher better than its student: a wide one's depth at half its width, and
  /// of ImageNet's ResNets the width of the deep ones. Networks of which nothing else is known stand for themselves reduced.
  public var compact: Architecture {
    switch self {
    case .wideResNet(let depth, let width): .wideResNet(depth: depth, width: max(1, width / 2))
    // As deep as the paper's and as narrow as there is time for, a teacher learns less than its student.
    case .imageNetResNet(let depth, _): .imageNetResNet(depth: 18, divisor: depth > 50 ? 2 : 8)
    case .cifarResNet, .pyramidNet, .imageNetMobileNet, .ssd300, .deepLab: reduced
    }
  }

  /// A narrower and, where its depth can vary, shallower one that stands for it where images or time are few.
  public var reduced: Architecture {
    switch self {
    case .wideResNet(let depth, let width):
      .wideResNet(depth: min(depth, 16), width: max(1, width / 2))
    case .cifarResNet(let depth): .cifarResNet(depth: min(depth, 20))
    case .pyramidNet(_, let alpha, let isBottleneck):
      .pyramidNet(
        depth: isBottleneck ? 29 : 20, alpha: max(1, alpha / 4), isBottleneck: isBottleneck)
    case .imageNetResNet(let depth, _): .imageNetResNet(depth: depth, divisor: 8)
    case .imageNetMobileNet: .imageNetMobileNet(divisor: 8)
    // As deep as the paper's, a teacher of photos learns too slowly for the time that there is.
    case .ssd300(.resnet50, _): .ssd300(.resnet18, divisor: 4)
    case .ssd300(let backbone, _): .ssd300(backbone, divisor: 8)
    case .deepLab(.resnet101, _): .deepLab(.resnet18, divisor: 4)
    case .deepLab(let backbone, _): .deepLab(backbone, divisor: 8)
    }
  }

  /// The smallest one of its kind, which shows that everything works.
  public var smallest: Architecture {
    switch self {
    case .wideResNet(let depth, let width):
      .wideResNet(depth: depth > 16 ? 16 : 10, width: max(1, width / 4))
    case .cifarResNet: .cifarResNet(depth: 8)
    case .pyramidNet(_, let alpha, let isBottleneck):
      .pyramidNet(
        depth: isBottleneck ? 11 : 8, alpha: max(1, alpha / 8), isBottleneck: isBottleneck)
    case .imageNetResNet(let depth, _): .imageNetResNet(depth: depth, divisor: 16)
    case .imageNetMobileNet: .imageNetMobileNet(divisor: 16)
    case .ssd300(let backbone, _): .ssd300(backbone, divisor: 16)
    case .deepLab(let backbone, _): .deepLab(backbone, divisor: 16)
    }
  }
}
