import DurableFiles
import Experiments
import Foundation
import Results
public import UserErrors

/// How long a report of many run folders takes.
public struct RecordsBenchmark {
  private let folders: Int
  private let epochs: Int

  /// A report of `folders` finished runs with `epochs` epochs each.
  public init(folders: Int, epochs: Int) throws(UsageError) {
    guard (10...1_000_000).contains(folders), (1...1000).contains(epochs) else {
      throw UsageError("a report of 10 to 1000000 folders with 1 to 1000 epochs each is measured")
    }
    self.folders = folders
    self.epochs = epochs
  }

  /// Writes the folders, and says how long their report took and how large they are.
  public func run() throws -> String {
    let place = FileManager.default.temporaryDirectory
      .appendingPathComponent("lskd-report-\(UUID().uuidString)")
    // What stays behind is in the system's temporary directory.
    defer { _ = try? FileManager.default.removeItem(at: place) }
    let runs = place.appendingPathComponent("runs")
    let bytes = try write(to: runs)
    let start = ContinuousClock.now
    let job = try ReportJob(runs: runs)
    let read = start.duration(to: .now).seconds
    _ = try job.write(to: place.appendingPathComponent("Reports"))
    let whole = start.duration(to: .now).seconds
    return String(
      format: "%d run folders of %d epochs, %.0f MB: %.2f s, of which reading and judging %.2f s",
      folders, epochs, Double(bytes) / 1e6, whole, read)
  }

  /// Runs of ten methods, settings a to d and as many seeds as it takes; their numbers are arbitrary.
  private func write(to runs: URL) throws -> Int {
    let table = PaperTable.usual
    let methods = Method.all.prefix(10)
    var bytes = 0
    for index in 0..<folders {
      let setting = table.settings[index / methods.count % 4]
      let seed = UInt64(index / methods.count / 4)
      let plan = RunPlan(
        table: table.id, setting: setting, role: .student(methods[index % methods.count]),
        trainingProtocol: .equal, budget: .full, seed: seed,
        data: DataReference(id: "cifar100", hashes: ["train": "0", "test": "0"]))
      var record = RunRecord(
        plan, metrics: .classification, RunOptions(runs: runs, command: "lskd-repro table"))
      let shift = Double((index * 7919) % 1000) / 500
      record.epochs = (0..<epochs).map { epoch in
        let error = 25 + shift + 50 / Double(epoch + 1)
        return RunRecord.Epoch(
          epoch: epoch, learningRate: 0.1, losses: ["crossEntropy": 1, "ofd": 2, "lipschitz": 3],
          gradientNorms: ["crossEntropy": 1, "ofd": 2, "lipschitz": 3],
          shares: ["crossEntropy": 0.5, "ofd": 0.4, "lipschitz": 0.1],
          trainingMeasures: [.top1Error: error / 2, .top5Error: error / 4],
          measures: [.top1Error: error, .top5Error: error / 2], seconds: 1, sharedSeconds: 1,
          imagesPerSecond: 1000)
      }
      record.status = .finished
      record.wallSeconds = 100
      record.operations = 1e15
      record.last = record.epochs.last.map {
        .init(file: "last.lskd", sha256: plan.hash, epoch: $0.epoch, measures: $0.measures)
      }
      record.best = record.last
      let folder = runs.appendingPathComponent(plan.folderName)
      try FileError.makeDirectory(folder)
      let file = folder.appendingPathComponent("record.json")
      try record.write(to: file)
      bytes += try FileError.reading(file).count
    }
    return bytes
  }
}
