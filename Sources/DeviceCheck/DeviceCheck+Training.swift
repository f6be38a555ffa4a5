import Foundation
import Results

extension DeviceCheck {
  /// Trainings that are stopped and resumed, setting and method: one of each task, whose networks, losses and images differ;
  /// at the smallest size a student alone.
  var resumedRuns: [(setting: String, method: String)] {
    if request.isTiny { return [("c", "student")] }
    return ["c", "mobilenet", "resnet50-resnet18", "resnet101-resnet18"].map { ($0, "london") }
  }

  /// A training by the smoke budget, in one go and stopped after its student's first epoch: the same bytes at the end.
  func resuming(_ setting: String, _ method: String, _ name: String) throws -> CheckedStep {
    let arguments =
      ["--setting", setting, "--method", method, "--budget", "smoke"]
      + ["--device", request.device.description]
    let program = sibling("lskd-train")
    let places = ["straight", "stopped"].map { folder.appendingPathComponent($0) }
    for place in places { try removeIfThere(place) }
    let straight = try program.run(arguments + ["--runs", places[0].path])
    guard straight.code == 0 else {
      return CheckedStep(name: name, outcome: .failed, reason: straight.complaint)
    }
    let stopped = try program.run(arguments + ["--runs", places[1].path]) {
      epochs(ofRole: .student, in: places[1]) > 0
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

  /// Finished epochs of all runs, or of those of a role.
  private func epochs(ofRole role: RunRecord.Subject.Role? = nil, in runs: URL) -> Int {
    // A record that cannot be read tells of no epochs.
    runFolders(in: runs).compactMap { try? RunFolder.readRecord(in: $0) }
      .filter { role == nil || $0.subject.role == role }.reduce(0) { $0 + $1.epochs.count }
  }
}
