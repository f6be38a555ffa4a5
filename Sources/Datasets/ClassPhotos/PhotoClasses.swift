import DurableFiles
public import Foundation

/// The classes of photos in the order of their labels.
public struct PhotoClasses: Hashable, Sendable {
  /// What folders are called, such as WordNet ids.
  public let ids: [String]
  /// What people call them; empty where nothing tells.
  public let words: [String]

  /// Classes without words for people.
  public init(_ ids: [String]) { self.init(ids, words: []) }

  /// Classes with a word or words for each, or none.
  public init(_ ids: [String], words: [String]) {
    precondition(words.isEmpty || words.count == ids.count)
    self.ids = ids
    self.words = words
  }

  /// Reads a list in the order of the labels: an id per line, and behind a blank, where anything stands there, the class in
  /// words. Throws for a file that cannot be read, that is empty, and for an id that occurs twice.
  public init(contentsOf file: URL) throws(DatasetError) {
    let text: String
    do { text = String(decoding: try Data(contentsOf: file), as: UTF8.self) } catch {
      throw DatasetError("cannot read \(file.path): \(error.reason)")
    }
    let lines = text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: " ", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
    }.filter { $0.first?.isEmpty == false }
    let ids = lines.map { $0[0] }
    guard !ids.isEmpty else { throw DatasetError("\(file.path) names no class") }
    var known: Set<String> = []
    if let twice = ids.first(where: { !known.insert($0).inserted }) {
      throw DatasetError("\(file.path) names the class \(twice) twice")
    }
    let hasWords = lines.allSatisfy { $0.count == 2 }
    self.init(ids, words: hasWords ? lines.map { $0[1] } : [])
  }

  /// Number of classes.
  public var count: Int { ids.count }

  /// A class for people.
  public func name(_ label: Int) -> String {
    words.isEmpty ? ids[label] : "\(ids[label]) \(words[label])"
  }
}
