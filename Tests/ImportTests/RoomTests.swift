import Foundation
import Testing

/// Every concept has one room: tables, tasks and methods are values, and no other file tells them apart.
struct RoomTests {
  /// A file of the sources by its path below `Sources`.
  private struct Source {
    let path: String
    let lines: [String]

    func isIn(_ rooms: [String]) -> Bool { rooms.contains { path.hasPrefix($0) } }

    /// The lines that match, as sentences.
    func places(of pattern: some RegexComponent) -> [String] {
      lines.enumerated().filter { $1.firstMatch(of: pattern) != nil }
        .map { "\(path):\($0 + 1): \($1.trimmingCharacters(in: .whitespaces))" }
    }
  }

  private func sources() throws -> [Source] {
    let root = ImportGraphTests.sources
    let files = try FileManager.default.subpathsOfDirectory(atPath: root.path)
      .filter { $0.hasSuffix(".swift") }.sorted()
    #expect(files.count > 200)
    return try files.map { file in
      let text = try String(contentsOf: root.appendingPathComponent(file), encoding: .utf8)
      return Source(path: file, lines: text.components(separatedBy: "\n"))
    }
  }

  @Test("no file outside of Tables names a table or figure, in code or in words")
  func tables() throws {
    let name = /\b([Tt]able|[Ff]igure) ?[0-9]/
    var inside = 0
    for source in try sources() {
      if source.isIn(["Experiments/Tables/"]) {
        inside += source.places(of: name).count
      } else {
        #expect(source.places(of: name).isEmpty)
      }
    }
    #expect(inside > 20)
  }

  @Test("no file outside of Tasks switches over tasks")
  func tasks() throws {
    let choice = /(case|==|!=|~=) *\.(classification|detection|segmentation)\b/
    for source in try sources() where !source.isIn(["Experiments/Tasks/"]) {
      #expect(source.places(of: choice).isEmpty)
    }
  }

  @Test("Results knows no data set and takes no name apart")
  func results() throws {
    let known = /CIFAR|Pascal|ImageNet|has(Prefix|Suffix)\("(table|teacher|london|ofd)/
    for source in try sources() where source.isIn(["Results/"]) {
      #expect(source.places(of: known).isEmpty)
    }
  }
}
