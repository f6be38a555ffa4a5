import Datasets
import Distillation
import Experiments
import Foundation
import ModelZoo
import NeuralNet
import TensorCore
import TestSupport
import Training
import UserErrors

/// A method between two small networks, made by the factory that makes a run's objective.
struct MethodFixture {
  let objective: any Objective
  let batch: LabelledBatch

  /// Networks of unequal width in `dtype` and the first `count` images of `data`.
  init(_ method: Method, data: ImageDataset, count: Int, dtype: DType) throws {
    func network(_ architecture: Architecture, seed: UInt64) throws -> any Network {
      try architecture.makeNetwork(
        classCount: data.classCount, store: ParameterStore(seed: seed, dtype: dtype))
    }
    let plan = RunPlan(
      table: "table2", setting: try Setting("c"), role: .student(method),
      trainingProtocol: .equal, budget: .smoke, seed: 1,
      data: DataReference(id: data.name, hashes: [:]))
    let options = RunOptions(runs: URL(fileURLWithPath: "unused"), command: "test")
    let factory = ObjectiveFactory(
      plan: plan, options: options, teacherFile: nil,
      data: CIFARSource(training: data, test: data))
    objective = try factory.objective(
      method, network(.wideResNet(depth: 10, width: 1), seed: 1),
      TeacherPass(network(.wideResNet(depth: 10, width: 2), seed: 2), .eval))
    let loader = BatchLoader(
      dataset: data, pipeline: .cifar100Train,
      configuration: LoaderConfiguration(batchSize: count, seed: 3, threads: 1))
    guard let host = loader.batch(0, ofEpoch: 0) else { throw UsageError("too few images") }
    batch = try LabelledBatch(host, like: objective.student.store)
  }

  /// Every tensor that a step may move.
  var stores: [ParameterStore] {
    [objective.student.store, objective.connectors, objective.teacher?.store].compactMap { $0 }
  }

  func terms(step: Int = 0, isPreparation: Bool) throws -> [LossTerm] {
    // A late epoch, in which every weight has risen.
    try objective.terms(
      batch, at: StepPosition(epoch: 1, epochs: 2, step: step, isPreparation: isPreparation))
  }
}

/// Real images where they are, synthetic ones elsewhere.
enum TestImages {
  static let dataset: ImageDataset? = {
    do {
      return try real() ?? SyntheticCIFAR100(trainCount: 200, testCount: 20).dataset(.train)
    } catch {
      print("no images: \(error)")
      return nil
    }
  }()

  /// A part of CIFAR-100 from LSKD_CIFAR100, or from the packed sets beside the project.
  private static func real() throws -> ImageDataset? {
    func subset(_ directory: URL) throws -> ImageDataset {
      try CIFAR100.load(.train, from: CIFAR100.resolve(directory)).subset(fraction: 0.01, seed: 0)
    }
    if let named = ProcessInfo.processInfo.environment["LSKD_CIFAR100"] {
      return try subset(URL(fileURLWithPath: named))
    }
    guard let directory = try RestoredData.restore("cifar100") else { return nil }
    defer { _ = try? FileManager.default.removeItem(at: directory) }  // Leftovers harm no one.
    return try subset(directory)
  }
}
