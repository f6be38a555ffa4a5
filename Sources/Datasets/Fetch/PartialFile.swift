import DurableFiles
import Foundation

/// A file that grows by downloading, under a lock of this process.
final class PartialFile {
  let url: URL
  private(set) var handle: FileHandle

  /// Opens the file or makes an empty one. Throws when another program holds it.
  init(_ url: URL) throws(DatasetError) {
    self.url = url
    handle = try Self.opened(url)
  }

  /// Bytes on disk.
  func size() throws(DatasetError) -> Int {
    var status = stat()
    guard fstat(handle.fileDescriptor, &status) == 0 else { throw Self.failure("inspect", url) }
    return Int(status.st_size)
  }

  /// Drops what is there.
  func empty() throws(DatasetError) {
    guard ftruncate(handle.fileDescriptor, 0) == 0 else { throw Self.failure("write", url) }
  }

  /// Gives the file its final name.
  func finish(as target: URL) throws(DatasetError) {
    do throws(FileError) { try AtomicFile.move(url, to: target) } catch {
      throw DatasetError(error)
    }
  }

  /// Keeps the file under another name and begins an empty one.
  func setAside(as other: URL) throws(DatasetError) {
    guard rename(url.path, other.path) == 0 else { throw Self.failure("rename", url) }
    handle = try Self.opened(url)
  }

  /// Removes the file where it is empty: nothing could be downloaded.
  func discardIfEmpty() {
    var status = stat()
    if fstat(handle.fileDescriptor, &status) == 0, status.st_size == 0 { unlink(url.path) }
  }

  private static func opened(_ url: URL) throws(DatasetError) -> FileHandle {
    let descriptor = open(url.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure("create", url) }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw DatasetError("\(url.path) is being written by another program: wait for its end")
    }
    return handle
  }

  private static func failure(_ action: String, _ url: URL) -> DatasetError {
    DatasetError("cannot \(action) \(url.path): \(String(cString: strerror(errno)))")
  }
}
