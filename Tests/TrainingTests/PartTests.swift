import Datasets
import Distillation
import Foundation
import NeuralNet
import Results
import TensorCore
import TestSupport
import Testing
import Training

/// Batches that are taken in parts.
struct PartTests {
  /// A network without norms, of which a part of a batch knows nothing of the others.
  private final class Plain: Network {
    let store: ParameterStore
    let classCount = 3
    let tapChannels = [4]
    let tapNorms: [BatchNorm2d?] = [nil]
    private let convolution: Conv2d
    private let head: Linear

    init(_ store: ParameterStore) throws(TensorError) {
      self.store = store
      convolution = try Conv2d(
        store.root / "conv", inputs: 3, outputs: 4, .init(kernel: 3, padding: 1))
      head = try Linear(store.root / "fc", inputs: 4, outputs: 3)
    }

    func logits(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Tensor {
      try features(of: images, mode).logits
    }

    func features(of images: Tensor, _ mode: ForwardMode) throws(TensorError) -> Features {
      let map = try convolution(images)
      return Features(taps: [map], logits: try head(try map.relu().mean([2, 3])))
    }

    func multiplyAdds(imageSize: ImageSize) -> Int { 0 }
  }

  /// Batches in the order of a made set of seven images.
  private struct Source: BatchSource {
    let sampleCount = 7
    var batchesPerEpoch: Int { 1 }
    let configuration = LoaderConfiguration(batchSize: 7, shuffles: false)

    func batches(ofEpoch epoch: Int, startingAt batch: Int, like store: ParameterStore)
      -> AnySequence<Result<LabelledBatch, any Error>>
    {
      AnySequence(
        (batch..<1).map { _ in
          Result {
            let values = (0..<7 * 3 * 25).map { (index: Int) -> Float in
              Float((index * 37) % 101) / 50 - 1
            }
            let labels = (0..<7).map { (index: Int) -> Int64 in Int64(index % 3) }
            return LabelledBatch(
              images: try Tensor(values, shape: [7, 3, 5, 5]).converted(to: store.dtype),
              labels: try Tensor(labels, shape: [7]),
              indices: Array(0..<7))
          }
        })
    }
  }

  private struct NoEvaluator: Evaluator {
    func measure(_ network: any Network, on part: EvaluationPart) -> Measures { [:] }
    func probeImages(like store: ParameterStore) -> [Tensor] { [] }
  }

  /// What three steps make of a student beside OFD's loss, whose terms are a mean and a sum, and what they report.
  private func train(imagesAtOnce: Int?) throws -> (
    parameters: [Double], losses: [[String: Double]]
  ) {
    try inTemporaryDirectory { folder in
      let student = try Plain(ParameterStore(seed: 1, dtype: .float64))
      let teacher = try TeacherPass(
        try Plain(ParameterStore(seed: 2, dtype: .float64)), .eval, kept: true,
        parts: imagesAtOnce == nil ? 1 : 3)
      let objective = PartObjective(student, teacher)
      var configuration = TrainingConfiguration(
        epochs: 3, schedule: .steps(base: 0.1, drops: []), restartsMomentumAtDrops: false)
      configuration.imagesAtOnce = imagesAtOnce
      let trainer = try Trainer(
        objective: objective, loader: Source(), evaluator: NoEvaluator(),
        configuration: configuration, resumeFile: folder.appendingPathComponent("resume.lskd"),
        identity: "parts")
      let stop = StopRequest()
      let witness = Witness(stop: stop)
      #expect(try trainer.run(stop: stop, observer: witness) == .finished)
      // Once for every part of the three batches.
      #expect(teacher.sharedPasses == (imagesAtOnce == nil ? 3 : 9))
      return (
        try student.store.entries.flatMap { try $0.tensor.values(as: Double.self) },
        witness.steps.map(\.losses)
      )
    }
  }

  @Test("a batch in parts moves the parameters as the whole batch does, and reports its losses")
  func partsAddUp() throws {
    let whole = try train(imagesAtOnce: nil)
    let parts = try train(imagesAtOnce: 3)
    #expect(whole.losses.count == 3 && whole.losses[0].keys.sorted() == ["ce", "gap"])
    for (own, other) in zip(whole.parameters, parts.parameters) {
      #expect(abs(own - other) < 1e-12)
    }
    for (own, other) in zip(whole.losses, parts.losses) {
      for (name, value) in own { #expect(abs(value - (other[name] ?? .nan)) < 1e-9 * abs(value)) }
    }
    let start = try Plain(ParameterStore(seed: 1, dtype: .float64)).store.entries
      .flatMap { try $0.tensor.values(as: Double.self) }
    #expect(whole.parameters != start)
  }

  @Test("parts differ by one image at most and keep their order")
  func cuts() throws {
    let batch = try #require(
      try Source().batches(ofEpoch: 0, startingAt: 0, like: ParameterStore(seed: 0))
        .first { _ in true }?.get())
    let parts = try batch.parts(3)
    #expect(parts.map(\.count) == [2, 2, 3])
    #expect(parts.flatMap(\.indices) == Array(0..<7))
    #expect(try parts.flatMap { try $0.labels.values(as: Int64.self) } == [0, 1, 2, 0, 1, 2, 0])
    #expect(try batch.parts(1)[0].images.isSame(as: batch.images))
  }
}

/// The cross-entropy, and the summed squares between the taps over the batch.
private struct PartObjective: Objective {
  let student: any Network
  let source: TeacherPass
  var teacher: (any Network)? { source.network }
  let connectors: ParameterStore? = nil

  init(_ student: any Network, _ source: TeacherPass) {
    self.student = student
    self.source = source
  }

  func terms(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError) -> [LossTerm] {
    let own = try student.features(of: batch.images, .train)
    let other = try source.features(of: batch.images, at: position)
    return [
      LossTerm("ce", try own.logits.crossEntropy(labels: batch.labels)),
      LossTerm(
        "gap", try (own.taps[0] - other.taps[0]).squared().sum(),
        coefficient: 1e-3 / Double(batch.count), isSum: true),
    ]
  }
}
