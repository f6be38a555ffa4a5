import Datasets
import Distillation
public import Experiments
import Foundation
import ModelZoo
import NeuralNet
import Results
import TensorCore
public import Training
import UserErrors

/// What methods cost that learn side by side, beside the same ones alone: time, arithmetic and memory.
public struct CohortBenchmark {
  private struct Member {
    let objective: any Objective
    let optimizer: SGD

    func step(_ batch: LabelledBatch, _ number: Int) throws {
      try trainStep(
        objective, optimizer, batch, at: StepPosition(epoch: 0, epochs: 1, step: number),
        learningRate: 0.01)
    }
  }

  private let setting: Setting
  private let budget: Budget
  private let methods: [Method]
  private let batch: Int
  private let steps: Int
  private let place: ComputePlace
  private let images: ImageDataset

  /// Sizes of the cohorts.
  private static let sizes = [1, 2, 4, 8]
  /// Logits, one stage, all stages before and behind their ReLU, embeddings: what methods read.
  private static let usual = ["kd", "ofd", "at", "london", "pkt", "sp", "dkd", "nst"]

  /// Prepares `steps` turns, after one to warm up, of batches of so many synthetic images.
  public init(
    setting: String, budget: Budget, batch: Int, steps: Int, place: ComputePlace
  ) throws {
    guard (2...4096).contains(batch), (1...1000).contains(steps) else {
      throw UsageError("the benchmark takes 2 to 4096 images and 1 to 1000 steps")
    }
    guard let found = PaperTable.usual.settings.first(where: { $0.id == setting }),
      found.recipe.budgets.contains(budget.base)
    else {
      throw UsageError(
        "\(PaperTable.usual.id) has no setting \(setting) under the budget \(budget.name)")
    }
    self.setting = found
    self.budget = budget
    self.batch = batch
    self.steps = steps
    self.place = place
    methods = try Self.usual.map { try Method(named: $0) }
    let made = try SyntheticCIFAR100(trainCount: max(batch, 200), testCount: 100).dataset(.train)
    let side = self.setting.recipe.extent(budget).imageSize
    images = try side.map { try made.averaged(toSide: $0) } ?? made
  }

  private var loader: BatchLoader {
    BatchLoader(
      dataset: images, pipeline: .cifar100Train(side: images.height),
      configuration: LoaderConfiguration(batchSize: batch, seed: 0, threads: 1))
  }

  private func network(_ architecture: Architecture, seed: UInt64) throws -> any Network {
    try budget.network(for: architecture).makeNetwork(
      classCount: images.classCount,
      store: ParameterStore(seed: seed, device: place.device, layout: place.layout))
  }

  private func teacher(kept: Bool) throws -> TeacherPass {
    try TeacherPass(network(setting.teacher, seed: 1), .eval, fused: place.fuses, kept: kept)
  }

  private func members(_ count: Int, _ teacher: TeacherPass) throws -> [Member] {
    try methods.prefix(count).map { method in
      let plan = RunPlan(
        table: setting.recipe.table, setting: setting, role: .student(method),
        trainingProtocol: .equal, budget: budget, seed: 0,
        data: DataReference(id: images.name, hashes: [:]))
      let factory = ObjectiveFactory(
        plan: plan,
        options: RunOptions(runs: URL(fileURLWithPath: "."), place: place, command: ""),
        teacherFile: nil, data: CIFARSource(training: images, test: images))
      let objective = try factory.objective(method, network(setting.student, seed: 0), teacher)
      return Member(
        objective: objective, optimizer: try SGD(trainedParameters(of: objective), .init()))
    }
  }

  /// One batch, prepared as a training does, and a step of each member with it; seconds of all that.
  private func turn(_ members: ArraySlice<Member>, _ number: Int) throws -> Double {
    guard let first = members.first else { return 0 }
    let start = ContinuousClock.now
    guard let host = loader.batch(0, ofEpoch: number) else {
      throw UsageError("\(batch) images make no batch")
    }
    let batch = try LabelledBatch(host, like: first.objective.student.store)
    for member in members { try member.step(batch, number) }
    try Engine.synchronize(place.device)
    return start.duration(to: .now).seconds
  }

  /// Medians, arithmetic and memory as text.
  public func run() throws -> String {
    let memory = try peakMemory()
    let (apart, shared) = (try teacher(kept: false), try teacher(kept: true))
    let (single, together) = (
      try members(methods.count, apart), try members(methods.count, shared)
    )
    var alone = methods.map { _ in [Double]() }
    var cohorts = Self.sizes.map { _ in [Double]() }
    for number in 0...steps {
      for index in single.indices {
        let seconds = try turn(single[index...index], number)
        if number > 0 { alone[index].append(seconds) }
      }
      for (place, size) in Self.sizes.enumerated() {
        let seconds = try turn(together.prefix(size), number)
        if number > 0 { cohorts[place].append(seconds) }
      }
    }
    return try text(alone.map(\.median), cohorts.map(\.median), memory)
      + "\(budget.network(for: setting.teacher)) teaches \(budget.network(for: setting.student)), batch \(batch) of "
      + "\(images.height) x \(images.width), \(Engine.threads) threads, \(place.device); methods in this order: "
      + methods.map(\.description).joined(separator: ", ") + "\n"
  }

  private func text(_ alone: [Double], _ cohorts: [Double], _ memory: [Double]) throws -> String {
    var table = TextTable([
      "cohort of", "s a step and method", "alone", "of alone", "GFLOP an image and method",
      "of alone", "peak MiB", "of one alone",
    ])
    let size = ImageSize(height: images.height, width: images.width)
    // Two operations per multiply-add; a backward pass is twice the forward one.
    let own = 6 * Double(try network(setting.student, seed: 0).multiplyAdds(imageSize: size))
    let teacher = 2 * Double(try network(setting.teacher, seed: 0).multiplyAdds(imageSize: size))
    for (index, count) in Self.sizes.enumerated() {
      let together = cohorts[index] / Double(count)
      let apart = alone.prefix(count).reduce(0, +) / Double(count)
      let work = own + teacher / Double(count)
      table.add([
        String(count), String(format: "%.3f", together), String(format: "%.3f", apart),
        String(format: "%.2f", together / apart), String(format: "%.3f", work / 1e9),
        String(format: "%.2f", work / (own + teacher)),
        String(format: "%.0f", memory[index + 1] / 0x1p20),
        String(format: "%.2f", memory[index + 1] / memory[0]),
      ])
    }
    return table.text
  }

  /// Highest resident memory, bytes, of one run alone and of each cohort.
  private func peakMemory() throws -> [Double] {
    try ([0] + Self.sizes).map { size in
      let teacher = try teacher(kept: size > 0)
      let members = try members(max(size, 1), teacher)
      Engine.releaseHostCache()
      Machine.restartPeakMemory(of: place.device)
      for number in 0..<2 { _ = try turn(members[...], number) }
      return Double(Machine.peakMemory(of: place.device))
    }
  }
}
