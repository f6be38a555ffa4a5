import DurableFiles
public import Foundation
import ProgramSupport
import Synchronization

/// Tells on standard error which photos were left out and why: a few line by line, many as a count and in a file.
public final class LeftOutPhotos: Sendable {
  private let file: URL
  private let reasons = Mutex<[String]>([])
  private static let printed = 20

  /// `file` is where many reasons are written.
  public init(file: URL) { self.file = file }

  /// Takes one sentence for every photo.
  @Sendable public func tell(_ sentences: [String]) {
    let reasons = reasons.withLock { reasons in
      reasons += sentences
      return reasons
    }
    guard reasons.count > Self.printed else { return write(sentences) }
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try AtomicFile.write(reasons.map { $0 + "\n" }.joined(), to: file)
      write(["\(reasons.count) photos; \(file.path) says why"])
    } catch {
      // Nothing may be lost because there is no place for it.
      write(sentences + ["\(error)"])
    }
  }

  private func write(_ lines: [String]) {
    for line in lines { Console.warn("left out: \(line)") }
  }
}
