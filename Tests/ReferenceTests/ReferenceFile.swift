import Foundation
import GoldenVectors
import Testing

/// A golden file.
struct ReferenceFile: CustomTestStringConvertible, CustomStringConvertible {
  /// The folder's name, or the file's at the top.
  let kind: String
  /// The file's name.
  let stem: String
  let url: URL

  var description: String { kind == stem ? kind : "\(kind)/\(stem)" }
  var testDescription: String { description }

  /// The same as the file of a network or a loss; nil for other kinds.
  var golden: GoldenFile? { GoldenFile.Kind(rawValue: kind).map { GoldenFile($0, url) } }

  init(_ kind: String, _ url: URL) {
    self.kind = kind
    self.url = url
    stem = url.deletingPathExtension().lastPathComponent
  }
}

/// The golden files that there are.
enum ReferenceFiles {
  private static let project = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The project's own.
  static let own = all(in: project.appendingPathComponent("Tests/Vectors"))

  /// Those of LSKD_REFERENCE, or of `shared/reference` beside the project.
  private static let found: [ReferenceFile] = {
    let named = ProcessInfo.processInfo.environment["LSKD_REFERENCE"].map(
      URL.init(fileURLWithPath:))
    return all(
      in: named ?? project.deletingLastPathComponent().appendingPathComponent("shared/reference"))
  }()

  static let areGiven = !found.isEmpty
  /// Subjects that this version does not have.
  static let waiting = found.filter { isNotBuilt($0.description) }
  /// Scores of predictions for photos, which the files do not hold.
  static let ofPhotos = found.filter { $0.kind == "evaluation" }
  static let given = found.filter { !isNotBuilt($0.description) && $0.kind != "evaluation" }

  private static func isNotBuilt(_ name: String) -> Bool {
    name == "augmentation/facts"
  }

  private static func all(in directory: URL) -> [ReferenceFile] {
    (FileManager.default.subpaths(atPath: directory.path) ?? []).sorted()
      .filter { $0.hasSuffix(".json") }
      .map { path in
        let url = directory.appendingPathComponent(path)
        let folders = path.split(separator: "/").dropLast()
        let kind = folders.first.map(String.init) ?? url.deletingPathExtension().lastPathComponent
        return ReferenceFile(kind, url)
      }
  }
}
