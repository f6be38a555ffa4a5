import Foundation

/// The golden directory: LSKD_REFERENCE, or `shared/reference` beside the project.
enum ReferenceDirectory {
  static let url: URL? = {
    let project = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let named = ProcessInfo.processInfo.environment["LSKD_REFERENCE"].map(
      URL.init(fileURLWithPath:))
    let beside = project.deletingLastPathComponent().appendingPathComponent("shared/reference")
    let url = named ?? beside
    return FileManager.default.fileExists(atPath: url.path) ? url : nil
  }()

  /// All golden files with their kinds: the folder's name, or the file's at the top.
  static func files() throws -> [(kind: String, file: URL)] {
    guard let url else { return [] }
    var found: [(String, URL)] = []
    for name in try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() {
      let entry = url.appendingPathComponent(name)
      if entry.pathExtension == "json" {
        found.append((entry.deletingPathExtension().lastPathComponent, entry))
      } else if let names = try? FileManager.default.contentsOfDirectory(atPath: entry.path) {
        // What is no directory holds no vectors.
        found += names.sorted().filter { $0.hasSuffix(".json") }
          .map { (name, entry.appendingPathComponent($0)) }
      }
    }
    return found
  }
}
