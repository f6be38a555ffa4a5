import Foundation

/// What an archive unpacks to, as it lies in a directory that somebody else made.
///
/// No note of an archive is written about a copy: the hash of the archive was never seen.
struct UnpackedContent {
  let archive: DatasetManifest.Archive
  let manifest: DatasetManifest
  /// The counterpart of the archive's `unpacksTo`.
  let directory: URL

  /// Copies it to its place below `root`, as an unpacked archive is put there, and returns the number of files. What the
  /// manifest gives hashes for is compared once more, after it was copied.
  func install(into root: URL) throws(DatasetError) -> Int {
    try ArchiveUnpacker.install(archive, into: root) { place in
      let target = place.appendingPathComponent(archive.unpacksTo)
      let files = try paths().map { path in try copied(path, to: target) }
      if !manifest.files.isEmpty {
        let copies = try DatasetVerification(of: target, against: manifest)
        if let bad = copies.files.first(where: { $0.problem != nil }) {
          throw DatasetError(
            "the copy of \(directory.path)/\(bad.path) \(bad.problem ?? "is damaged")")
        }
      }
      return files
    } failure: {
      "cannot copy \(directory.path): \($0)"
    }.count
  }

  /// The files of the manifest, or all of a data set of photos.
  private func paths() throws -> [String] {
    guard manifest.files.isEmpty else { return manifest.files.map(\.path) }
    return try FileManager.default.subpathsOfDirectory(atPath: directory.path).sorted().filter {
      var status = stat()
      return stat(directory.appendingPathComponent($0).path, &status) == 0
        && status.st_mode & S_IFMT == S_IFREG
    }
  }

  private func copied(_ path: String, to target: URL) throws -> UnpackedFiles.File {
    // A photo may be a link into another directory; its bytes are what is wanted.
    let source = directory.appendingPathComponent(path).resolvingSymlinksInPath()
    let copy = target.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: copy.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(at: source, to: copy)
    let size = try copy.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
    return UnpackedFiles.File(path: "\(archive.unpacksTo)/\(path)", size: size)
  }
}
