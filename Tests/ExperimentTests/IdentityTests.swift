import Experiments
import Foundation
import Testing

/// A run that changes its name is trained anew, and its old results stand apart: a change here is a decision, to be
/// noted in the changelog. `LSKD_REWRITE_IDENTITIES=1 swift test --filter IdentityTests` writes the list anew.
struct IdentityTests {
  private static let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Identities.json")

  @Test("every run of every table has the identity and the deviations that are on the list")
  func pinned() throws {
    let planned = try Identities.planned()
    if ProcessInfo.processInfo.environment["LSKD_REWRITE_IDENTITIES"] == "1" {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
      try (encoder.encode(planned) + Data("\n".utf8)).write(to: Self.file)
    }
    let pinned = try JSONDecoder().decode(Identities.self, from: Data(contentsOf: Self.file))
    #expect(planned.deviations == pinned.deviations)
    let names = Set(planned.runs.keys).union(pinned.runs.keys)
    let changed = names.filter { planned.runs[$0] != pinned.runs[$0] }.sorted()
    #expect(changed.isEmpty, "\(changed.count) of \(names.count) runs")
  }
}
