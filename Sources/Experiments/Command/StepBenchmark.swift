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
    let objective: any Objective
    let optimizer: SGD
    let layout: Tensor.Layout
    var seconds: [Double] = []
  }

  private let batch: Int
  private let steps: Int
  private let options: RunOptions

  /// Measures `steps` steps per variant after two to warm up.
  public init(batch: Int, steps: Int, options: RunOptions) throws(UsageError) {
    guard batch > 1, steps > 0 else {
      throw UsageError("the benchmark needs at least two images and one step")
    }
    self.batch = batch
    self.steps = steps
    self.options = options
  }

  /// The medians and their ratios as text.
  public func run() throws -> String {
    var variants = [
      try variant("student, contiguous", .student, .contiguous, released: false),
      try variant("student, default", .student, .channelsLast, released: false),
      try variant("london, released", .london, .contiguous, released: true),
      try variant("london, default", .london, .channelsLast, released: false),
    ]
    for step in 0..<(steps + 2) {
      for index in variants.indices {
        let seconds = try time(variants[index], step)
        if step >= 2 { variants[index].seconds.append(seconds) }
      }
    }
    var table = TextTable(["variant", "median s", "lowest s", "images/s", "speed-up"])
    for index in stride(from: 0, to: variants.count, by: 2) {
      let base = median(variants[index].seconds)
      for variant in variants[index...(index + 1)] {
        let own = median(variant.seconds)
        table.add([
          variant.name, String(format: "%.3f", own),
          String(format: "%.3f", variant.seconds.min() ?? 0),
          String(format: "%.0f", Double(batch) / own), String(format: "%.2f", base / own),
        ])
      }
    }
    return table.text + "batch \(batch), \(Engine.threads) threads, \(options.device)\n"
  }

  private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

  private func variant(
    _ name: String, _ method: Method, _ layout: Tensor.Layout, released: Bool
  ) throws -> Variant {
    let setting = try Setting("c")
    let store = { ParameterStore(seed: 0, device: options.device, layout: layout) }
    let student = try setting.student.makeNetwork(classCount: 100, store: store())
    guard method == .london else {
      let objective = CrossEntropyObjective(student: student)
      return try Variant(
        name: name, objective: objective, optimizer: SGD(trainedParameters(of: objective), .init()),
        layout: layout)
    }
    let teacher = try setting.teacher.makeNetwork(classCount: 100, store: store())
    let overhaul = try FeatureOverhaulObjective(
      student: student, teacher: TeacherPass(teacher, released ? .train : .eval),
      connectors: store(), coefficient: 1e-3)
    let objective = LipschitzGuidedObjective(
      overhaul, loss: LipschitzLoss(norm: released ? .powerIteration(steps: 10) : .singularPair),
      weight: setting.lipschitzWeight, seed: 0)
    return try Variant(
      name: name, objective: objective, optimizer: SGD(trainedParameters(of: objective), .init()),
      layout: layout)
  }

  private func time(_ variant: Variant, _ step: Int) throws -> Double {
    var stream = RandomStream(seed: 0, purpose: .synthesis, UInt64(step))
    let images = try Tensor(
      stream.uniforms(count: batch * 3 * 32 * 32, low: -2, high: 2), shape: [batch, 3, 32, 32],
      device: options.device
    ).converted(layout: variant.layout)
    let labels = try Tensor(
      (0..<batch).map { Int64($0 % 100) }, shape: [batch], device: options.device)
    let start = ContinuousClock.now
    let position = StepPosition(epoch: 0, epochs: 1, step: step)
    try trainStep(
      variant.objective, variant.optimizer, LabelledBatch(images: images, labels: labels),
      at: position, learningRate: 0.01)
    try Engine.synchronize(options.device)
    return start.duration(to: .now).seconds
  }
}
