/// How a byte becomes a number, per channel, as a table of all 256 bytes.
///
/// The tables are made with the arithmetic of the program that each recipe comes from, in its order and
/// precision, so that a lookup gives the same bits as that program.
public struct Normalisation: Sendable {
  /// The value of byte `b` in channel `c` is `table[256 * c + b]`.
  public let table: [Float]
  /// The number of channels.
  public let channels: Int

  /// `(b / 255 - mean) / standardDeviation` per channel in float32, each constant rounded to float32
  /// first.
  public init(mean: [Double], standardDeviation: [Double]) {
    precondition(mean.count == standardDeviation.count, "one mean and deviation per channel")
    channels = mean.count
    table = zip(mean, standardDeviation).flatMap { mean, deviation in
      (0..<256).map { (Float($0) / 255 - Float(mean)) / Float(deviation) }
    }
  }

  private init(table: [Float], channels: Int) {
    self.table = table
    self.channels = channels
  }

  private static let imageNetMean = [0.485, 0.456, 0.406]
  private static let imageNetDeviation = [0.229, 0.224, 0.225]

  /// As torchvision normalises ImageNet.
  public static let imageNet = Normalisation(
    mean: imageNetMean, standardDeviation: imageNetDeviation)

  /// ImageNet's numbers as the OFD segmentation code applies them: each step in double precision, rounded to float32.
  public static let segmentation = Normalisation(
    table: zip(imageNetMean, imageNetDeviation).flatMap { mean, deviation in
      (0..<256).map { Float(Double(Float(Double(Float($0) / 255) - mean)) / deviation) }
    }, channels: imageNetMean.count)

  /// As OFD and LONDON normalise CIFAR-100: mean 125.3, 123.0, 113.9 and deviation 63.0, 62.1, 66.7 of 255.
  public static let cifar = Normalisation(
    mean: [125.3 / 255, 123.0 / 255, 113.9 / 255],
    standardDeviation: [63.0 / 255, 62.1 / 255, 66.7 / 255])
}
