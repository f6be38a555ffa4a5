import DurableFiles
public import Foundation
import JSON

/// A run folder held against itself: digests, completeness and order of events, single images.
public struct RunFolderCheck: Sendable {
  /// The folder, or the file of an exported record.
  public let place: URL
  /// Its record; nil where it cannot be read.
  public let record: RunRecord?
  /// What is wrong, in clauses.
  public private(set) var faults: [String] = []
  /// What could not be held against anything.
  public private(set) var notes: [String] = []

  /// Reads everything in the folder once.
  public init(_ place: URL) {
    self.place = place
    let isFile = RunCollection.isFile(place)
    do throws(ResultsError) {
      record =
        try isFile ? RunRecord(contentsOf: place) : RunFolder.readRecord(in: place)
    } catch {
      record = nil
      faults.append(error.description)
      return
    }
    guard let record else {
      faults.append("there is no record.json")
      return
    }
    guard isFile || !RunFolder.isClaimed(place) else {
      notes.append("a process works in it: it was not checked")
      return
    }
    if let fault = record.fault { faults.append(fault) }
    guard !isFile else { return }
    let folder = RunFolder(following: place)
    checkCheckpoints(record)
    checkEvents(record, folder.events)
    checkPredictions(record, folder.predictions)
  }

  private mutating func checkCheckpoints(_ record: RunRecord) {
    for reference in [record.last, record.best].compactMap({ $0 }) {
      let file = place.appendingPathComponent(reference.file)
      guard FileManager.default.fileExists(atPath: file.path) else {
        notes.append("\(reference.file) is not there")
        continue
      }
      do {
        let found = try Digest.sha256(fileAt: file)
        guard found == reference.sha256 else {
          faults.append(
            "\(reference.file) is not the one of the record (SHA-256 \(found.prefix(12)) instead of "
              + "\(reference.sha256.prefix(12)))")
          continue
        }
      } catch { faults.append(error.reason) }
    }
  }

  /// Steps rise one by one, and every epoch of the record has its event with the same result.
  private mutating func checkEvents(_ record: RunRecord, _ file: URL) {
    guard FileManager.default.fileExists(atPath: file.path) else {
      notes.append("there are no events")
      return
    }
    do {
      var step = 0
      var results: [JSONValue] = []
      for line in try FileError.reading(file).split(separator: UInt8(ascii: "\n")) {
        let event = try JSONValue(json: Data(line))
        let number = event["step"]?.integer ?? 0
        switch event["event"]?.string {
        case "epoch":
          results.append(event["test"] ?? .null)
          if number != step {
            faults.append("the event of epoch \(results.count) is not at its step")
          }
        case "step", "preparation step":
          guard number == step + 1 else {
            faults.append("events.jsonl goes from step \(step) to step \(number)")
            return
          }
          step = number
        default: break
        }
      }
      let expected = record.epochs.map { epoch in
        JSONValue.object(
          Dictionary(uniqueKeysWithValues: epoch.measures.map { ($0.key.key, .number($0.value)) }))
      }
      if Array(results.prefix(expected.count)) != expected {
        faults.append("the results of events.jsonl are not those of the record")
      }
    } catch { faults.append("events.jsonl cannot be read: \(error.reason)") }
  }

  private mutating func checkPredictions(_ record: RunRecord, _ file: URL) {
    guard let evaluation = record.evaluation else {
      if record.status == .finished { notes.append("it has not been evaluated image by image") }
      return
    }
    guard FileManager.default.fileExists(atPath: file.path) else {
      notes.append("predictions.bin is not there")
      return
    }
    do {
      guard Digest.sha256(try FileError.reading(file)) == evaluation.predictions else {
        faults.append("predictions.bin is not the file of the evaluation")
        return
      }
    } catch { faults.append(error.reason) }
  }
}

extension RunFolderCheck {
  /// What runs of one table and budget were not made with alike, in sentences: they are compared with each other all the
  /// same.
  public static func drift(of records: [RunRecord]) -> [String] {
    let tables = Dictionary(grouping: records.filter { $0.status == .finished }) {
      "\($0.table), \($0.protocolName), \($0.budget)"
    }
    let facts: [(String, (RunRecord) -> String)] = [
      ("suite", { "\($0.suite.commit.prefix(12))\($0.suite.dirty ? " with changes" : "")" }),
      ("libtorch", \.environment.libtorch), ("processor", \.environment.cpuModel),
      ("vector instructions", \.environment.cpuFeatures), ("device", \.environment.device),
      ("precision", \.environment.precision), ("kernels", { $0.environment.kernels ?? "fast" }),
    ]
    return tables.sorted { $0.key < $1.key }.flatMap { name, own in
      facts.compactMap { fact, value in
        let values = Dictionary(grouping: own, by: value).mapValues(\.count)
        guard values.count > 1 else { return nil }
        return "\(name): runs differ in \(fact): "
          + values.sorted { $0.key < $1.key }.map { "\($0.key) (\($0.value))" }
          .joined(separator: ", ")
      }
    }
  }

  /// Runs that are one observation and lie in several folders.
  public static func doubles(of checks: [RunFolderCheck]) -> [String] {
    let runs = Dictionary(grouping: checks.filter { $0.record?.status == .finished }) {
      [$0.record?.configurationHash ?? "", $0.record?.teacher?.checkpointHash ?? ""]
    }
    return runs.values.filter { $0.count > 1 }.map { own in
      "one run lies in several folders: "
        + own.map(\.place.lastPathComponent).sorted().joined(separator: ", ")
    }.sorted()
  }
}
