import Foundation
import JSON
import ModelZoo
import NeuralNet
import Results

/// Table 1: what the settings' networks are, counted from the networks themselves.
public struct SettingsTable {
  private struct Network {
    let name: String
    let parameters: Int
    let multiplyAdds: Int

    init(_ architecture: Architecture, classCount: Int) throws {
      let network = try architecture.makeNetwork(
        classCount: classCount, store: ParameterStore(seed: 0))
      name = architecture.description
      parameters = network.store.parameterCount
      multiplyAdds = network.multiplyAdds(imageSize: ImageSize(height: 32, width: 32))
    }

    var json: JSONValue {
      .object([
        "network": .string(name), "parameters": .integer(parameters),
        "multiply_adds": .integer(multiplyAdds),
      ])
    }
  }

  private let rows: [(setting: String, teacher: Network, student: Network)]

  /// Counts the networks of all settings, for 32 x 32 images.
  public init(classCount: Int) throws {
    var networks: [Architecture: Network] = [:]
    func count(_ architecture: Architecture) throws -> Network {
      if let known = networks[architecture] { return known }
      let network = try Network(architecture, classCount: classCount)
      networks[architecture] = network
      return network
    }
    rows = try Setting.all.map { ($0.id, try count($0.teacher), try count($0.student)) }
  }

  /// The table for the terminal, or as JSON.
  public func text(json: Bool) -> String {
    guard !json else { return self.json }
    var table = TextTable(Self.headings)
    for row in cells(published: \.plain) { table.add(row) }
    return table.text
  }

  /// The table with its explanation.
  public var markdown: String {
    let line = { (cells: [String]) in "| " + cells.joined(separator: " | ") + " |" }
    return
      ([
        "# table1: settings on CIFAR-100", "",
        "Counted from the networks of this suite, for 100 classes and one 32 x 32 image; multiply-adds of "
          + "convolutions and linear layers. Published counts: README of the OFD code (grade A), in millions.",
        "", line(Self.headings), line(Self.headings.map { _ in "---" }),
      ] + cells(published: \.markdown).map(line) + [
        "", "Command:", "", "    lskd-repro table1", "",
      ])
      .joined(separator: "\n")
  }

  /// The numbers in full.
  public var json: String {
    JSONValue.object([
      "table": .string("table1"),
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

  private static let headings = [
    "setting", "teacher", "student", "teacher parameters", "published (M)", "student parameters",
    "published (M)", "student / teacher", "teacher multiply-adds", "student multiply-adds",
  ]

  private func cells(published: (ReferenceCell) -> String) -> [[String]] {
    rows.map { row in
      func known(_ column: String) -> String {
        References.cells.first {
          $0.table == "table1" && $0.setting == row.setting && $0.column == column
        }.map(published) ?? "-"
      }
      let share = Double(row.student.parameters) / Double(row.teacher.parameters)
      return [
        row.setting, row.teacher.name, row.student.name, String(row.teacher.parameters),
        known("teacher parameters"), String(row.student.parameters), known("student parameters"),
        String(format: "%.1f %%", 100 * share), String(row.teacher.multiplyAdds),
        String(row.student.multiplyAdds),
      ]
    }
  }
}

extension ReferenceCell {
  fileprivate var plain: String { printed ?? "unknown" }
}
