import JSON
import Statistics

extension Report {
  /// The report's numbers with full precision.
  public var json: String {
    JSONValue.object([
      "table": .string(table.id), "unit": .string(table.metrics.unit), "result": "last epoch",
      "sections": .array(sections.map(value)),
    ]).indented
  }

  private func value(_ section: Section) -> JSONValue {
    .object([
      "protocol": .string(section.protocolName), "budget": .string(section.budget),
      "dataset": .string(section.dataset), "comparable_with_paper": .bool(section.isComparable),
      "cells": .array(section.groups.map { value($0, section) }),
      "paired_differences": .array(section.contrasts.map(value)),
      "unfinished": .array(
        section.groups.flatMap(\.open).map {
          .object(["run": .string($0.configurationHash), "state": .string($0.state)])
        }),
      "commands": .array(Set(section.records.map(\.command)).sorted().map { .string($0) }),
    ])
  }

  private func value(_ group: RecordGroup, _ section: Section) -> JSONValue {
    let runs = group.records.map { record -> JSONValue in
      .object([
        "seed": JSONValue(exactly: record.rootSeed), "run": .string(record.configurationHash),
        "teacher": record.teacher.map { .string($0.checkpointHash) } ?? .null,
        "operations": .number(orNull: record.operations), "evaluation": value(record.evaluation),
        "last": value(record.last), "best_on_test": value(record.best),
        "deviations": .array(record.deviations.map { .string($0.text) }),
        "images_per_second": .number(record.imagesPerSecond),
        "wall_seconds": .number(record.wallSeconds),
        "peak_memory_bytes": .integer(record.peakMemoryBytes),
      ])
    }
    var members: [String: JSONValue] = [
      "setting": .string(group.setting), "method": .string(group.subject.name),
      "difference": group.difference.map { .string($0) } ?? .null,
      "weights": .string(group.weights), "runs": .array(runs),
    ]
    for metric in table.metrics.all { members[metric.key] = value(group.sample(metric)) }
    if let server = table.server { members["test_server"] = value(group.sample(server)) }
    if section.isComparable {
      members["paper"] = .array(
        cells(group.setting, group.subject.name).map { cell in
          .object([
            "printed": cell.printed.map { .string($0) } ?? .null,
            "grade": .string(cell.grade.rawValue), "source": .string(cell.source),
          ])
        })
    }
    return .object(members)
  }

  private func value(_ checkpoint: RunRecord.CheckpointReference?) -> JSONValue {
    guard let checkpoint else { return .null }
    var members: [String: JSONValue] = [
      "epoch": .integer(checkpoint.epoch), "sha256": .string(checkpoint.sha256),
    ]
    for (metric, number) in checkpoint.measures { members[metric.key] = .number(number) }
    return .object(members)
  }

  private func value(_ evaluation: FinalEvaluation?) -> JSONValue {
    guard let evaluation else { return .null }
    return .object([
      "choices": .integer(evaluation.choices), "images": .integer(evaluation.images),
      "calibration_error": .number(evaluation.calibrationError),
      "agreement_with_teacher": .number(orNull: evaluation.fidelity?.agreement),
      "divergence_from_teacher": .number(orNull: evaluation.fidelity?.divergence),
      "corruptions": .array(
        evaluation.corruptions.map {
          .object([
            "kind": .string($0.kind), "strength": .integer($0.strength),
            "error": .number($0.error),
          ])
        }),
    ])
  }

  private func value(_ judged: JudgedContrast) -> JSONValue {
    let contrast = judged.contrast
    var members: [String: JSONValue] = [
      "setting": .string(contrast.setting), "first": .string(contrast.first.method),
      "second": .string(contrast.second.method), "primary": .bool(judged.primary != nil),
      "blocks": .array(
        contrast.blocks.map {
          .object(["seed": JSONValue(exactly: $0.seed), "teacher": .string($0.teacher)])
        }),
      "teachers": .integer(contrast.teachers.count),
      "withheld": contrast.withheld.map { .string($0.name) } ?? .null,
    ]
    // What is withheld is in no file.
    guard contrast.withheld == nil else { return .object(members) }
    let pairs = contrast.pairs
    members["difference"] = value(pairs.differences)
    members["interval_95_t"] = .interval(judged.interval)
    members["interval_95_bca_blocks_images"] = .interval(contrast.imageInterval)
    members["p_t"] = .number(orNull: pairs.pValue)
    members["p_t_holm"] = .number(orNull: judged.adjustedPValue)
    members["p_sign_flips"] = .number(orNull: pairs.signFlipPValue)
    members["p_tost"] = .number(orNull: pairs.equivalencePValue(margin: table.margin))
    members["margin"] = .number(table.margin)
    members["probability_better"] = .number(orNull: contrast.probabilityOfImprovement)
    members["correlation"] = .number(orNull: pairs.correlation)
    members["blocks_to_decide"] = pairs.blocksToDecide().map { .integer($0) } ?? .null
    members["verdict"] = .string(judged.verdict(margin: table.margin).name)
    return .object(members)
  }

  private func value(_ sample: Sample) -> JSONValue {
    .object([
      "n": .integer(sample.count), "values": .array(sample.values.map { .number($0) }),
      "mean": sample.mean.map { .number($0) } ?? .null,
      "standard_deviation": sample.standardDeviation.map { .number($0) } ?? .null,
      "half_interval_95": sample.halfInterval95.map { .number($0) } ?? .null,
    ])
  }
}

extension JSONValue {
  /// A number, or null where there is none.
  static func number(orNull value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }

  /// Both ends, or null where there is no interval.
  static func interval(_ interval: Interval?) -> JSONValue {
    interval.map { .array([.number($0.lower), .number($0.upper)]) } ?? .null
  }
}
