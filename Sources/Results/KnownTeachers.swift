import DurableFiles
import Foundation
import JSON

/// The teachers among records: students of two teachers that differ in nothing but their seeds are observations of one
/// thing.
struct KnownTeachers: Sendable {
  private let recipes: [String: String]

  init(_ records: [RunRecord]) {
    recipes = Dictionary(
      records.filter { $0.subject.role == .teacher }.compactMap { record in
        record.last.map {
          let recipe = record.configuration.without(["seed"]).canonical
          return (record.configurationHash + $0.sha256, Digest.sha256(Data(recipe.utf8)))
        }
      }
    ) { first, _ in first }
  }

  /// SHA-256 of the teacher's configuration without its seed; nil where no record tells how that checkpoint came to be.
  func recipe(of teacher: RunRecord.Teacher) -> String? {
    recipes[teacher.configurationHash + teacher.checkpointHash]
  }
}
