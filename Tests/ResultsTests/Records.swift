import Foundation
import JSON
import Results

let description = TableDescription(
  id: "table2", title: "error, %", metrics: .classification,
  methods: ["student", "kd", "ofd"])
let ablationTable = TableDescription(
  id: "table6", title: "ablation, %", metrics: .classification, methods: ["ofd"],
  besides: .init(table: "table2", base: "ofd"))

/// What a name of these tests stands for.
func subject(_ name: String) -> RunRecord.Subject {
  switch name {
  case "teacher": .init(role: .teacher, name: name)
  case "student": .init(role: .student, name: name, method: name, base: name)
  case "london":
    .init(
      role: .student, name: name, method: name, base: "ofd",
      guidance: .init(form: .differentiable, pairs: "all"), weights: .init(loss: 1, alpha: 0.25))
  default:
    .init(role: .student, name: name, method: name, base: name, weights: .init(loss: 1))
  }
}

func makeRecord(
  method: String, seed: UInt64, error: Double, budget: String = "full", setting: String = "c",
  configuration: [String: JSONValue] = [:]
) -> RunRecord {
  let whole = configuration.merging(
    ["method": .string(method), "setting": .string(setting), "seed": .integer(Int(seed))]
  ) { first, _ in first }
  var record = RunRecord(
    table: "table2", setting: setting, subject: subject(method), protocolName: "equal",
    budget: budget, configuration: .object(whole),
    configurationHash: "\(method)-\(setting)-\(seed)",
    deviations: [.init("8 epochs instead of 200", separates: budget != "full")],
    seeds: ["initialisation": seed], metrics: .classification, dataset: "cifar100",
    datasetHashes: ["train": "ab"],
    teacher: method == "teacher"
      ? nil
      : .init(
        configurationHash: "teacher-\(setting)-0", checkpointHash: "cd",
        measures: [.top1Error: 50, .top5Error: 20]),
    suite: .init(version: "0.1.0", commit: "0123", dirty: false),
    environment: .init(
      libtorch: "2.13.0", cpuModel: "a processor", cpuFeatures: "AVX512", threads: 2,
      device: "cpu", precision: "float32", kernels: "fast"),
    command: "lskd-repro table2")
  record.status = .finished
  record.last = .init(
    file: "last.lskd", sha256: "ef", epoch: 7, measures: [.top1Error: error, .top5Error: 10])
  record.best = .init(
    file: "best.lskd", sha256: "12", epoch: 5, measures: [.top1Error: error - 1, .top5Error: 9])
  return record
}

func temporaryDirectory() throws -> URL {
  let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  return url
}
