/// Labelled byte images of one size, all in memory, each as planes `[C, H, W]`.
///
/// Copies and subsets share one buffer of pixels.
public struct ImageDataset: Sendable {
  /// What the images are, for run records: `cifar100` only when the digest is the official one.
  public let name: String
  /// The official part that the images were read from.
  public let split: Split
  /// Labels lie in 0 ..< `classCount`.
  public let classCount: Int
  /// Planes per image.
  public let channels: Int
  /// Rows per plane.
  public let height: Int
  /// Pixels per row.
  public let width: Int
  /// SHA-256 of the file that the images came from, followed by the rules of the subsets taken.
  public let digest: String

  let storage: Storage
  /// Positions of this data set's images in `storage`, in file order.
  let records: [Int]

  /// Pixels and labels as they lie in the file.
  struct Storage: Sendable {
    let bytes: [UInt8]
    let labels: [UInt8]
    /// Bytes from one record to the next.
    let stride: Int
    /// Where the pixels start within a record.
    let pixelOffset: Int
  }

  /// The number of images.
  public var count: Int { records.count }

  /// The class of image `index`, in 0 ..< `classCount`.
  public func label(_ index: Int) -> Int { Int(storage.labels[records[index]]) }

  /// The bytes of image `index` as planes `[C, H, W]`.
  public func pixels(_ index: Int) -> [UInt8] {
    let start = byteOffset(index)
    return Array(storage.bytes[start..<start + channels * height * width])
  }

  /// Where the pixels of image `index` start in `storage.bytes`.
  func byteOffset(_ index: Int) -> Int {
    records[index] * storage.stride + storage.pixelOffset
  }

  /// The same images restricted to `records`; `rule` says in the digest how they were chosen.
  func selecting(_ records: [Int], rule: String) -> ImageDataset {
    ImageDataset(
      name: name, split: split, classCount: classCount, channels: channels, height: height,
      width: width, digest: "\(digest) \(rule)", storage: storage, records: records)
  }
}
