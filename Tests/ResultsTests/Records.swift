import Foundation
import Results

func makeRecord(
  method: String, seed: UInt64, error: Double, budget: String = "full", setting: String = "c"
) -> RunRecord {
  var record = RunRecord(
    table: "table2", setting: setting, method: method, protocolName: "equal", budget: budget,
    configuration: .object(["method": .string(method)]),
    configurationHash: "\(method)-\(setting)-\(seed)", deviations: ["8 epochs instead of 200"],
    seeds: ["initialisation": seed], dataset: "cifar100", datasetHashes: ["train": "ab"],
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
