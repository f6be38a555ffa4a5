public import Foundation

/// A file of golden vectors of a network or a loss.
public struct GoldenFile: Sendable {
  /// What a file is about; the name of its folder.
  public enum Kind: String, CaseIterable, Sendable {
    case models, losses
  }

  /// A network or a loss.
  public let kind: Kind
  /// Which one: the file's name without its extension.
  public let name: String
  private let url: URL

  /// The file at `url`.
  public init(_ kind: Kind, _ url: URL) {
    self.kind = kind
    self.url = url
    name = url.deletingPathExtension().lastPathComponent
  }

  /// Folder and name.
  public var title: String { "\(kind.rawValue)/\(name)" }

  /// The files of a directory, in order; a folder that is absent has none.
  public static func all(in directory: URL) throws -> [GoldenFile] {
    try Kind.allCases.flatMap { kind -> [GoldenFile] in
      let folder = directory.appendingPathComponent(kind.rawValue)
      guard FileManager.default.fileExists(atPath: folder.path) else { return [] }
      return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        .filter { $0.hasSuffix(".json") }
        .map { GoldenFile(kind, folder.appendingPathComponent($0)) }
    }
  }

  /// Computes what the file holds and compares; nil for a network or a loss that the suite does not have.
  ///
  /// Throws `ReferenceNode.Malformed` for a file that is not one of these, and what the device refuses.
  public func compared(by computation: Computation) throws -> Comparison? {
    let comparison = Comparison(title, computation)
    let node = try ReferenceNode(file: url)
    switch kind {
    case .models:
      guard let network = GoldenNetwork(node, named: name, comparison) else { return nil }
      try network.check()
    case .losses:
      guard let check = GoldenLosses.checks[name] else { return nil }
      for item in try node.at("cases").list() { try check(GoldenCase(item, comparison)) }
    }
    return comparison
  }
}
