import Foundation
import JSON

extension ConstantsReport {
  /// The page.
  public var page: Page {
    var blocks: [Page.Block] = [
      .paragraph(
        "The constant of a module is the largest singular value of its transmitting matrix, exact, image by image on "
          + "fixed training images with running statistics; a distance is the mean of |student - teacher| over the "
          + "teacher's mean, before training, halfway and after it. \"Connected\" has the front map behind its "
          + "connector, as the Lipschitz term has it; connectors are thrown away after training. The gain is that over "
          + "the same method without the term, or over the student alone, block by block, in points of the table's "
          + "metric; the correlation over blocks is that of the gain with the mean distance at the end, behind connectors where there are some: where closer helps "
          + "it is negative. A gain that a control has as well is no gain of matching.")
    ]
    for (place, rows) in places { blocks += [.heading(2, place.text), .table(Self.table(rows))] }
    return Page(
      name: "constants", title: "Do the students' constants come closer, and does it help?",
      blocks: blocks)
  }

  private static func table(_ rows: [Row]) -> TextTable {
    let modules = rows.map(\.modules.count).max() ?? 0
    let names = (0..<modules).map { "taps \($0 + 1)-\($0 + 2)" }
    var table = TextTable(
      ["method", "runs"] + names.flatMap { ["\($0), raw", "\($0), connected"] }
        + ["gain", "correlation", "connectors' share", "cosines"])
    for row in rows {
      let distances = (0..<modules).flatMap { index -> [String] in
        guard index < row.modules.count else { return ["-", "-"] }
        return [row.modules[index].raw, row.modules[index].connected].map { stages in
          stages.isEmpty ? "-" : stages.map { String(format: "%.3f", $0) }.joined(separator: ", ")
        }
      }
      func number(_ value: Double?) -> String { value.map { String(format: "%.2f", $0) } ?? "n/a" }
      let cosines = row.cosines.sorted { $0.key < $1.key }.map { "\($0) \(number($1))" }
      table.add(
        [row.method, "\(row.count)"] + distances + [
          number(row.gain), number(row.correlation), number(row.connectorShare),
          cosines.isEmpty ? "-" : cosines.joined(separator: ", "),
        ])
    }
    return table
  }

  /// The page's JSON twin.
  public var json: String {
    JSONValue.array(
      places.map { place, rows in
        .object([
          "setting": .string(place.setting), "dataset": .string(place.dataset),
          "protocol": .string(place.protocolName), "budget": .string(place.budget),
          "methods": .array(rows.map(\.value)),
        ])
      }
    ).indented
  }
}

extension ConstantsReport.Row {
  fileprivate var value: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    func numbers(_ values: [Double]) -> JSONValue { .array(values.map { .number($0) }) }
    return .object([
      "method": .string(method), "runs": .integer(count),
      "modules": .array(
        modules.map {
          .object(["raw": numbers($0.raw), "connected": numbers($0.connected)])
        }),
      "gain": number(gain), "correlation": number(correlation),
      "connector_share": number(connectorShare),
      "cosines": .object(cosines.mapValues { .number($0) }),
    ])
  }
}
