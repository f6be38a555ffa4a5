import Foundation
import JSON

/// Records of layouts 1 and 2 in the present one. What they held in words becomes facts where their configuration tells
/// them; constants, which were prose, stay unknown.
enum OldLayout {
  /// The data of a record of any layout as one of the present layout, but for its number.
  static func current(_ data: Data, version: Int) throws -> Data {
    guard version < 3 else { return data }
    var record = try JSONValue(json: data)
    if version < 2 { record = withMeasures(record) }
    return try JSONEncoder().encode(withFacts(record))
  }

  /// Layout 1 had errors as members of their own.
  private static func withMeasures(_ value: JSONValue) -> JSONValue {
    switch value {
    case .array(let list): return .array(list.map(withMeasures))
    case .object(var members):
      members = members.mapValues(withMeasures)
      if let top1 = members.removeValue(forKey: "top1Error"),
        let top5 = members.removeValue(forKey: "top5Error")
      {
        members["measures"] = .object([
          Metric.top1Error.rawValue: top1, Metric.top5Error.rawValue: top5,
        ])
      }
      if let training = members.removeValue(forKey: "trainingTop1Error") {
        members["trainingMeasures"] = .object([Metric.top1Error.rawValue: training])
      }
      return .object(members)
    default: return value
    }
  }

  /// Layout 2 had the method's name for all facts, and sentences alone as deviations.
  private static func withFacts(_ value: JSONValue) throws -> JSONValue {
    guard case .object(var members) = value else { return value }
    let configuration = members["configuration"] ?? .null
    let name = members.removeValue(forKey: "method")?.string ?? ""
    let isTrial = members["table"]?.string?.hasPrefix("tune") ?? false
    members["subject"] = try JSONValue(subject(name, configuration, isTrial: isTrial))
    members["metrics"] = try JSONValue(metrics(members))
    if case .array(let sentences)? = members["deviations"] {
      // Whether they keep the result from standing beside the paper's was never written: it stands apart.
      members["deviations"] = .array(
        sentences.map { .object(["text": $0, "separates": .bool(true)]) })
    }
    return .object(members)
  }

  private static func subject(_ name: String, _ configuration: JSONValue, isTrial: Bool)
    -> RunRecord.Subject
  {
    guard name != "teacher" else { return .init(role: .teacher, name: name) }
    // The configuration has the method without its variant or trial.
    let method = configuration["method"]?.string ?? name
    let (base, form) = facts(of: method)
    let weights = RunRecord.Weights(
      loss: configuration["loss_weight"]?.double, alpha: configuration["alpha"]?.double,
      share: configuration["lipschitz_share"]?.double)
    var subject = RunRecord.Subject(
      role: .student, name: name, method: method, base: base, weights: weights)
    if let form {
      subject.guidance = .init(
        form: form, pairs: configuration["lipschitz_pairs"]?.string ?? "all",
        variant: configuration["lipschitz_variant"]?.string.map(variant))
    }
    if isTrial {
      subject.trial =
        form == nil
        ? weights.loss.map { .init(term: .loss, weight: $0) }
        : (weights.share ?? weights.alpha).map { .init(term: .lipschitz, weight: $0) }
    }
    return subject
  }

  /// What the names of methods said.
  private static func facts(of name: String) -> (base: String, RunRecord.Guidance.Form?) {
    switch name {
    case "london": return ("ofd", .differentiable)
    case "london-released": return ("ofd", .stopGradient)
    default:
      let words = name.split(separator: "+").map(String.init)
      return words.count == 2 && words[1] == "london"
        ? (words[0], .differentiable) : (name, nil)
    }
  }

  private static func variant(_ text: String) -> RunRecord.Guidance.Variant {
    let words = text.split(separator: "=", maxSplits: 1).map(String.init)
    let value = words.count == 2 ? words[1] : ""
    return .init(
      parameter: words.first ?? "", value: Double(value).map { .number($0) } ?? .string(value))
  }

  private static func metrics(_ record: [String: JSONValue]) -> TableMetrics {
    guard case .array(let epochs)? = record["epochs"],
      let measures = (record["last"] ?? epochs.last)?["measures"] ?? epochs.last?["measures"]
    else { return .classification }
    return [TableMetrics.detection, .segmentation].first {
      measures[$0.main.rawValue] != nil
    } ?? .classification
  }
}

extension JSONValue {
  /// Any value that can be encoded.
  init(_ value: some Encodable) throws {
    self = try JSONValue(json: JSONEncoder().encode(value))
  }
}
