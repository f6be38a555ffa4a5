import Foundation

/// The boxes that a detector starts from, and how it describes others by them.
public struct DefaultBoxes: Hashable, Sendable {
  /// A box by its centre and sizes, in fractions of the image.
  public struct Anchor: Hashable, Sendable {
    /// Centre, column.
    public let centreX: Double
    /// Centre, row.
    public let centreY: Double
    /// Width.
    public let width: Double
    /// Height.
    public let height: Double

    /// Makes an anchor.
    public init(centreX: Double, centreY: Double, width: Double, height: Double) {
      self.centreX = centreX
      self.centreY = centreY
      self.width = width
      self.height = height
    }

    /// The same box by its corners, which may lie outside of the image.
    public var box: FractionBox {
      FractionBox(centreX: centreX, centreY: centreY, width: width, height: height)
    }
  }

  /// One square map of predictions.
  struct Level {
    let cells: Int
    let step: Double
    let smallest: Double
    let largest: Double
    let ratios: [Double]
  }

  /// Side of the image in pixels.
  public static let imageSide = 300
  /// What the differences of centres and the logarithms of sizes are divided by.
  static let variances = (centre: 0.1, size: 0.2)
  /// Overlap from which a default box belongs to an object.
  static let matchingOverlap = 0.5

  private static let levels = [
    Level(cells: 38, step: 8, smallest: 30, largest: 60, ratios: [2]),
    Level(cells: 19, step: 16, smallest: 60, largest: 111, ratios: [2, 3]),
    Level(cells: 10, step: 32, smallest: 111, largest: 162, ratios: [2, 3]),
    Level(cells: 5, step: 64, smallest: 162, largest: 213, ratios: [2, 3]),
    Level(cells: 3, step: 100, smallest: 213, largest: 264, ratios: [2]),
    Level(cells: 1, step: 300, smallest: 264, largest: 315, ratios: [2]),
  ]

  /// Boxes at each place of the six maps.
  public static let perCell = levels.map { 2 + 2 * $0.ratios.count }

  /// In the order of the predictions: map by map, row by row, cell by cell.
  public let anchors: [Anchor]
  private let boxes: [FractionBox]

  /// The 8,732 default boxes of SSD300 (Liu et al. 2016) with the sizes that ssd.pytorch has for VOC, cut to 0...1.
  public static let ssd300 = DefaultBoxes(anchors: levels.flatMap(anchors))

  /// A set of other boxes.
  public init(anchors: [Anchor]) {
    self.anchors = anchors
    boxes = anchors.map(\.box)
  }

  private static func anchors(of level: Level) -> [Anchor] {
    let side = Double(imageSide)
    let small = level.smallest / side
    var sizes = [(small, small)]
    let between = (small * (level.largest / side)).squareRoot()
    sizes.append((between, between))
    for ratio in level.ratios.map({ $0.squareRoot() }) {
      sizes += [(small * ratio, small / ratio), (small / ratio, small * ratio)]
    }
    func inside(_ value: Double) -> Double { min(max(value, 0), 1) }
    func centre(_ cell: Int) -> Double { inside((Double(cell) + 0.5) * level.step / side) }
    return (0..<level.cells).flatMap { row in
      (0..<level.cells).flatMap { column in
        sizes.map { width, height in
          Anchor(
            centreX: centre(column), centreY: centre(row), width: inside(width),
            height: inside(height))
        }
      }
    }
  }
}

// MARK: - Coding and matching

extension DefaultBoxes {
  /// What a detector should say about one image.
  public struct Targets: Hashable, Sendable {
    /// 0 for background, class + 1 for an object, per default box.
    public let labels: [Int]
    /// Four offsets per default box, those of its best object; read at objects only.
    public let offsets: [Double]
  }

  /// Overlap of a box with each default box.
  public func overlaps(with box: FractionBox) -> [Double] { boxes.map { $0.overlap(with: box) } }

  /// The offsets of a box from default box `index`: differences of centres over sizes and logarithms of ratios of
  /// sizes, over their variances.
  public func encoded(_ box: FractionBox, at index: Int) -> [Double] {
    let anchor = anchors[index]
    let centre = box.centre
    return [
      (centre.x - anchor.centreX) / (Self.variances.centre * anchor.width),
      (centre.y - anchor.centreY) / (Self.variances.centre * anchor.height),
      Foundation.log(box.width / anchor.width) / Self.variances.size,
      Foundation.log(box.height / anchor.height) / Self.variances.size,
    ]
  }

  /// The box that four offsets at default box `index` stand for; it may reach out of the image.
  public func decoded(_ offsets: some RandomAccessCollection<Double>, at index: Int) -> FractionBox
  {
    let anchor = anchors[index]
    let values = Array(offsets)
    return FractionBox(
      centreX: anchor.centreX + values[0] * Self.variances.centre * anchor.width,
      centreY: anchor.centreY + values[1] * Self.variances.centre * anchor.height,
      width: anchor.width * Foundation.exp(values[2] * Self.variances.size),
      height: anchor.height * Foundation.exp(values[3] * Self.variances.size))
  }

  /// Gives every default box the object with which it overlaps most, if by at least 0.5, and every object its best
  /// default box in any case; of two objects with the same best box the later one has it. Without objects all is
  /// background.
  public func targets(boxes objects: [FractionBox], classes: [Int]) -> Targets {
    precondition(objects.count == classes.count)
    guard !objects.isEmpty else {
      return Targets(
        labels: [Int](repeating: 0, count: anchors.count),
        offsets: [Double](repeating: 0, count: 4 * anchors.count))
    }
    var best = [(object: Int, overlap: Double)](repeating: (0, -1), count: anchors.count)
    var firsts: [Int] = []
    for (object, box) in objects.enumerated() {
      var own = (index: 0, overlap: -1.0)
      for (index, overlap) in overlaps(with: box).enumerated() {
        if overlap > best[index].overlap { best[index] = (object, overlap) }
        if overlap > own.overlap { own = (index, overlap) }
      }
      firsts.append(own.index)
    }
    for (object, index) in firsts.enumerated() { best[index] = (object, 2) }
    var offsets: [Double] = []
    offsets.reserveCapacity(4 * anchors.count)
    for (index, match) in best.enumerated() {
      offsets += encoded(objects[match.object], at: index)
    }
    return Targets(
      labels: best.map { $0.overlap < Self.matchingOverlap ? 0 : classes[$0.object] + 1 },
      offsets: offsets)
  }
}
