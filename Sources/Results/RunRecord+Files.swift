import DurableFiles
public import Foundation

extension RunRecord {
  private struct Version: Decodable { var schemaVersion: Int }

  /// Reads a record of this or an older layout; `schemaVersion` stays that of the file.
  /// - Throws: `ResultsError`: `newerVersion` when a newer suite wrote it, `damaged` when it is none.
  public init(contentsOf url: URL) throws(ResultsError) {
    let data: Data
    do { data = try Data(contentsOf: url) } catch {
      throw ResultsError(.file, "cannot read \(url.path): \(error.reason)")
    }
    // Nearly all records are of this layout, and parsing is what a report of many takes its time for.
    if let record = try? JSONDecoder().decode(RunRecord.self, from: data),
      record.schemaVersion == Self.currentSchema
    {
      self = record
      return
    }
    do {
      let version = try JSONDecoder().decode(Version.self, from: data).schemaVersion
      guard version <= Self.currentSchema else {
        throw ResultsError(
          .newerVersion,
          "\(url.path) was written by a newer version of the suite (record layout \(version), this one "
            + "reads up to \(Self.currentSchema)): use that version or another --runs directory")
      }
      self = try JSONDecoder().decode(
        RunRecord.self, from: try OldLayout.current(data, version: version))
    } catch let error as ResultsError {
      throw error
    } catch {
      throw ResultsError(.damaged, "\(url.path) is no run record: \(error.reason)")
    }
  }

  /// Writes the record whole or not at all, with sorted keys.
  public func write(to url: URL) throws(ResultsError) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      try AtomicFile.write(try encoder.encode(self) + Data("\n".utf8), to: url)
    } catch let error as FileError {
      throw ResultsError(error)
    } catch {
      throw ResultsError(.damaged, "cannot write \(url.path): \(error.reason)")
    }
  }
}
