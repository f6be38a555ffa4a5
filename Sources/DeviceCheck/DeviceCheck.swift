import DurableFiles
public import Foundation
import JSON
public import TensorCore

/// Everything that has to be seen once on a device, in one go and without a network: the machine, golden vectors,
/// speed in all precisions, exactness of resuming, and the start of a training by the paper's recipe.
public struct DeviceCheck {
  /// What is looked at, in this order.
  public enum Part: String, CaseIterable, Sendable {
    case doctor, vectors, group, speed, resuming, recipe
  }

  /// What is checked.
  public struct Request {
    /// Where networks run.
    public var device: Device
    /// What of the whole.
    public var parts: Set<Part>
    /// Directory of golden vectors; nil leaves them out.
    public var reference: URL?
    /// Directory of CIFAR-100; nil leaves the choice to the program that trains.
    public var data: URL?
    /// A Python with torch, whose eager steps are timed beside the suite's; nil takes one of the path that can use the
    /// device, if there is one, and at the smallest size none.
    public var python: String?
    /// Everything ends within so many minutes.
    public var minutes: Double
    /// Whether the smallest of everything is enough: one network, two losses, few steps, synthetic images.
    public var isTiny: Bool
    /// The file of the results; run folders lie beside it under its name without the extension.
    public var output: URL

    /// A check of `device` with results in `output`.
    public init(
      device: Device, parts: Set<Part>, reference: URL?, data: URL?, python: String?,
      minutes: Double, isTiny: Bool, output: URL
    ) {
      self.device = device
      self.parts = parts
      self.reference = reference
      self.data = data
      self.python = python
      self.minutes = minutes
      self.isTiny = isTiny
      self.output = output
    }
  }

  let request: Request
  /// When everything has ended.
  let deadline: Date
  /// When what still runs is asked to stop, so that a training has time to save its state.
  let lastCall: Date
  var folder: URL { request.output.deletingPathExtension() }

  /// A check that starts now.
  public init(_ request: Request) {
    self.request = request
    let seconds = request.minutes * 60
    deadline = Date().addingTimeInterval(seconds)
    lastCall = deadline.addingTimeInterval(-min(20, seconds / 10))
  }

  /// Runs all steps, writes the file after each, and returns whether none failed. Each line of progress goes to `show`.
  public func run(_ show: (String) -> Void) throws -> Bool {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var steps: [CheckedStep] = []
    for (name, work) in Part.allCases.filter(request.parts.contains).flatMap(works) {
      let start = Date()
      var step: CheckedStep
      // What one step could not do says nothing of the next ones.
      do { step = try work(name) } catch {
        step = CheckedStep(name: name, outcome: .failed, reason: error.reason)
      }
      step.seconds = Date().timeIntervalSince(start)
      steps.append(step)
      try AtomicFile.write(value(of: steps).indented, to: request.output)
      show(
        "\(step.name): \(step.outcome.rawValue)\(step.reason.map { ", \($0)" } ?? "") "
          + String(format: "(%.0f s)", step.seconds))
    }
    return steps.allSatisfy { $0.outcome != .failed }
  }

  /// The steps of a part, each with its name.
  private func works(of part: Part) -> [(String, (String) throws -> CheckedStep)] {
    switch part {
    case .doctor: [("doctor", machine)]
    case .vectors:
      ["float32", "float64"].map { type in
        ("golden vectors in \(type)", { try vectors($0, type) })
      }
    case .group: [("replicas", group)]
    case .speed:
      (request.device == .cpu ? ["float32", "bfloat16"] : ["float32", "tf32", "bfloat16"]).map {
        precision in
        ("step in \(precision)", { try speed($0, precision) })
      }
    case .resuming:
      resumedRuns.map { run in
        ("resuming \(run.method) of \(run.setting)", { try resuming(run.setting, run.method, $0) })
      }
    case .recipe: [("full recipe", recipe)]
    }
  }

