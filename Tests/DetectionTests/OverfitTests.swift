import Datasets
import Distillation
import Foundation
import ModelZoo
import NeuralNet
import TensorCore
import Testing
import Training

/// A detector learns what it sees.
struct OverfitTests {
  @Test("a narrow SSD300 finds the objects of 20 real photos that it has learnt by heart")
  func learnsByHeart() throws {
    guard let root = Photos.devkit else {
      print("skipped: no VOC data beside the project")
      return
    }
    let photos = try DetectionDataset(
      name: "voc", root: root, parts: [.init(year: 2012, set: "train")], skipsBad: true
    ).first(20)
    let env = ProcessInfo.processInfo.environment
    let rate = Double(env["RATE"] ?? "0.01") ?? 0.01
    let epochs = Int(env["EPOCHS"] ?? "100") ?? 100
    let network = try Architecture(env["NET"] ?? "ssd300-resnet18-narrow4").makeNetwork(
      classCount: photos.classes.count + 1, store: ParameterStore(seed: 1, layout: .channelsLast))
    let objective = TaskObjective(student: network, task: MultiBoxLoss())
    let optimizer = try SGD(trainedParameters(of: objective), .init(nesterov: false))
    let loader = DetectionLoader(
      dataset: photos, augments: false,
      configuration: LoaderConfiguration(batchSize: 10, seed: 1, threads: 1))
    var step = 0
    let start = ContinuousClock.now
    for epoch in 0..<epochs {
      var total = 0.0
      for batch in loader.batches(ofEpoch: epoch, startingAt: 0, like: network.store) {
        let terms = try objective.terms(
          try batch.get(), at: StepPosition(epoch: epoch, epochs: epochs, step: step))
        total = try terms.total().scalar()
        try update(terms, optimizer, learningRate: epoch < epochs * 3 / 4 ? rate : rate / 10)
        step += 1
      }
      if epoch % 20 == 19 {
        let measures = try DetectionEvaluator(training: photos, test: photos)
          .measure(network, on: .test)
        print(epoch, total, measures, start.duration(to: .now))
      }
    }
    let measures = try DetectionEvaluator(training: photos, test: photos)
      .measure(network, on: .test)
    #expect(try #require(measures[.mapVOC07]) > 90)
  }
}
