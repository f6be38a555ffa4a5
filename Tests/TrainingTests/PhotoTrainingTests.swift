import Datasets
import Distillation
import Foundation
import ModelZoo
import NeuralNet
import TestSupport
import Testing
import Training

/// Trainings on photos that stay on disk.
struct PhotoTrainingTests {
  private static let synthetic = try? SyntheticClassPhotos(
    trainCount: 26, testCount: 8, classCount: 4)

  /// Trains for two epochs of four batches; once to each stop, then to the end.
  private func train(_ photos: ClassPhotos, stops: [Int], decodesScaled: Bool) throws -> [[UInt8]] {
    try inTemporaryDirectory { directory in
      var state: [[UInt8]] = []
      for stopStep in stops.map(Optional.some) + [nil] {
        let network = try ImageNetMobileNet(
          divisor: 16, classCount: 4, store: ParameterStore(seed: 1))
        let objective = TaskObjective(student: network)
        let loader = ClassPhotoLoader(
          dataset: photos,
          view: .augmented(RandomResizedCrop(side: 32, decodesScaled: decodesScaled)),
          configuration: LoaderConfiguration(batchSize: 8, seed: 5, threads: 2))
        let trainer = try Trainer(
          objective: objective, loader: loader,
          evaluator: ClassPhotoEvaluator(training: photos, test: photos, side: 32),
          configuration: TrainingConfiguration(
            epochs: 2, schedule: .steps(base: 0.05, drops: []), restartsMomentumAtDrops: false),
          resumeFile: directory.appendingPathComponent("resume.lskd"), identity: "photos")
        let stop = StopRequest()
        let outcome = try trainer.run(stop: stop, observer: Witness(stop: stop, at: stopStep))
        #expect(outcome == (stopStep.map { .interrupted(step: $0) } ?? .finished))
        state = try network.store.entries.map { try $0.tensor.bytes() }
      }
      return state
    }
  }

  @Test("a training on photos that was stopped in the middle of epochs ends with the same bytes")
  func resumeIsExact() throws {
    try inTemporaryDirectory { directory in
      let root = directory.appendingPathComponent("photos")
      try #require(Self.synthetic).write(to: root)
      var folder = PhotoFolder(root)
      folder.cache = nil
      let photos = try folder.photos("train")
      let whole = try train(photos, stops: [], decodesScaled: false)
      #expect(try train(photos, stops: [2, 5], decodesScaled: false) == whole)
    }
  }
}
