import DurableFiles
public import Foundation

/// The folder of one run: record, events and checkpoints. While an instance lives, the folder belongs to
/// this process.
public final class RunFolder {
  /// The folder.
  public let url: URL
  private let lock: Int32?

  /// Makes the folder where it does not exist and claims it.
  /// - Throws: `ResultsError`: `claimed` while another process has it.
  public init(_ url: URL) throws(ResultsError) {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw ResultsError(.file, "cannot make \(url.path): \(error.reason)")
    }
    let path = url.appendingPathComponent("lock").path
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw ResultsError(.file, "cannot open \(path): \(String(cString: strerror(errno)))")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw ResultsError(
        .claimed,
        "another process works in \(url.path): wait for it, stop it, or use another --runs directory"
      )
    }
    self.url = url
    lock = descriptor
    try removeTemporaries()
  }

  /// Removes what processes left that died while they wrote: whoever has the folder is alone in it.
  private func removeTemporaries() throws(ResultsError) {
    do throws(FileError) {
      for name in try FileError.names(in: url) where name.hasSuffix(AtomicFile.temporaryEnding) {
        try FileError.remove(url.appendingPathComponent(name))
      }
    } catch {
      throw ResultsError(error)
    }
  }

  /// The folder of a run that another process has, for one that writes nothing.
  public init(following url: URL) {
    self.url = url
    lock = nil
  }

  deinit { if let lock { close(lock) } }

  /// `record.json`
  public var record: URL { url.appendingPathComponent("record.json") }
  /// `events.jsonl`
  public var events: URL { url.appendingPathComponent("events.jsonl") }
  /// `resume.lskd`: the state from which a stopped run goes on.
  public var resume: URL { url.appendingPathComponent("resume.lskd") }
  /// `last.lskd`: the network after the last finished epoch.
  public var last: URL { url.appendingPathComponent("last.lskd") }
  /// `best.lskd`: the network after the epoch with the best test result.
  public var best: URL { url.appendingPathComponent("best.lskd") }

  /// The record of a run folder that nobody needs to own; nil when there is none yet.
  public static func readRecord(in url: URL) throws(ResultsError) -> RunRecord? {
    let file = url.appendingPathComponent("record.json")
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    var record = try RunRecord(contentsOf: file)
    record.serverFigures = try serverFigures(in: url)
    return record
  }

  /// What a test server said of the run, which a user may put into its folder as `test-server.json`.
  private static func serverFigures(in url: URL) throws(ResultsError) -> [String: Double]? {
    let file = url.appendingPathComponent("test-server.json")
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let figures: [String: Double]?
    do {
      figures = try JSONDecoder().decode([String: Double].self, from: try Data(contentsOf: file))
    } catch { figures = nil }
    guard let figures, figures.values.allSatisfy({ (0...100).contains($0) }) else {
      throw ResultsError(
        .damaged,
        "\(file.path) holds no figures of a test server: they are numbers by name, in per cent, such as "
          + "{\"miou\": 73.24}")
    }
    return figures
  }

  /// All records one level below `directory`, in the order of their folders' names, and why others cannot be read.
  public static func records(under directory: URL) throws(ResultsError) -> (
    records: [RunRecord], unreadable: [ResultsError]
  ) {
    let names: [String]
    do { names = try FileError.names(in: directory) } catch {
      throw ResultsError(.file, "\(error); name the runs with --runs")
    }
    var (records, unreadable): ([RunRecord], [ResultsError]) = ([], [])
    for name in names {
      do throws(ResultsError) {
        if let record = try readRecord(in: directory.appendingPathComponent(name)) {
          records.append(record)
        }
      } catch { unreadable.append(error) }
    }
    return (records, unreadable)
  }
}
