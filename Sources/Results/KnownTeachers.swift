import JSON

/// The teachers among records: students of two teachers that differ in nothing but their seeds are observations of one
/// thing.
struct KnownTeachers: Sendable {
  private let recipes: [String: JSONValue]

  init(_ records: [RunRecord]) {
    recipes = Dictionary(
      records.filter { $0.subject.role == .teacher }.compactMap { record in
        record.last.map {
          (record.configurationHash + $0.sha256, record.configuration.without(["seed"]))
        }
      }
    ) { first, _ in first }
  }

  /// The teacher's configuration without its seed; nil where no record tells how that checkpoint came to be.
  func recipe(of teacher: RunRecord.Teacher) -> JSONValue? {
    recipes[teacher.configurationHash + teacher.checkpointHash]
  }
}
