import Foundation
import JSON
import ModelZoo
import NeuralNet
public import Results
import UserErrors

/// What the networks of a table's settings are, counted from the networks themselves.
public struct NetworkCounts {
  private struct Network {
    let name: String
    let parameters: Int
    let multiplyAdds: Int

    init(_ architecture: Architecture, classCount: Int, imageSide: Int) throws {
      let network = try architecture.makeNetwork(
        classCount: classCount, store: ParameterStore.ofShapes())
      name = architecture.description
      parameters = network.store.parameterCount
      multiplyAdds = network.multiplyAdds(
        imageSize: ImageSize(height: imageSide, width: imageSide))
    }

    var json: JSONValue {
      .object([
        "network": .string(name), "parameters": .integer(parameters),
        "multiply_adds": .integer(multiplyAdds),
      ])
    }
  }

  private let table: PaperTable
  private let rows: [(setting: String, teacher: Network, student: Network)]

  /// Counts the networks of a table that shows nothing else.
  public init(_ table: PaperTable) throws {
    guard case .networks(let classCount, let side) = table.content else {
      throw UsageError("\(table.id) shows more than networks: it needs runs")
    }
    var networks: [Architecture: Network] = [:]
    func count(_ architecture: Architecture) throws -> Network {
      if let known = networks[architecture] { return known }
      let network = try Network(architecture, classCount: classCount, imageSide: side)
      networks[architecture] = network
      return network
    }
    self.table = table
    rows = try table.settings.map { ($0.id, try count($0.teacher), try count($0.student)) }
  }

  /// The table for the terminal, or as JSON.
  public func text(json: Bool) -> String {
    json ? self.json : filled { $0.printed ?? "unknown" }.text
  }

  /// The table with its explanation.
  public var page: Page {
    Page(
      name: table.id, title: "\(table.id): \(table.title)",
      blocks: [.table(filled(\.markdown))] + (table.note.map { [.paragraph($0)] } ?? [])
        + [.paragraph("Command:"), .code(["lskd-repro \(table.id)"])])
  }

  /// The numbers in full.
  public var json: String {
    JSONValue.object([
      "table": .string(table.id),
      "settings": .array(
        rows.map { row in
          .object([
            "setting": .string(row.setting), "teacher": row.teacher.json,
            "student": row.student.json,
            "parameter_ratio": .number(
              Double(row.student.parameters) / Double(row.teacher.parameters)),
          ])
        }),
    ]).indented
  }

  private func filled(_ published: (ReferenceCell) -> String) -> TextTable {
    var text = TextTable([
      "setting", "teacher", "student", "teacher parameters", "published (M)",
      "student parameters", "published (M)", "student / teacher", "teacher multiply-adds",
      "student multiply-adds",
    ])
    for row in rows {
      func known(_ column: String) -> String {
        table.references.first { $0.setting == row.setting && $0.column == column }
          .map(published) ?? "-"
      }
      let share = 100 * Double(row.student.parameters) / Double(row.teacher.parameters)
      text.add([
        row.setting, row.teacher.name, row.student.name, String(row.teacher.parameters),
        known("teacher parameters"), String(row.student.parameters), known("student parameters"),
        String(format: "%.1f %%", share), String(row.teacher.multiplyAdds),
        String(row.student.multiplyAdds),
      ])
    }
    return text
  }
}
