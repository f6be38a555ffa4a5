import DurableFiles
public import Foundation

/// The comparison of the files of a data set with its manifest.
public struct DatasetVerification: Encodable, Sendable {
  /// The id of the manifest.
  public let dataset: String
  /// Where the files were looked for.
  public let directory: String
  /// One finding per file of the manifest.
  public let files: [Finding]
  /// Whether every file is what the manifest says.
  public let isIntact: Bool

  /// What was found in place of one file.
  public struct Finding: Encodable, Sendable {
    /// The path below the directory.
    public let path: String
    /// The number of images that the manifest lists.
    public let records: Int
    /// Size in bytes that the manifest lists.
    public let expectedSize: Int
    /// Size in bytes on disk, nil for a missing file.
    public let size: Int?
    /// SHA-256 that the manifest lists.
    public let expectedSHA256: String
    /// SHA-256 of the file, nil when the file is missing or has the wrong size.
    public let sha256: String?
    /// What is wrong, nil for an intact file.
    public let problem: String?
  }

  /// Compares `directory` (or its `cifar-100-binary`) with `manifest`. Damage is a finding; throws only
  /// when `directory` is no directory.
  public init(of directory: URL, against manifest: DatasetManifest) throws(DatasetError) {
    var isDirectory: ObjCBool = false
    guard FileManager.default.fileExists(atPath: directory.path, isDirectory: &isDirectory),
      isDirectory.boolValue
    else { throw DatasetError("\(directory.path) is not a directory") }
    let resolved = CIFAR100.resolve(directory)
    dataset = manifest.id
    self.directory = resolved.path
    files = manifest.files.map { Finding($0, in: resolved) }
    isIntact = files.allSatisfy { $0.problem == nil }
  }
}

extension DatasetVerification.Finding {
  init(_ file: DatasetManifest.File, in directory: URL) {
    path = file.path
    records = file.records
    expectedSize = file.size
    expectedSHA256 = file.sha256
    let url = directory.appendingPathComponent(file.path)
    size = Self.size(of: url)
    guard let size else {
      (sha256, problem) = (nil, "is missing or cannot be read")
      return
    }
    guard size == file.size else {
      sha256 = nil
      let kind = size < file.size ? "truncated" : "oversized"
      problem =
        "has \(size) bytes instead of \(file.size) (\(kind)); " + Self.advice(file, directory)
      return
    }
    do {
      let digest = try Digest.sha256(fileAt: url)
      sha256 = digest
      problem =
        digest == file.sha256
        ? nil
        : "has the SHA-256 \(digest) instead of \(file.sha256); " + Self.advice(file, directory)
    } catch {
      (sha256, problem) = (nil, error.description)
    }
  }

  private static func size(of url: URL) -> Int? {
    guard let handle = FileHandle(forReadingAtPath: url.path) else { return nil }
    defer { handle.closeFile() }
    var status = stat()
    guard fstat(handle.fileDescriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    return Int(status.st_size)
  }

  /// Says whether a file with other content can still be read.
  private static func advice(_ file: DatasetManifest.File, _ directory: URL) -> String {
    do {
      let images = try CIFAR100.load(file.split, from: directory)
      return "its \(images.count) records are readable, but it is not the file of the manifest"
    } catch {
      return error.description
    }
  }
}
