import DurableFiles
public import Foundation

/// Brings run folders of other machines into one directory. Nothing that is there is written over.
public struct RunMerge: Sendable {
  /// Folders that were copied, by name.
  public private(set) var copied: [String] = []
  /// Folders that were there already with the same record.
  public private(set) var known: [String] = []
  /// What was not brought in, with the reason, in sentences.
  public private(set) var conflicts: [String] = []

  /// Copies what `sources` have and `runs` has not: run folders, exported records, and lists of what was asked for.
  public init(_ sources: [URL], into runs: URL) throws {
    try FileError.makeDirectory(runs)
    for source in sources {
      for name in try RunCollection.names(in: source) {
        let place = source.appendingPathComponent(name)
        if name == RunRequests.directory {
          try mergeRequests(place, into: runs.appendingPathComponent(name))
        } else if isRun(place) {
          try merge(place, runs.appendingPathComponent(name))
        }
      }
    }
  }

  private func isRun(_ place: URL) -> Bool {
    RunCollection.isFile(place)
      || FileManager.default.fileExists(atPath: RunFolder(following: place).record.path)
  }

  private mutating func merge(_ source: URL, _ target: URL) throws {
    let name = target.lastPathComponent
    let check = RunFolderCheck(source)
    guard let record = check.record, check.faults.isEmpty else {
      conflicts.append("\(source.path): \(check.faults.joined(separator: "; "))")
      return
    }
    guard FileManager.default.fileExists(atPath: target.path) else {
      guard record.status.isSettled || record.status == .missing else {
        conflicts.append(
          "\(source.path) is \(record.status.rawValue): finish it where it is, or move its folder yourself"
        )
        return
      }
      try Self.copy(source, to: target)
      copied.append(name)
      return
    }
    guard let other = RunFolderCheck(target).record else {
      conflicts.append("\(target.path) is there and its record cannot be read")
      return
    }
    if other.configurationHash == record.configurationHash,
      other.epochs.map(\.measures) == record.epochs.map(\.measures), other.status == record.status
    {
      known.append(name)
    } else {
      conflicts.append(
        "\(source.path) is another run than \(target.path): \(Self.words(record)) and \(Self.words(other))"
      )
    }
  }

  private static func words(_ record: RunRecord) -> String {
    "\(record.status.rawValue) after \(record.epochs.count) epochs"
      + (record.result.map { ", \($0) %" } ?? "")
  }

  /// Whole or not at all: a folder under another name becomes the run in one step.
  private static func copy(_ source: URL, to target: URL) throws {
    let part = target.deletingLastPathComponent()
      .appendingPathComponent(
        "\(target.lastPathComponent).\(getpid())\(AtomicFile.temporaryEnding)")
    do {
      try FileManager.default.copyItem(at: source, to: part)
      if !RunCollection.isFile(source) {
        let lock = part.appendingPathComponent("lock")
        if FileManager.default.fileExists(atPath: lock.path) { try FileError.remove(lock) }
      }
      try FileManager.default.moveItem(at: part, to: target)
    } catch {
      let reason = error.reason
      if FileManager.default.fileExists(atPath: part.path) { try FileError.remove(part) }
      throw ResultsError(.file, "cannot copy \(source.path) to \(target.path): \(reason)")
    }
  }

  private func mergeRequests(_ source: URL, into target: URL) throws {
    try FileError.makeDirectory(target)
    for name in try FileError.names(in: source) where name.hasSuffix(".json") {
      let file = target.appendingPathComponent(name)
      guard !FileManager.default.fileExists(atPath: file.path) else { continue }
      try AtomicFile.write(try FileError.reading(source.appendingPathComponent(name)), to: file)
    }
  }
}
