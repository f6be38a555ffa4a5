import DurableFiles
public import Foundation

/// The binary version of CIFAR-100: records of a coarse label, a fine label and 32 x 32 bytes for each of
/// red, green and blue. The fine label is the class.
public enum CIFAR100 {
  /// The id of the official files in manifests and run records.
  public static let id = "cifar100"
  /// Fine classes.
  public static let classCount = 100
  /// Superclasses.
  public static let coarseClassCount = 20
  /// Planes per image.
  public static let channels = 3
  /// Rows and columns per image.
  public static let side = 32
  /// Bytes per record: two labels and the pixels.
  public static let recordSize = 2 + channels * side * side
  /// The directory that the official archive unpacks to.
  public static let archiveDirectory = "cifar-100-binary"

  /// Records in the official file of `split`; a larger file is refused.
  public static func officialCount(_ split: Split) -> Int { split == .train ? 50_000 : 10_000 }

  /// The name of the file of `split`.
  public static func fileName(_ split: Split) -> String { "\(split.rawValue).bin" }

  /// The directory that holds the files when a user names `directory`: itself or its
  /// `cifar-100-binary`.
  public static func resolve(_ directory: URL) -> URL {
    let inner = directory.appendingPathComponent(archiveDirectory)
    let holds = { (url: URL) in
      Split.allCases.contains {
        FileManager.default.fileExists(atPath: url.appendingPathComponent(fileName($0)).path)
      }
    }
    return !holds(directory) && holds(inner) ? inner : directory
  }

  /// Reads one split from `directory` or its `cifar-100-binary` and checks size, labels and digest.
  ///
  /// The digest must be that of the official file (`name` becomes `cifar100`) or be listed in the
  /// directory's own `manifest.json` (synthetic data; `name` becomes its id).
  public static func load(_ split: Split, from directory: URL) throws(DatasetError) -> ImageDataset
  {
    let file = resolve(directory).appendingPathComponent(fileName(split))
    guard FileManager.default.fileExists(atPath: file.path) else {
      throw DatasetError(
        "\(directory.path) holds neither \(fileName(split)) nor \(archiveDirectory)/"
          + "\(fileName(split)): `\(DataHome.fetchCommand("cifar100", into: directory))` brings them, "
          + "`lskd-data synthesize` makes a stand-in")
    }
    let bytes = try RecordFile.read(
      file.path, recordSize: recordSize, maximumRecords: officialCount(split))
    let labels = try checkedLabels(bytes, file.path)
    let digest = Digest.sha256(bytes)
    return dataset(
      split, bytes: bytes, labels: labels,
      name: try name(ofDigest: digest, split, in: file.deletingLastPathComponent()), digest: digest)
  }

  /// Wraps the checked content of a file.
  static func dataset(
    _ split: Split, bytes: [UInt8], labels: [UInt8], name: String, digest: String
  ) -> ImageDataset {
    ImageDataset(
      name: name, split: split, classCount: classCount, channels: channels, height: side,
      width: side, digest: digest,
      storage: .init(bytes: bytes, labels: labels, stride: recordSize, pixelOffset: 2),
      records: Array(labels.indices))
  }

  private static func checkedLabels(_ bytes: [UInt8], _ path: String) throws(DatasetError)
    -> [UInt8]
  {
    var labels: [UInt8] = []
    labels.reserveCapacity(bytes.count / recordSize)
    for start in stride(from: 0, to: bytes.count, by: recordSize) {
      try check(bytes[start], below: coarseClassCount, "coarse", at: start, path)
      try check(bytes[start + 1], below: classCount, "fine", at: start + 1, path)
      labels.append(bytes[start + 1])
    }
    return labels
  }

  private static func check(
    _ label: UInt8, below limit: Int, _ kind: String, at offset: Int, _ path: String
  ) throws(DatasetError) {
    guard Int(label) < limit else {
      throw DatasetError(
        "\(path): record \(offset / recordSize) at byte offset \(offset) has the \(kind) label "
          + "\(label), but CIFAR-100 has only 0 to \(limit - 1): the file is damaged or is not the "
          + "binary version")
    }
  }

  private static func name(
    ofDigest digest: String, _ split: Split, in directory: URL
  ) throws(DatasetError) -> String {
    var manifests = try DatasetManifest.known()
    if let generated = try DatasetManifest.generated(in: directory) { manifests.append(generated) }
    guard let match = manifests.first(where: { $0.file(of: split)?.sha256 == digest }) else {
      throw DatasetError(
        "\(directory.path)/\(fileName(split)) is neither the official CIFAR-100 file nor the one in a "
          + "\(DatasetManifest.fileName) beside it (sha256 \(digest)): the copy is damaged, get it anew"
      )
    }
    return match.id
  }
}