  private func value(of steps: [CheckedStep]) -> JSONValue {
    .object([
      "layout": .integer(3), "device": .string(request.device.description),
      "libtorch": .string(Engine.version), "minutes": .number(request.minutes),
      "tiny": .bool(request.isTiny), "steps": .array(steps.map(\.value)),
    ])
  }

  func sibling(_ name: String) -> ChildProgram {
    ChildProgram(sibling: name, folder: folder, lastCall: lastCall, deadline: deadline)
  }

  /// What `lskd-repro doctor` finds.
  private func machine(_ name: String) throws -> CheckedStep {
    let result = try sibling("lskd-repro").run(["doctor", "--json"])
    guard let found = readObject(result.output) else {
      return CheckedStep(name: name, outcome: .failed, reason: result.complaint)
    }
    return CheckedStep(name: name, outcome: .passed, findings: ["machine": .object(found)])
  }

  /// The object that a program printed; nil when it printed something else.
  private func readObject(_ text: String) -> [String: JSONValue]? {
    do { return try JSONValue(json: Data(text.utf8)).object } catch { return nil }
  }

  /// The smallest group of replicas, this process alone: that it forms on the device and leaves a sum of one as it is.
  private func group(_ name: String) throws -> CheckedStep {
    let group = try ProcessGroup(
      rank: 0, worldSize: 1, at: .init(address: "127.0.0.1", port: 0, timeout: 30),
      device: request.device)
    let numbers: [Float] = [1, -2, 0.5]
    let sum = try Tensor(numbers, shape: [numbers.count], device: request.device)
    try group.allReduce(sum)
    try group.barrier()
    let isSame = try sum.values(as: Float.self) == numbers
    return CheckedStep(
      name: name, outcome: isSame ? .passed : .failed,
      reason: isSame ? nil : "a sum over one replica is not its own number")
  }

  /// Networks and losses in float32, without TF32, or in float64 beside golden numbers.
  private func vectors(_ name: String, _ type: String) throws -> CheckedStep {
    guard let reference = request.reference else {
      return CheckedStep(name: name, outcome: .skipped, reason: "no directory of golden vectors")
    }
    // A network, a loss of logits, and one of maps with a gradient through a power iteration.
    let files = request.isTiny ? ["models/wrn-10-1", "losses/kd", "losses/london_lipschitz"] : []
    let result = try sibling("lskd-bench").run(
      ["vectors", "--json", "--type", type, "--device", request.device.description]
        + ["--reference", reference.path] + files)
    guard !result.wasLate, let found = readObject(result.output) else {
      return CheckedStep(name: name, outcome: .failed, reason: result.complaint)
    }
    return CheckedStep(
      name: name, outcome: result.code == 0 ? .passed : .failed,
      reason: found["problems"]?.array?.first?.string, findings: found)
  }

  /// Training steps in one precision.
  private func speed(_ name: String, _ precision: String) throws -> CheckedStep {
    let (batch, steps) = request.isTiny ? ("4", "1") : ("128", "21")
    let python = try python()
    let place = ["--device", request.device.description, "--precision", precision]
    let result = try sibling("lskd-bench").run(
      ["step", "--json", "--batch", batch, "--steps", steps] + place
        + (python.map { ["--pytorch", $0] } ?? []))
    guard result.code == 0 else {
      return CheckedStep(name: name, outcome: .failed, reason: result.complaint)
    }
    return CheckedStep(
      name: name, outcome: .passed,
      findings: [
        "variants": try JSONValue(json: Data(result.output.utf8)),
        "python": python.map { .string($0) } ?? .null,
      ])
  }

  /// The Python whose torch is timed beside the suite.
  private func python() throws -> String? {
    guard request.python == nil, !request.isTiny else { return request.python }
    return try ["python3", "python"].first { name in
      let probe = ChildProgram(
        name, ["-c", "import sys, torch; torch.ones(1, device=sys.argv[1]).sum().item()"],
        folder: folder, lastCall: lastCall, deadline: deadline)
      return try probe.run([request.device.description]).code == 0
    }
  }
}
