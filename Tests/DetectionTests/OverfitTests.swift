import Datasets
import Distillation
import ModelZoo
import NeuralNet
import TensorCore
import TestSupport
import Testing
import Training

/// A detector learns what it sees.
struct OverfitTests {
  private static let (epochs, rate) = (60, 0.01)

  @Test(
    "a narrow SSD300 finds the objects of 20 real photos that it has learnt by heart",
    .enabled(if: Photos.devkit != nil, "no VOC data: name them in LSKD_VOC"))
  func learnsByHeart() throws {
    let root = try #require(Photos.devkit)
    let photos = try DetectionDataset(
      name: "voc", root: root, parts: [.init(year: 2012, set: "Segmentation/train")],
      skipsBad: true
    ).first(20)
    #expect(photos.count == 20)
    let network = try Architecture("ssd300-resnet18-narrow4").makeNetwork(
      classCount: photos.classes.count + 1, store: ParameterStore(seed: 1, layout: .channelsLast))
    let objective = TaskObjective(student: network, task: MultiBoxLoss())
    let optimizer = try SGD(trainedParameters(of: objective), .init(nesterov: false))
    let loader = DetectionLoader(
      dataset: photos, augments: false,
      configuration: LoaderConfiguration(batchSize: 10, seed: 1, threads: 1))
    for epoch in 0..<Self.epochs {
      for batch in loader.batches(ofEpoch: epoch, startingAt: 0, like: network.store) {
        try trainStep(
          objective, optimizer, batch.get(),
          at: StepPosition(epoch: epoch, epochs: Self.epochs, step: epoch),
          learningRate: epoch < Self.epochs * 2 / 3 ? Self.rate : Self.rate / 10)
      }
    }
    let measures = try DetectionEvaluator(training: photos, test: photos)
      .measure(network, on: .test)
    #expect(try #require(measures[.mapVOC07]) > 90)
  }
}
