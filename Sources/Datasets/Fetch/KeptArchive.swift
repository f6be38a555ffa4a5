import DurableFiles
import Foundation

/// An archive that is read as it is, because what it holds would be a million files.
enum KeptArchive {
  /// Puts a checked archive into its place: as a second name of the same file, or, on another file system, as a link to it.
  /// Nothing is copied, because archives of this kind have a hundred gigabytes.
  static func put(
    _ archive: DatasetManifest.Archive, _ file: URL, into directory: URL, _ tell: (String) -> Void
  ) throws(DatasetError) {
    let place = directory.appendingPathComponent(archive.unpacksTo)
    let target = place.appendingPathComponent(archive.name)
    do {
      try FileError.makeDirectory(place)
      let source = file.standardizedFileURL.resolvingSymlinksInPath()
      if source.path != target.standardizedFileURL.resolvingSymlinksInPath().path {
        // What lies there is a link or another file, which was found to be none.
        unlink(target.path)
        if link(source.path, target.path) == 0 {
          tell("\(target.path) is the same file as \(source.path)")
        } else {
          try FileError.wording("link", target) {
            try FileManager.default.createSymbolicLink(at: target, withDestinationURL: source)
          }
          tell("\(target.path) leads to \(source.path), which must stay where it is")
        }
      }
      let size = try FileError.wording("read", target) {
        try source.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0
      }
      let note = UnpackedFiles(
        archive, files: [.init(path: "\(archive.unpacksTo)/\(archive.name)", size: size)])
      try note.write(archive, in: directory)
    } catch let error as DatasetError {
      throw error
    } catch {
      throw DatasetError("\(error)")
    }
  }
}
