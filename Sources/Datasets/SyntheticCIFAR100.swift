import DurableFiles
import Randomness

/// A learnable data set in the layout of the CIFAR-100 binary version, a pure function of its parameters.
///
/// The label of class `c` means figure `c % 10` (2 to 6 lobes, filled or hollow) in hue `c / 10`, so that a
/// network learns hue, filling and lobes one after the other.
public struct SyntheticCIFAR100: Sendable {
  /// The id in the manifest and in run records.
  public static let id = "synthetic-cifar100"
  /// Grows whenever the same parameters give other bytes.
  public static let version = 1

  /// Training images.
  public let trainCount: Int
  /// Test images.
  public let testCount: Int
  /// Classes that occur, the first ones of 100.
  public let classCount: Int
  /// The root seed.
  public let seed: UInt64

  /// Makes a generator; throws when a number is outside of what the layout holds.
  public init(
    trainCount: Int = 5_000, testCount: Int = 1_000, classCount: Int = 100, seed: UInt64 = 0
  ) throws(DatasetError) {
    for (name, count, limit) in [
      ("training images", trainCount, CIFAR100.officialCount(.train)),
      ("test images", testCount, CIFAR100.officialCount(.test)),
      ("classes", classCount, CIFAR100.classCount),
    ] where !(1...limit).contains(count) {
      throw DatasetError("the number of \(name) must be 1 to \(limit), not \(count)")
    }
    self.trainCount = trainCount
    self.testCount = testCount
    self.classCount = classCount
    self.seed = seed
  }

  /// The images of the smoke budget.
  public static func ofSmokeBudget() throws(DatasetError) -> SyntheticCIFAR100 {
    try SyntheticCIFAR100(trainCount: 2_560, testCount: 500)
  }

  /// The number of images of `split`.
  public func count(_ split: Split) -> Int { split == .train ? trainCount : testCount }

  /// The images of `split` without a file in between.
  public func dataset(_ split: Split) -> ImageDataset {
    let bytes = records(split)
    return CIFAR100.dataset(
      split, bytes: bytes, labels: (0..<count(split)).map { bytes[$0 * CIFAR100.recordSize + 1] },
      name: Self.id, digest: Digest.sha256(bytes))
  }

  /// The content of the file of `split`: every class equally often (up to one image), in random order.
  public func records(_ split: Split) -> [UInt8] {
    let part: UInt64 = split == .train ? 0 : 1
    var orderStream = RandomStream(seed: seed, purpose: .synthesis, part)
    let order = orderStream.permutation(of: count(split))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(order.count * CIFAR100.recordSize)
    for (index, place) in order.enumerated() {
      let label = place % classCount
      bytes.append(UInt8(Self.coarseLabel(label)))
      bytes.append(UInt8(label))
      let stream = RandomStream(seed: seed, purpose: .synthesis, part, UInt64(index))
      var image = SyntheticImage(label: label, stream: stream)
      image.appendPlanes(to: &bytes)
    }
    return bytes
  }

  /// Five neighbouring classes form a superclass, as in CIFAR-100.
  static func coarseLabel(_ label: Int) -> Int {
    label / (CIFAR100.classCount / CIFAR100.coarseClassCount)
  }
}
