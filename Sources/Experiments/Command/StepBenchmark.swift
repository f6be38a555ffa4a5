import Distillation
import Foundation
import Lipschitz
import ModelZoo
import NeuralNet
import Randomness
import Results
import TensorCore
import Training

/// Times training steps of setting c in several variants, interleaved.
public struct StepBenchmark {
  private struct Variant {
    let name: String
    let step: (Int) throws -> Double
    var seconds: [Double] = []

    /// Middle of the measured times.
    var median: Double { seconds.sorted()[seconds.count / 2] }
  }

  private let batch: Int
  private let steps: Int
  private let options: RunOptions
  private let pytorch: PyTorchSteps?

  /// Measures `steps` steps per variant after two to warm up; `python` runs the comparison program of the
  /// project's directory.
  public init(batch: Int, steps: Int, python: String?, options: RunOptions) throws {
    guard batch > 1, steps > 0 else {
      throw UsageError("the benchmark needs at least two images and one step")
    }
    self.batch = batch
    self.steps = steps
    self.options = options
    pytorch = try python.map {
      try PyTorchSteps(
        python: $0, script: URL(fileURLWithPath: "Tests/Comparison/released_step.py"),
        batch: batch, threads: Engine.threads)
    }
  }

  /// The medians and their ratios as text.
  public func run() throws -> String {
    var groups = [
      try group("student", .student, released: false), try group("london", .london, released: true),
    ]
    for step in 0..<(steps + 2) {
      for group in groups.indices {
        for variant in groups[group].indices {
          let seconds = try groups[group][variant].step(step)
          if step >= 2 { groups[group][variant].seconds.append(seconds) }
        }
      }
    }
    var table = TextTable(["variant", "median s", "lowest s", "images/s", "against the first"])
    for group in groups {
      for variant in group {
        table.add([
          variant.name, String(format: "%.3f", variant.median),
          String(format: "%.3f", variant.seconds.min() ?? 0),
          String(format: "%.0f", Double(batch) / variant.median),
          String(format: "%.2f", group[0].median / variant.median),
        ])
      }
    }
    return table.text + (try memory())
      + "batch \(batch), \(Engine.threads) threads, \(options.device)\n"
  }

  private func memory() throws -> String {
    let own = String(
      format: "peak memory: this process %.0f MiB", Double(Machine.peakMemory) / 0x1p20)
    guard let pytorch else { return own + "\n" }
    return own + String(format: ", PyTorch %.0f MiB\n", try pytorch.ask("memory") / 0x1p20)
  }

  /// PyTorch where it is asked for, then the suite's reference and default modes.
  private func group(_ name: String, _ method: Method, released: Bool) throws -> [Variant] {
    var variants: [Variant] = []
    if let pytorch {
      variants.append(Variant(name: "\(name), PyTorch eager") { _ in try pytorch.ask(name) })
    }
    variants.append(
      try variant("\(name), reference", method, .reference, released: released))
    variants.append(try variant("\(name), fast", method, .fast, released: false))
    return variants
  }

  private func variant(
    _ name: String, _ method: Method, _ kernels: Kernels, released: Bool
  ) throws -> Variant {
    let layout = kernels.layout
    let setting = try Setting("c")
    let store = { ParameterStore(seed: 0, device: options.device, layout: layout) }
    let student = try setting.student.makeNetwork(classCount: 100, store: store())
    guard method == .london else {
      let objective = CrossEntropyObjective(student: student)
      return try variant(name, objective, layout)
    }
    let teacher = try setting.teacher.makeNetwork(classCount: 100, store: store())
    let overhaul = try FeatureOverhaulObjective(
      student: student,
      teacher: TeacherPass(teacher, released ? .train : .eval, fused: kernels == .fast),
      connectors: store(), coefficient: 1e-3)
    let objective = LipschitzGuidedObjective(
      overhaul, loss: LipschitzLoss(norm: released ? .powerIteration(steps: 10) : .singularPair),
      weight: setting.released.lipschitzWeight, seed: 0)
    return try variant(name, objective, layout)
  }

  private func variant(_ name: String, _ objective: any Objective, _ layout: Tensor.Layout) throws
    -> Variant
  {
    let optimizer = try SGD(trainedParameters(of: objective), .init())
    return Variant(name: name) { try time(objective, optimizer, layout, $0) }
  }

  private func time(
    _ objective: any Objective, _ optimizer: SGD, _ layout: Tensor.Layout, _ step: Int
  ) throws -> Double {
    var stream = RandomStream(seed: 0, purpose: .synthesis, UInt64(step))
    let images = try Tensor(
      stream.uniforms(count: batch * 3 * 32 * 32, low: -2, high: 2), shape: [batch, 3, 32, 32],
      device: options.device
    ).converted(layout: layout)
    let labels = try Tensor(
      (0..<batch).map { Int64($0 % 100) }, shape: [batch], device: options.device)
    let start = ContinuousClock.now
    let position = StepPosition(epoch: 0, epochs: 1, step: step)
    try trainStep(
      objective, optimizer, LabelledBatch(images: images, labels: labels),
      at: position, learningRate: 0.01)
    try Engine.synchronize(options.device)
    return start.duration(to: .now).seconds
  }
}
