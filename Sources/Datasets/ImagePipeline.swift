/// What happens to a byte image `[C, H, W]` on its way into a batch: reflection padding, horizontal flip,
/// crop at the original size and normalisation, in this order.
public struct ImagePipeline: Sendable {
  /// Identifies the pipeline in run records: two pipelines of one name give the same numbers.
  public let name: String
  /// Reflected pixels on every side (the edge pixel is not repeated), 0 for no random step at all.
  public let padding: Int
  /// The byte values in the batch.
  public let normalisation: Normalisation

  /// Whether an epoch sees the images differently from the epoch before.
  public var isRandom: Bool { padding > 0 }

  /// Makes a pipeline; `padding` must not be negative.
  public init(name: String, padding: Int, normalisation: Normalisation) {
    precondition(padding >= 0, "padding is not negative")
    self.name = name
    self.padding = padding
    self.normalisation = normalisation
  }

  /// The training pipeline of OFD and LONDON for CIFAR.
  public static let cifar100Train = ImagePipeline(
    name: "cifar-ofd: reflect-pad 4, flip, crop 32, normalise", padding: 4, normalisation: .cifar)

  /// The test pipeline of OFD and LONDON for CIFAR.
  public static let cifar100Test = ImagePipeline(
    name: "cifar-ofd: normalise", padding: 0, normalisation: .cifar)

  /// The training pipeline of OFD and LONDON for CIFAR images of another side: the same with an eighth of the side for
  /// padding.
  public static func cifar100Train(side: Int) -> ImagePipeline {
    guard side != CIFAR100.side else { return .cifar100Train }
    let padding = max(1, side / 8)
    return ImagePipeline(
      name: "cifar-ofd: reflect-pad \(padding), flip, crop \(side), normalise", padding: padding,
      normalisation: .cifar)
  }

  /// Prepares one image of `planes` `[C, H, W]` with a given draw; nil when the sizes do not fit
  /// together or the draw lies outside of the padded image.
  public func apply(
    _ augmentation: Augmentation, to planes: [UInt8], height: Int, width: Int
  ) -> [Float]? {
    let offsets = 0...2 * padding
    guard planes.count == normalisation.channels * height * width, min(height, width) > padding,
      offsets.contains(augmentation.top), offsets.contains(augmentation.left)
    else { return nil }
    let writer = PlaneWriter(self, height: height, width: width)
    return [Float](unsafeUninitializedCapacity: planes.count) { output, count in
      count = planes.count
      planes.withUnsafeBufferPointer { writer.write($0, augmentation, to: output) }
    }
  }
}
