import Dispatch
public import DurableFiles
public import Foundation
import Synchronization

/// All records of a directory: of its run folders, or files of records as they are exported.
public struct RunCollection: Sendable {
  /// A record with where it was found.
  public struct Entry: Sendable {
    /// The run folder, or the file.
    public let place: URL
    /// The record.
    public let record: RunRecord
  }

  /// Those that can be read, in the order of their names.
  public let entries: [Entry]
  /// Why others cannot.
  public let unreadable: [ResultsError]

  /// The records alone.
  public var records: [RunRecord] { entries.map(\.record) }

  /// Nothing, as of a directory that is not there yet.
  public static let none = RunCollection(entries: [], unreadable: [])

  private init(entries: [Entry], unreadable: [ResultsError]) {
    self.entries = entries
    self.unreadable = unreadable
  }

  /// Reads what lies one level below `directory`.
  public init(under directory: URL) throws(ResultsError) {
    let names: [String]
    do { names = try Self.names(in: directory).sorted() } catch {
      throw ResultsError(.file, "\(error); name the runs with --runs")
    }
    let found = Mutex([Int: Result<Entry, ResultsError>]())
    // Records are independent of each other, and decoding them is what takes the time.
    DispatchQueue.concurrentPerform(iterations: names.count) { index in
      let place = directory.appendingPathComponent(names[index])
      let result = Result { () throws(ResultsError) in try Self.entry(place) }
      switch result {
      case .success(nil): break
      case .success(.some(let entry)): found.withLock { $0[index] = .success(entry) }
      case .failure(let error): found.withLock { $0[index] = .failure(error) }
      }
    }
    let results = found.withLock { $0 }
    var (entries, unreadable): ([Entry], [ResultsError]) = ([], [])
    for index in names.indices {
      switch results[index] {
      case .success(let entry): entries.append(entry)
      case .failure(let error): unreadable.append(error)
      case nil: break
      }
    }
    self.entries = entries
    self.unreadable = unreadable
  }

  /// What lies in a directory, without what a process left that died while it wrote or copied.
  public static func names(in directory: URL) throws(FileError) -> [String] {
    try FileError.names(in: directory).filter { !$0.hasSuffix(AtomicFile.temporaryEnding) }
  }

  /// Whether a place is the file of an exported record rather than a run folder.
  public static func isFile(_ place: URL) -> Bool { place.pathExtension == "json" }

  private static func entry(_ place: URL) throws(ResultsError) -> Entry? {
    if isFile(place) {
      return Entry(place: place, record: try RunRecord(contentsOf: place))
    }
    return try RunFolder.readRecord(in: place).map { Entry(place: place, record: $0) }
  }

  /// Writes every record with its evaluation to a file of its own in `directory`, under its run folder's name, and returns
  /// the files. A report of these files is the report of the run folders.
  public func export(to directory: URL) throws -> [URL] {
    try FileError.makeDirectory(directory)
    return try entries.map { entry in
      // Names of folders hold dots, which begin no ending.
      let place = Self.isFile(entry.place) ? entry.place.deletingPathExtension() : entry.place
      let name = place.lastPathComponent
      let file = directory.appendingPathComponent("\(name).json")
      try entry.record.write(to: file)
      return file
    }
  }
}
