import DurableFiles
public import Foundation
import JSON
public import TensorCore

/// Everything that has to be seen once on a device, in one go and without a network: the machine, golden vectors,
/// speed in all precisions, exactness of resuming, and the start of a training by the paper's recipe.
public struct DeviceCheck {
  /// What is checked.
  public struct Request {
    /// Where networks run.
    public var device: Device
    /// Directory of golden vectors; nil leaves them out.
    public var reference: URL?
    /// Directory of CIFAR-100; nil leaves the choice to the program that trains.
    public var data: URL?
    /// A Python with torch, whose eager steps are timed beside the suite's.
    public var python: String?
    /// Everything ends within so many minutes.
    public var minutes: Double
    /// Whether the smallest of everything is enough: one network, few steps, synthetic images.
    public var isTiny: Bool
    /// The file of the results; run folders lie beside it under its name without the extension.
    public var output: URL

    /// A check of `device` with results in `output`.
    public init(
      device: Device, reference: URL?, data: URL?, python: String?, minutes: Double, isTiny: Bool,
      output: URL
    ) {
      self.device = device
      self.reference = reference
      self.data = data
      self.python = python
      self.minutes = minutes
      self.isTiny = isTiny
      self.output = output
    }
  }

  /// Deviations on a device may be so many times the tolerance of a golden file, which was found on a host: other
  /// kernels sum in another order.
  public static let toleranceFactor = 10.0

  let request: Request
  let deadline: Date
  var folder: URL { request.output.deletingPathExtension() }

  /// A check that starts now.
  public init(_ request: Request) {
    self.request = request
    deadline = Date().addingTimeInterval(request.minutes * 60)
  }

  /// Runs all steps, writes the file after each, and returns whether none failed. Each line of progress goes to `show`.
  public func run(_ show: (String) -> Void) throws -> Bool {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let parts: [() throws -> CheckedStep] =
      [machine, vectors]
      + ["float32", "tf32", "bfloat16"].map { precision in { try speed(precision) } }
      + [resuming, recipe]
    var steps: [CheckedStep] = []
    for part in parts {
      let start = Date()
      var step = try part()
      step.seconds = Date().timeIntervalSince(start)
      steps.append(step)
      try AtomicFile.write(value(of: steps).indented, to: request.output)
      show(
        "\(step.name): \(step.outcome.rawValue)\(step.reason.map { ", \($0)" } ?? "") "
          + String(format: "(%.0f s)", step.seconds))
    }
    return steps.allSatisfy { $0.outcome != .failed }
  }

  private func value(of steps: [CheckedStep]) -> JSONValue {
    .object([
      "layout": .integer(1), "device": .string(request.device.description),
      "libtorch": .string(Engine.version), "minutes": .number(request.minutes),
      "tiny": .bool(request.isTiny), "steps": .array(steps.map(\.value)),
    ])
  }

  func sibling(_ name: String) -> SiblingProgram { SiblingProgram(name: name, folder: folder) }

  /// What `lskd-repro doctor` finds.
  private func machine() throws -> CheckedStep {
    let result = try sibling("lskd-repro").run(["doctor", "--json"], until: deadline)
    do {
      let findings = try JSONValue(json: Data(result.output.utf8))
      return CheckedStep(name: "doctor", outcome: .passed, findings: ["machine": findings])
    } catch {
      return CheckedStep(name: "doctor", outcome: .failed, reason: result.complaint)
    }
  }

  /// Networks in float32, without TF32, beside golden numbers.
  private func vectors() throws -> CheckedStep {
    let name = "golden vectors"
    guard let reference = request.reference else {
      return CheckedStep(name: name, outcome: .skipped, reason: "no --reference directory")
    }
    try Engine.setTF32(false)
    let models = reference.appendingPathComponent("models")
    let files = try FileManager.default.contentsOfDirectory(atPath: models.path).sorted().filter {
      $0.hasSuffix(".json") && (!request.isTiny || $0 == "wrn-16-2.json")
    }
    var found: [String: JSONValue] = [:]
    var worst = 0.0
    for file in files {
      guard
        let network = try GoldenNetwork(models.appendingPathComponent(file), on: request.device)
      else { continue }
      worst = max(worst, network.deviations.values.max() ?? .infinity)
      var members = network.deviations.map { ($0.rawValue, JSONValue.number($1)) }
      members.append(("comparisons", .integer(network.comparisons)))
      found[network.name] = .object(Dictionary(uniqueKeysWithValues: members))
    }
    guard !found.isEmpty else {
      return CheckedStep(name: name, outcome: .failed, reason: "\(models.path) has no vectors")
    }
    let agrees = worst <= Self.toleranceFactor
    return CheckedStep(
      name: name, outcome: agrees ? .passed : .failed,
      reason: agrees ? nil : String(format: "deviations to %.1f times the tolerance", worst),
      findings: [
        "networks": .object(found), "largest": .number(worst),
        "allowed": .number(Self.toleranceFactor),
      ])
  }

  /// Training steps in one precision.
  private func speed(_ precision: String) throws -> CheckedStep {
    let (batch, steps) = request.isTiny ? ("4", "1") : ("128", "21")
    let python = request.python.map { ["--pytorch", $0] } ?? []
    let place = ["--device", request.device.description, "--precision", precision]
    let result = try sibling("lskd-bench").run(
      ["step", "--json", "--batch", batch, "--steps", steps] + place + python, until: deadline)
    let name = "step in \(precision)"
    guard result.code == 0 else {
      return CheckedStep(name: name, outcome: .failed, reason: result.complaint)
    }
    return CheckedStep(
      name: name, outcome: .passed,
      findings: ["variants": try JSONValue(json: Data(result.output.utf8))])
  }
}
