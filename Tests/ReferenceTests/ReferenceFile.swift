import Foundation

/// A golden file.
struct ReferenceFile: CustomTestStringConvertible, CustomStringConvertible {
  /// The folder's name, or the file's at the top.
  let kind: String
  /// The file's name.
  let stem: String
  let url: URL

  var description: String { kind == stem ? kind : "\(kind)/\(stem)" }
  /// Whether the file scores predictions for photos, which it does not hold.
  var needsPhotos: Bool { kind == "evaluation" }
  var testDescription: String { description }

  private init(_ kind: String, _ url: URL) {
    self.kind = kind
    self.url = url
    stem = url.deletingPathExtension().lastPathComponent
  }

  private static let project = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// The project's own vectors.
  static let own: URL? = project.appendingPathComponent("Tests/Vectors")

  /// Vectors of LSKD_REFERENCE, or of `shared/reference` beside the project; nil where there are none.
  static let given: URL? = {
    let named = ProcessInfo.processInfo.environment["LSKD_REFERENCE"].map(
      URL.init(fileURLWithPath:))
    let beside = project.deletingLastPathComponent().appendingPathComponent("shared/reference")
    let url = named ?? beside
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }()

  /// All golden files of a directory.
  static func all(in directory: URL?) -> [ReferenceFile] {
    guard let directory else { return [] }
    return (FileManager.default.subpaths(atPath: directory.path) ?? []).sorted()
      .filter { $0.hasSuffix(".json") }
      .map { path in
        let url = directory.appendingPathComponent(path)
        let folders = path.split(separator: "/").dropLast()
        let kind = folders.first.map(String.init) ?? url.deletingPathExtension().lastPathComponent
        return ReferenceFile(kind, url)
      }
  }
}
