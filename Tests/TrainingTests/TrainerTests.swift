import CheckpointFormat
import Datasets
import Distillation
import Foundation
import ModelZoo
import NeuralNet
import TensorCore
import TestSupport
import Testing
import Training

@Suite(.serialized)
struct TrainerTests {
  private func straight(threads: Int = 1) throws -> (state: [[UInt8]], witness: Witness) {
    try inTemporaryDirectory { folder in
      let fixture = try Fixture(in: folder, threads: threads)
      let stop = StopRequest()
      let witness = Witness(stop: stop)
      #expect(try fixture.trainer.run(stop: stop, observer: witness) == .finished)
      return (try fixture.state(), witness)
    }
  }

  @Test("a training that was stopped and resumed ends with the same bytes", arguments: [2, 5, 7])
  func resumeIsExact(step: Int) throws {
    let whole = try straight()
    try inTemporaryDirectory { folder in
      let stop = StopRequest()
      let first = Witness(stop: stop, at: step)
      let outcome = try Fixture(in: folder).trainer.run(stop: stop, observer: first)
      #expect(outcome == .interrupted(step: step))
      let fixture = try Fixture(in: folder)
      let again = StopRequest()
      let second = Witness(stop: again)
      #expect(try fixture.trainer.run(stop: again, observer: second) == .finished)
      #expect(second.resumedAt == step)
      #expect(try fixture.state() == whole.state)
      let losses = (first.steps + second.steps).map(\.total)
      #expect(losses == whole.witness.steps.map(\.total))
      #expect(
        (first.epochs + second.epochs).map(\.losses) == whole.witness.epochs.map(\.losses))
    }
  }

  @Test("the number of loader threads changes nothing")
  func threadsChangeNothing() throws {
    let one = try straight(threads: 1)
    let three = try straight(threads: 3)
    #expect(one.state == three.state)
  }

  @Test("every term is reported with its gradient norm")
  func termsAreReported() throws {
    let witness = try straight().witness
    #expect(witness.steps.count == 10)
    let first = try #require(witness.steps.first)
    #expect(Set(first.losses.keys) == ["ce", "ofd", "lipschitz"])
    #expect(first.gradientNorms.values.allSatisfy { $0 > 0 })
    #expect(first.gradientNorms.count == 3)
  }

  @Test("a loss that is not finite stops the run with step, term and last finite checkpoint")
  func notFinite() throws {
    try inTemporaryDirectory { folder in
      let stop = StopRequest()
      let fixture = try Fixture(in: folder, learningRate: 1e30)
      #expect {
        try fixture.trainer.run(stop: stop, observer: Witness(stop: stop))
      } throws: { error in
        guard case .notFinite(_, let value, _, let step, _)? = error as? TrainingError else {
          return false
        }
        return !value.isFinite && step > 0
      }
    }
  }

  @Test("bfloat16 autocast trains, near float32 and not equal to it")
  func bfloat16() throws {
    let reference = try #require(try straight().witness.steps.first)
    try inTemporaryDirectory { folder in
      let stop = StopRequest()
      let witness = Witness(stop: stop)
      let fixture = try Fixture(in: folder, precision: .bfloat16)
      #expect(try fixture.trainer.run(stop: stop, observer: witness) == .finished)
      let first = try #require(witness.steps.first)
      #expect(first.total != reference.total)
      #expect(abs(first.total - reference.total) < 0.05 * reference.total)
    }
  }

  @Test("a resume checkpoint of another configuration is refused")
  func foreignCheckpoint() throws {
    try inTemporaryDirectory { folder in
      let stop = StopRequest()
      _ = try Fixture(in: folder).trainer.run(stop: stop, observer: Witness(stop: stop, at: 1))
      let other = try Fixture(in: folder, identity: "other")
      #expect(throws: TrainingError.self) {
        try other.trainer.run(stop: StopRequest(), observer: Witness(stop: StopRequest()))
      }
    }
  }

  @Test("a damaged resume checkpoint is refused and left as it is")
  func damagedCheckpoint() throws {
    try inTemporaryDirectory { folder in
      let file = folder.appendingPathComponent("resume.lskd")
      try Data("not a checkpoint".utf8).write(to: file)
      let fixture = try Fixture(in: folder)
      #expect(throws: CheckpointError.self) {
        try fixture.trainer.run(stop: StopRequest(), observer: Witness(stop: StopRequest()))
      }
      #expect(try Data(contentsOf: file) == Data("not a checkpoint".utf8))
    }
  }

  /// Cross-entropy that writes down what it is shown.
  private final class Notebook: Objective {
    let student: any Network
    var teacher: (any Network)? { nil }
    var connectors: ParameterStore? { nil }
    private(set) var main: [[Int]] = []
    private(set) var preparation: [[Int]] = []

    init() throws {
      student = try Architecture.wideResNet(depth: 10, width: 1).makeNetwork(
        classCount: 100, store: ParameterStore(seed: 1))
    }

    func terms(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError) -> [LossTerm]
    {
      if position.isPreparation {
        preparation.append(batch.indices)
      } else {
        main.append(batch.indices)
      }
      return try TaskObjective(student: student).terms(batch, at: position)
    }
  }

  @Test("a preparation has batches of its own and leaves those of the training as they are")
  func preparationOrder() throws {
    let training = try #require(Fixture.training)
    let test = try #require(Fixture.test)
    func run(preparationEpochs: Int) throws -> (notes: Notebook, witness: Witness) {
      try inTemporaryDirectory { folder in
        let notes = try Notebook()
        var configuration = TrainingConfiguration(
          epochs: 2, schedule: .steps(base: 0.01, drops: []), restartsMomentumAtDrops: false)
        configuration.preparationEpochs = preparationEpochs
        configuration.preparationRate = 0.002
        let trainer = try Trainer(
          objective: notes,
          loader: BatchLoader(
            dataset: training, pipeline: .cifar100Train,
            configuration: LoaderConfiguration(batchSize: 24, seed: 3, threads: 1)),
          evaluator: ClassificationEvaluator(
            training: training, test: test, pipeline: .cifar100Test),
          configuration: configuration,
          resumeFile: folder.appendingPathComponent("resume.lskd"), identity: "notes")
        let stop = StopRequest()
        let witness = Witness(stop: stop)
        _ = try trainer.run(stop: stop, observer: witness)
        return (notes, witness)
      }
    }
    let without = try run(preparationEpochs: 0)
    let with = try run(preparationEpochs: 1)
    #expect(with.notes.main == without.notes.main)
    let steps = with.notes.preparation.count
    #expect(steps == with.notes.main.count / 2 && without.notes.preparation.isEmpty)
    #expect(!with.notes.main.contains { with.notes.preparation.contains($0) })
    #expect(with.witness.preparations.count == 1)
    #expect(with.witness.epochs.map(\.epoch) == [0, 1])
    let rates = with.witness.steps.map(\.learningRate)
    #expect(
      rates == Array(repeating: 0.002, count: steps) + Array(repeating: 0.01, count: 2 * steps))
  }
}
