import DurableFiles
import Foundation

extension ArchiveUnpacker {
  /// Unpacks `archive` into the directory of the data set: first beside it, then by renaming, lists of images last, so that
  /// nothing half-unpacked is taken for whole. Files of other names stay; the note about it is written at the end.
  static func install(
    _ archive: DatasetManifest.Archive, at url: URL, into directory: URL
  ) throws(DatasetError) -> Int {
    let files = try install(archive, into: directory) { place in
      let size = try url.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
      let unpacker = ArchiveUnpacker(
        url: url, part: archive.unpacksTo,
        largestContent: max(growth * size, smallestLimit))
      return try unpacker.unpack(into: place)
    } failure: {
      "cannot unpack \(url.path): \($0)"
    }
    try UnpackedFiles(archive, files: files).write(archive, in: directory)
    return files.count
  }

  /// Lets `fill` write files into an empty directory and renames them to their places below `directory`. An error of
  /// the system becomes the sentence that `failure` makes of its description.
  static func install(
    _ archive: DatasetManifest.Archive, into directory: URL,
    fill: (URL) throws -> [UnpackedFiles.File], failure: (String) -> String
  ) throws(DatasetError) -> [UnpackedFiles.File] {
    let place = directory.appendingPathComponent("\(archive.name).unpacking")
    try remove(place)
    do {
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      let files = try fill(place)
      sync()
      for file in files.sorted(by: { !isList($0) && isList($1) }) {
        try move(file.path, from: place, to: directory)
      }
      try remove(place)
      return files
    } catch {
      // The error that led here says more than one about the leftovers.
      try? FileManager.default.removeItem(at: place)
      guard let known = error as? DatasetError else {
        throw DatasetError(failure(error.reason))
      }
      throw known
    }
  }

  /// Photos hardly compress: what expands to more than this many times its size is no archive of them.
  private static let growth = 8
  private static let smallestLimit = 1 << 26

  private static func isList(_ file: UnpackedFiles.File) -> Bool { file.path.hasSuffix(".txt") }

  private static func move(_ path: String, from place: URL, to directory: URL)
    throws(DatasetError)
  {
    let (source, target) = (
      place.appendingPathComponent(path), directory.appendingPathComponent(path)
    )
    if rename(source.path, target.path) == 0 { return }
    do {
      try FileManager.default.createDirectory(
        at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
    } catch {
      throw DatasetError(
        "cannot create a directory for \(target.path): \(error.reason)")
    }
    guard rename(source.path, target.path) == 0 else {
      throw DatasetError("cannot replace \(target.path): \(String(cString: strerror(errno)))")
    }
  }

  private static func remove(_ place: URL) throws(DatasetError) {
    guard FileManager.default.fileExists(atPath: place.path) else { return }
    do { try FileManager.default.removeItem(at: place) } catch {
      throw DatasetError("cannot remove \(place.path): \(error.reason)")
    }
  }
}
