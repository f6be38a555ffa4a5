import Foundation
import Results

extension DeviceCheck {
  /// A training by the smoke budget, in one go and stopped after its first epoch: the same bytes at the end.
  func resuming(_ name: String) throws -> CheckedStep {
    let arguments =
      ["--setting", "c", "--method", "student", "--budget", "smoke"]
      + ["--device", request.device.description]
    let program = sibling("lskd-train")
    let places = ["straight", "stopped"].map { folder.appendingPathComponent($0) }
    for place in places { try removeIfThere(place) }
    let straight = try program.run(arguments + ["--runs", places[0].path])
    guard straight.code == 0 else {
      return CheckedStep(name: name, outcome: .failed, reason: straight.complaint)
    }
    let stopped = try program.run(arguments + ["--runs", places[1].path]) {
      epochs(in: places[1]) > 0
    }
    let resumed = try program.run(arguments + ["--runs", places[1].path])
    guard stopped.code == 130, resumed.code == 0 else {
      let reason =
        stopped.code == 0 ? "the training ended before it was stopped" : resumed.complaint
      return CheckedStep(name: name, outcome: .failed, reason: reason)
    }
    let networks = try places.map { place in
      try runFolders(in: place).map { try Data(contentsOf: RunFolder(following: $0).last) }
    }
    let isExact = networks[0] == networks[1] && !networks[0].isEmpty
    return CheckedStep(
      name: name, outcome: isExact ? .passed : .failed,
      reason: isExact ? nil : "the stopped training ends with other bytes than the straight one",
      findings: ["exact": .bool(isExact)])
  }

  /// One cell of CIFAR-100 by the paper's recipe, for as long as time is left; the first epoch at the smallest size.
  func recipe(_ name: String) throws -> CheckedStep {
    let runs = folder.appendingPathComponent("recipe")
    var arguments =
      ["--setting", "c", "--method", "london", "--runs", runs.path]
      + ["--device", request.device.description]
    arguments += request.isTiny ? ["--budget", "smoke"] : ["--budget", "full"]
    if let data = request.data, !request.isTiny { arguments += ["--data", data.path] }
    let result = try sibling("lskd-train").run(arguments) {
      request.isTiny && epochs(in: runs) > 0
    }
    guard [0, 130].contains(result.code), epochs(in: runs) > 0 else {
      return CheckedStep(name: name, outcome: .failed, reason: result.complaint)
    }
    return CheckedStep(
      name: name, outcome: .passed,
      findings: [
        "epochs": .integer(epochs(in: runs)), "trainingSeconds": .number(result.seconds),
        "finished": .bool(result.code == 0),
        "lastLine": .string(result.errors.split(separator: "\n").last.map(String.init) ?? ""),
      ])
  }

  private func removeIfThere(_ url: URL) throws {
    if FileManager.default.fileExists(atPath: url.path) {
      try FileManager.default.removeItem(at: url)
    }
  }

  private func runFolders(in runs: URL) -> [URL] {
    // Before the first run starts there is no directory.
    let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
    return names.sorted().map { runs.appendingPathComponent($0) }.filter {
      FileManager.default.fileExists(atPath: $0.appendingPathComponent("record.json").path)
    }
  }

  /// Finished epochs of all runs.
  private func epochs(in runs: URL) -> Int {
    // A record that cannot be read tells of no epochs.
    runFolders(in: runs).reduce(0) { $0 + ((try? RunFolder.readRecord(in: $1))?.epochs.count ?? 0) }
  }
}
