import Distillation
import Experiments
import Lipschitz
import NeuralNet
import TensorCore
import Training
public import UserErrors

/// Trains a small LONDON student and compares live tensors and resident memory along the way.
public struct LeakCheck {
  /// Something was left behind.
  public struct Leak: Error, CustomStringConvertible {
    /// What and how much.
    public let description: String
  }

  private let steps: Int

  /// Prepares a check of at least 200 steps.
  public init(steps: Int) throws(UsageError) {
    guard steps >= 200 else { throw UsageError("the check needs at least 200 steps") }
    self.steps = steps
  }

  /// The counts as a sentence; throws `Leak`.
  public func run() throws -> String {
    let before = Engine.liveTensors
    let (tensors, memory) = try train()
    let after = Engine.liveTensors
    guard tensors.first == tensors.last, after == before else {
      throw Leak(
        description: "live tensors: \(tensors) while training, \(before) before, \(after) after")
    }
    let growth = memory.last - memory.first
    guard growth <= 16 << 20 else {
      throw Leak(description: "resident memory grew by \(growth) bytes over \(steps - 100) steps")
    }
    return "\(steps) steps: \(tensors.last) live tensors throughout, \(after) afterwards; resident "
      + "memory grew by \(growth) bytes since step 100"
  }

  private typealias Span = (first: Int, last: Int)

  private func train() throws -> (tensors: Span, memory: Span) {
    let make = { (seed: UInt64) throws -> any Network in
      try Budget.smoke.network(for: try Setting("c").student)
        .makeNetwork(classCount: 10, store: ParameterStore(seed: seed, layout: .channelsLast))
    }
    let connectors = ParameterStore(seed: 3, layout: .channelsLast)
    let overhaul = try FeatureOverhaulObjective(
      student: make(1), teacher: TeacherPass(make(2), .train), connectors: connectors,
      coefficient: 1e-3)
    let objective = LipschitzGuidedObjective(
      overhaul, loss: LipschitzLoss(norm: .powerIteration(steps: 10)),
      weight: .alpha(0.25, lateFactor: 1),
      seed: 4)
    let optimizer = try SGD(trainedParameters(of: objective), .init())
    var (tensors, memory): (Span, Span) = ((0, 0), (0, 0))
    for step in 0..<steps {
      let batch = LabelledBatch(
        images: try Tensor.full(Double(step % 7) / 7, shape: [4, 3, 16, 16])
          .converted(layout: .channelsLast),
        labels: try Tensor([0, 1, 2, 3] as [Int64], shape: [4]))
      try trainStep(
        objective, optimizer, batch, at: StepPosition(epoch: 0, epochs: 1, step: step),
        learningRate: 1e-4)
      let counts = (Engine.liveTensors, Machine.residentMemory)
      if step == 99 { (tensors.first, memory.first) = counts }
      (tensors.last, memory.last) = counts
    }
    return (tensors, memory)
  }
}
