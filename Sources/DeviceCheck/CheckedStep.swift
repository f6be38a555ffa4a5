import JSON

/// What one part of a check found.
struct CheckedStep {
  enum Outcome: String {
    case passed, failed, skipped
  }

  let name: String
  let outcome: Outcome
  /// Why it failed or was left out.
  var reason: String?
  var seconds = 0.0
  /// What it measured.
  var findings: [String: JSONValue] = [:]

  var value: JSONValue {
    var members = findings
    members["step"] = .string(name)
    members["outcome"] = .string(outcome.rawValue)
    members["reason"] = reason.map { .string($0) }
    members["seconds"] = .number(seconds)
    return .object(members)
  }
}
