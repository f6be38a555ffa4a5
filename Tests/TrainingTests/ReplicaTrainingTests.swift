import Datasets
import Distillation
import Foundation
import ModelZoo
import NeuralNet
import TensorCore
import TestSupport
import Testing
import Training

/// The training loop over replicas beside one process, in float64.
struct ReplicaTrainingTests {
  private struct Result: Sendable {
    var state: [[Double]]
    var losses: [Double]
    var norms: [String: Double]
    var images: [String: Double]
  }

  /// Four steps of OFD with a teacher in train mode, on batches of which replicas have unequal parts.
  private static func train(_ group: ProcessGroup?, batchSize: Int = 27) throws -> Result {
    let training = try #require(Fixture.training)
    let test = try #require(Fixture.test)
    let store = { (seed: UInt64) in
      ParameterStore(seed: seed, dtype: .float64, replicas: group)
    }
    let network = { (seed: UInt64, width: Int) throws -> any Network in
      try Architecture.wideResNet(depth: 10, width: width).makeNetwork(
        classCount: 100, store: store(seed))
    }
    let objective = try FeatureOverhaulObjective(
      student: network(1, 1), teacher: TeacherPass(network(2, 2), .train), connectors: store(3),
      coefficient: 1e-3)
    let part = group.map { BatchPart($0.rank, of: $0.worldSize) } ?? .whole
    return try inTemporaryDirectory { folder in
      let trainer = try Trainer(
        objective: objective,
        loader: BatchLoader(
          dataset: training, pipeline: .cifar100Train,
          configuration: LoaderConfiguration(batchSize: batchSize, seed: 3, part: part)),
        evaluator: ClassificationEvaluator(training: training, test: test, pipeline: .cifar100Test),
        configuration: TrainingConfiguration(
          epochs: 1, schedule: .steps(base: 0.01, drops: []), restartsMomentumAtDrops: false),
        resumeFile: folder.appendingPathComponent("resume.lskd"), identity: "replicas")
      let stop = StopRequest()
      let witness = Witness(stop: stop)
      _ = try trainer.run(stop: stop, observer: witness)
      let stores = [objective.student.store, objective.connectors, objective.teacher?.store]
      return Result(
        state: try stores.compactMap { $0 }.flatMap(\.entries).map {
          try $0.tensor.values(as: Double.self)
        },
        losses: witness.steps.flatMap { $0.losses.sorted { $0.key < $1.key }.map(\.value) },
        norms: try #require(witness.steps.first).gradientNorms,
        images: try #require(witness.epochs.first).losses)
    }
  }

  private func distance(_ x: [Double], _ y: [Double]) -> Double {
    zip(x, y).map { abs($0 - $1) / max(1, abs($1)) }.max() ?? 0
  }

  @Test(
    "replicas take the steps of one process, with the teacher's norms over all parts, too",
    arguments: [2, 3])
  func equalsOneProcess(count: Int) throws {
    let replicas = try ReplicaThreads.run(count) { try Self.train($0) }
    let alone = try Self.train(nil)
    #expect(alone.losses.count == 8)
    for replica in replicas {
      #expect(replica.state.count == alone.state.count)
      for (x, y) in zip(replica.state, alone.state) { #expect(distance(x, y) < 1e-10) }
      #expect(distance(replica.losses, alone.losses) < 1e-10)
      for (name, norm) in alone.norms {
        #expect(abs(try #require(replica.norms[name]) - norm) < 1e-10, "\(name)")
      }
      for (name, mean) in alone.images {
        #expect(distance([try #require(replica.images[name])], [mean]) < 1e-10, "\(name)")
      }
    }
    // Exactly the same everywhere.
    for replica in replicas { #expect(replica.state == replicas[0].state) }
  }

  @Test("a last batch that leaves a replica without an image is refused with a sentence")
  func tooFewImages() throws {
    let sentences = try ReplicaThreads.run(2) { group in
      do {
        _ = try Self.train(group, batchSize: 33)  // 100 images: the last batch has one.
        return ""
      } catch let error as TrainingError { return "\(error)" }
    }
    #expect(sentences.allSatisfy { $0.contains("has 1 images, too few for 2 replicas") })
  }
}
