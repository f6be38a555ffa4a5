import DurableFiles
public import Foundation

extension Checkpoint {
  /// Writes the file whole or not at all: temporary file, sync, rename, sync of the directory. The same
  /// content gives the same bytes.
  public func write(
    to url: URL, options: WriteOptions = WriteOptions()
  ) throws(CheckpointError) {
    do throws(CheckpointError) {
      try AtomicFile.checkpointWrite(try encoded(options: options), to: url)
    } catch {
      throw error.at(file: url.path)
    }
  }

  /// The bytes of the file. Throws for names that are empty, too long or not unique within a section.
  public func encoded(
    options: WriteOptions = WriteOptions()
  ) throws(CheckpointError) -> Data {
    let layout = try FileLayout(self)
    let file = try layout.encoded(options: options, compressing: true)
    if layout.contentBytes > FormatLimits.contentBytes(fileBytes: file.count) {
      // A reader takes such a small file for a decompression bomb.
      return try layout.encoded(options: options, compressing: false)
    }
    return file
  }
}

extension AtomicFile {
  /// `write` with this module's error.
  package static func checkpointWrite(_ data: Data, to url: URL) throws(CheckpointError) {
    do {
      try AtomicFile.write(data, to: url)
    } catch {
      throw CheckpointError(.fileAccess, error.description, file: url.path)
    }
  }
}
