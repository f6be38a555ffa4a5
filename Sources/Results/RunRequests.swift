import DurableFiles
public import Foundation
import JSON

/// What commands asked for, beside the run folders: what never began is known from here.
public enum RunRequests {
  static let directory = "requests"

  /// Notes the runs of a command, as records that nothing was done for. The same request again takes the place of the
  /// first one, whatever has become of its recipe.
  public static func note(_ records: [RunRecord], under runs: URL) throws(ResultsError) {
    let asked = records.map { record in
      var record = record
      record.status = .missing
      return record
    }
    let names = asked.map { record in
      let teacher = record.teacherSeed.flatMap { $0 == 0 ? nil : "\($0)" }
      return
        ([
          record.table, record.setting, record.method, record.protocolName, record.budget,
          "\(record.rootSeed)",
        ] + [teacher].compactMap { $0 }).joined(separator: " ")
    }
    let digest = Digest.sha256(Data(names.joined(separator: "\n").utf8))
    let place = runs.appendingPathComponent(directory)
    let file = place.appendingPathComponent("\(digest.prefix(16)).json")
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      try FileError.makeDirectory(place)
      try AtomicFile.write(try encoder.encode(asked) + Data("\n".utf8), to: file)
    } catch let error as FileError {
      throw ResultsError(error)
    } catch {
      throw ResultsError(.file, "cannot write \(file.path): \(error.reason)")
    }
  }

  /// All that was asked for under `runs`, in the order of the files' names.
  public static func read(under runs: URL) throws(ResultsError) -> [RunRecord] {
    let place = runs.appendingPathComponent(directory)
    guard FileManager.default.fileExists(atPath: place.path) else { return [] }
    var records: [RunRecord] = []
    do {
      for name in try FileManager.default.contentsOfDirectory(atPath: place.path).sorted()
      where name.hasSuffix(".json") {
        let file = place.appendingPathComponent(name)
        records += try RunRecord.list(contentsOf: file)
      }
    } catch let error as ResultsError {
      throw error
    } catch {
      throw ResultsError(.file, "cannot list \(place.path): \(error.reason)")
    }
    return records
  }
}

extension RunRecord {
  /// Records of the present layout; those of another are no longer of interest as requests.
  fileprivate static func list(contentsOf file: URL) throws(ResultsError) -> [RunRecord] {
    do {
      let values = try JSONDecoder().decode([JSONValue].self, from: Data(contentsOf: file))
      return try values.filter { $0["schemaVersion"] == .integer(currentSchema) }.map {
        try JSONDecoder().decode(RunRecord.self, from: JSONEncoder().encode($0))
      }
    } catch {
      throw ResultsError(
        .damaged,
        "\(file.path) is no list of requested runs: \(error.reason); it may be removed")
    }
  }
}
