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
      "paired_differences": .array(PairedDifference.all(of: section.groups).map(value)),
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

  private func value(_ difference: PairedDifference) -> JSONValue {
    .object([
      "setting": .string(difference.setting), "first": .string(difference.first),
      "second": .string(difference.second),
      "seeds": .array(difference.seeds.map { JSONValue(exactly: $0) }),
      "difference": value(difference.sample),
    ])
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
