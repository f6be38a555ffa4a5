import DurableFiles
import Foundation

/// The note that an archive was unpacked whole: what it was and every file that it brought. It is written last.
struct UnpackedFiles: Codable {
  /// The name of the archive.
  let archive: String
  /// The hash that the archive had to have, nil where none is known.
  let hash: String?
  /// What it brought.
  let files: [File]

  struct File: Codable {
    /// The path below the directory of the data set.
    let path: String
    /// Size in bytes.
    let size: Int
  }

  private static func note(_ archive: DatasetManifest.Archive, in directory: URL) -> URL {
    directory.appendingPathComponent(".fetched/\(archive.name).json")
  }

  init(_ archive: DatasetManifest.Archive, files: [File]) {
    self.archive = archive.name
    hash = archive.sha256 ?? archive.md5
    self.files = files
  }

  /// The note in `directory` about this archive, nil when there is none or it speaks of another file.
  init?(of archive: DatasetManifest.Archive, in directory: URL) {
    // A damaged note counts as none.
    guard let data = FileManager.default.contents(atPath: Self.note(archive, in: directory).path),
      let note = try? JSONDecoder().decode(Self.self, from: data),
      note.archive == archive.name, note.hash == archive.sha256 ?? archive.md5
    else { return nil }
    self = note
  }

  /// The first file that is not there with its size, nil when all are.
  func firstMissing(in directory: URL) -> String? {
    files.first { file in
      var status = stat()
      let path = directory.appendingPathComponent(file.path).path
      return stat(path, &status) != 0 || Int(status.st_size) != file.size
    }?.path
  }

  /// Writes the note.
  func write(_ archive: DatasetManifest.Archive, in directory: URL) throws(DatasetError) {
    let url = Self.note(archive, in: directory)
    do {
      try FileManager.default.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      try AtomicFile.write(encoder.encode(self), to: url)
    } catch let error as FileError {
      throw DatasetError(error)
    } catch {
      throw DatasetError("cannot write \(url.path): \(error.reason)")
    }
  }
}
