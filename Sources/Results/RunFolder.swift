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
    do throws(ResultsError) { try Self.claim(descriptor, url) } catch {
      close(descriptor)
      throw error
    }
    self.url = url
    lock = descriptor
    try removeTemporaries()
  }

  /// Locks the file for this process. Who only looks has it for an instant, which is waited for.
  private static func claim(_ descriptor: Int32, _ url: URL) throws(ResultsError) {
    for attempt in 1...5 {
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
      guard errno == EWOULDBLOCK else {
        throw ResultsError(
          .file,
          "\(url.path) cannot be claimed, its file system has no locks (\(String(cString: strerror(errno)))): "
            + "use another --runs directory")
      }
      if attempt < 5 { usleep(20_000) }
    }
    throw ResultsError(
      .claimed,
      "another process works in \(url.path): wait for it, stop it, or use another --runs directory")
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

  /// Whether a process of this machine, or of one that shares the file system, has the folder.
  public static func isClaimed(_ url: URL) -> Bool {
    let descriptor = open(url.appendingPathComponent("lock").path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  /// `record.json`
  public var record: URL { url.appendingPathComponent(Self.recordName) }
  /// `events.jsonl`
  public var events: URL { url.appendingPathComponent("events.jsonl") }
  /// `events.out.tfevents.lskd`: what TensorBoard reads.
  public var tensorBoard: URL { url.appendingPathComponent("events.out.tfevents.lskd") }
  /// `resume.lskd`: the state from which a stopped run goes on.
  public var resume: URL { url.appendingPathComponent("resume.lskd") }
  /// `last.lskd`: the network after the last finished epoch.
  public var last: URL { url.appendingPathComponent("last.lskd") }
  /// `best.lskd`: the network after the epoch with the best test result.
  public var best: URL { url.appendingPathComponent("best.lskd") }

  /// `evaluation.json`: what was measured of the finished network image by image.
  public var evaluation: URL { url.appendingPathComponent(Self.evaluationName) }
  /// `predictions.bin`: what the finished network said of every test image.
  public var predictions: URL { url.appendingPathComponent("predictions.bin") }

  private static let recordName = "record.json"
  private static let evaluationName = "evaluation.json"

  /// The record of a run folder that nobody needs to own; nil when there is none yet.
  public static func readRecord(in url: URL) throws(ResultsError) -> RunRecord? {
    let file = url.appendingPathComponent(recordName)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    var record = try RunRecord(contentsOf: file)
    if let figures = try serverFigures(in: url) { record.serverFigures = figures }
    if let evaluation = try evaluation(in: url, of: record) { record.evaluation = evaluation }
    return record
  }

  /// The evaluation of a record's last checkpoint; nil for none, and for one of another checkpoint.
  private static func evaluation(in url: URL, of record: RunRecord) throws(ResultsError)
    -> FinalEvaluation?
  {
    let file = url.appendingPathComponent(evaluationName)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    let found: FinalEvaluation
    do {
      found = try JSONDecoder().decode(FinalEvaluation.self, from: try Data(contentsOf: file))
    } catch {
      throw ResultsError(
        .damaged,
        "\(file.path) is no evaluation: \(error.reason); remove it, and the command of its run writes it anew"
      )
    }
    guard found.isSound else {
      throw ResultsError(
        .damaged,
        "\(file.path) does not hold one bit for each of its images: remove it, and the command of its run writes it anew"
      )
    }
    return found.checkpoint == record.last?.sha256 ? found : nil
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
}
