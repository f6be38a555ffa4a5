import DurableFiles
package import Foundation
import Synchronization

/// SHA-256 of the contents of files. What was computed once is remembered by path, size and modification time, in
/// `lskd/file-digests.json` of the user's cache directory, so that a data set is read whole only the first time.
package final class FileDigests: Sendable {
  private struct Entry: Codable, Sendable {
    let size: Int
    /// Nanoseconds since 1970.
    let modified: Int
    let sha256: String
  }

  private let cache: URL?
  private let memory: Mutex<(entries: [String: Entry], hasNews: Bool)>

  /// A file that changed so many nanoseconds before it is read may change again without another time stamp.
  static let freshness = 2_000_000_000

  /// Digests with the memory in `cache`; nil remembers nothing. `rehash` forgets what is known.
  package init(cache: URL? = FileDigests.userCache, rehash: Bool = false) {
    self.cache = cache
    var entries: [String: Entry] = [:]
    if !rehash, let cache {
      // It is a memory alone: one that is missing or damaged is made anew.
      let data = (try? Data(contentsOf: cache)) ?? Data()
      entries = (try? JSONDecoder().decode([String: Entry].self, from: data)) ?? [:]
    }
    memory = Mutex((entries, false))
  }

  /// `$XDG_CACHE_HOME/lskd/file-digests.json`, or below `~/.cache`.
  package static var userCache: URL? {
    let environment = ProcessInfo.processInfo.environment
    let home = environment["HOME"].map { URL(fileURLWithPath: $0).appendingPathComponent(".cache") }
    let directory = environment["XDG_CACHE_HOME"].map { URL(fileURLWithPath: $0) } ?? home
    return directory?.appendingPathComponent("lskd/file-digests.json")
  }

  /// The digest of a file.
  package func sha256(of file: URL) throws(DatasetError) -> String {
    let path = file.standardizedFileURL.path
    var state = stat()
    guard stat(path, &state) == 0 else {
      throw DatasetError("cannot read \(path): \(String(cString: strerror(errno)))")
    }
    let modified = state.st_mtim.tv_sec * 1_000_000_000 + state.st_mtim.tv_nsec
    if let known = memory.withLock({ $0.entries[path] }), known.size == state.st_size,
      known.modified == modified
    {
      return known.sha256
    }
    let digest: String
    do throws(FileError) { digest = try Digest.sha256(fileAt: file) } catch {
      throw DatasetError(error.description)
    }
    let now = Int(Date().timeIntervalSince1970 * 1e9)
    if now - modified > Self.freshness {
      let entry = Entry(size: Int(state.st_size), modified: modified, sha256: digest)
      memory.withLock { memory in
        memory.entries[path] = entry
        memory.hasNews = true
      }
    }
    return digest
  }

  /// Writes the memory, without files that are gone. A directory that cannot be written costs time alone.
  package func save() {
    let (entries, hasNews) = memory.withLock { memory in
      defer { memory.hasNews = false }
      return memory
    }
    guard hasNews, let cache else { return }
    let known = entries.filter { FileManager.default.fileExists(atPath: $0.key) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try? FileManager.default.createDirectory(
      at: cache.deletingLastPathComponent(), withIntermediateDirectories: true)
    if let data = try? encoder.encode(known) { try? AtomicFile.write(data, to: cache) }
  }
}
