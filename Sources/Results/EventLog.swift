import DurableFiles
public import Foundation
public import JSON

/// The append-only log of a run: one JSON object per line, each with a `step`.
public final class EventLog {
  private let handle: FileHandle
  private let path: String

  /// Opens the log, making it where it does not exist, and drops the lines of steps beyond `step` and a
  /// line that a crash cut off. A training that goes on from a checkpoint writes those lines again.
  public init(_ url: URL, truncatingAfterStep step: Int) throws(ResultsError) {
    path = url.path
    do {
      let manager = FileManager.default
      if manager.fileExists(atPath: url.path) {
        let data = try Data(contentsOf: url)
        let kept = try Self.lines(of: data, upToStep: step)
        if kept != data { try AtomicFile.write(kept, to: url) }
      } else {
        try AtomicFile.write(Data(), to: url)
      }
      handle = try FileHandle(forWritingTo: url)
      try handle.seekToEnd()
    } catch let error as FileError {
      throw ResultsError(error)
    } catch {
      throw ResultsError(.file, "cannot open \(url.path): \(error.reason)")
    }
  }

  private static func lines(of data: Data, upToStep step: Int) throws -> Data {
    var kept = Data()
    for line in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true) {
      let value: JSONValue
      do { value = try JSONValue(json: Data(line)) } catch { break }
      if case .integer(let number) = value["step"] ?? .null, number > step { break }
      kept += line + [UInt8(ascii: "\n")]
    }
    return kept
  }

  /// Appends one event.
  public func append(_ event: [String: JSONValue]) throws(ResultsError) {
    do {
      try handle.write(contentsOf: Data((JSONValue.object(event).canonical + "\n").utf8))
    } catch {
      throw ResultsError(.file, "cannot write \(path): \(error.reason)")
    }
  }

  /// Waits until everything is on the disk.
  public func flush() throws(ResultsError) {
    do { try handle.synchronize() } catch {
      throw ResultsError(.file, "cannot write \(path): \(error.reason)")
    }
  }
}
