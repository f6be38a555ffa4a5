import Datasets
import Distillation
import Foundation
import Lipschitz
import ModelZoo
import NeuralNet
import TensorCore
import TestSupport
import Testing
import Training

/// Five students of one teacher, each in its own folder.
private struct Students {
  enum Kind: CaseIterable { case alone, softTargets, attention, overhaul, guided }

  let objectives: [any Objective]
  let trainers: [Trainer]
  let teacher: TeacherPass

  /// Makes the `kinds`; a `kept` teacher looks once at a batch. `rates` departs from the learning rate.
  init(
    _ kinds: [Kind] = Kind.allCases, in folder: URL, kept: Bool, fused: Bool = true,
    rates: [Kind: Double] = [:]
  ) throws {
    let data = try SyntheticCIFAR100(trainCount: 100, testCount: 40)
    let (training, test) = (data.dataset(.train), data.dataset(.test))
    let network = { (seed: UInt64, width: Int) throws -> any Network in
      try Architecture.wideResNet(depth: 10, width: width).makeNetwork(
        classCount: 100, store: ParameterStore(seed: seed, layout: .channelsLast))
    }
    let teacher = try TeacherPass(network(9, 2), .eval, fused: fused, kept: kept)
    self.teacher = teacher
    objectives = try kinds.map { try Self.objective($0, network(1, 1), teacher) }
    trainers = try zip(kinds, objectives).map { (kind, objective) throws -> Trainer in
      var configuration = TrainingConfiguration(
        epochs: 2,
        schedule: .steps(
          base: rates[kind] ?? 0.01, drops: [.init(epoch: 1, divisor: 10)]),
        restartsMomentumAtDrops: false)
      // A preparation of one epoch sets a student behind the others.
      configuration.preparationEpochs = kind == .attention ? 1 : 0
      configuration.preparationRate = 0.01
      return try Trainer(
        objective: objective,
        loader: BatchLoader(
          dataset: training, pipeline: .cifar100Train,
          configuration: LoaderConfiguration(batchSize: 24, seed: 3, threads: 1)),
        evaluator: ClassificationEvaluator(training: training, test: test, pipeline: .cifar100Test),
        configuration: configuration,
        resumeFile: folder.appendingPathComponent("\(kind).lskd"), identity: "\(kind)")
    }
  }

  private static func objective(_ kind: Kind, _ student: any Network, _ teacher: TeacherPass) throws
    -> any Objective
  {
    func distilled(_ part: FeatureLossObjective.Part) -> FeatureLossObjective {
      .init(student: student, teacher: teacher, main: part, preparation: part)
    }
    func overhaul() throws -> FeatureOverhaulObjective {
      try FeatureOverhaulObjective(
        student: student, teacher: teacher,
        connectors: ParameterStore(seed: 1, layout: .channelsLast), coefficient: 1e-3)
    }
    return switch kind {
    case .alone: TaskObjective(student: student)
    case .softTargets: distilled(.init("kl", SoftTargetLoss(temperature: 4), weight: 0.9))
    case .attention: distilled(.init("at", AttentionTransfer(), weight: 1000))
    case .overhaul: try overhaul()
    case .guided:
      LipschitzGuidedObjective(
        try overhaul(), loss: LipschitzLoss(norm: .singularPair),
        weight: .alpha(0.25, lateFactor: 1), seed: 1)
    }
  }

  /// The bytes of everything that training moves, student by student.
  func states() throws -> [[[UInt8]]] {
    try objectives.map { objective in
      try [objective.student.store, objective.connectors].compactMap { $0 }
        .flatMap { try $0.entries.map { try $0.tensor.bytes() } }
    }
  }
}

@Suite(.serialized)
struct CohortTests {
  private typealias Outcomes = [Int: Result<TrainingOutcome, any Error>]

  private func run(_ students: Students, _ witnesses: [Witness], stop: StopRequest) -> Outcomes {
    var outcomes: Outcomes = [:]
    let members = zip(students.trainers, witnesses).map {
      Cohort.Member(trainer: $0, observer: $1)
    }
    Cohort(members, teacher: students.teacher).run(stop: stop) { outcomes[$0] = $1 }
    return outcomes
  }

  /// What every student becomes without the others, and its losses step by step.
  private func alone() throws -> (states: [[[UInt8]]], losses: [[Double]]) {
    try Self.expected.get()
  }

  private static let expected = Result {
    try inTemporaryDirectory { folder in
      let students = try Students(in: folder, kept: false)
      let losses = try students.trainers.map { (trainer) throws -> [Double] in
        let stop = StopRequest()
        let witness = Witness(stop: stop)
        #expect(try trainer.run(stop: stop, observer: witness) == .finished)
        return witness.steps.map(\.total)
      }
      return (states: try students.states(), losses: losses)
    }
  }

  @Test(
    "five students side by side end with the bytes that each has alone, stopped three times on the way"
  )
  func sameBytes() throws {
    let expected = try alone()
    try inTemporaryDirectory { folder in
      var losses = expected.losses.map { _ in [Double]() }
      // Students' own steps; the third one's preparation is five of its fifteen.
      for (attempt, step) in [2, 6, 13, nil].enumerated() {
        let stop = StopRequest()
        let students = try Students(in: folder, kept: true)
        let witnesses = students.trainers.indices.map { index in
          Witness(stop: stop, at: index == attempt ? step : nil)
        }
        let outcomes = run(students, witnesses, stop: stop)
        for (index, witness) in witnesses.enumerated() {
          losses[index] += witness.steps.map(\.total)
          let outcome = try #require(try outcomes[index]?.get())
          #expect((outcome == .finished) == (step == nil))
        }
        guard step == nil else { continue }
        #expect(try students.states() == expected.states)
        #expect(losses == expected.losses)
      }
    }
  }

  @Test("members that stand at different steps are brought together")
  func differentSteps() throws {
    let expected = try alone()
    try inTemporaryDirectory { folder in
      // The second one alone for seven steps, the fourth for one.
      for (index, steps) in [(1, 7), (3, 1)] {
        let stop = StopRequest()
        let students = try Students(in: folder, kept: false)
        _ = try students.trainers[index].run(stop: stop, observer: Witness(stop: stop, at: steps))
      }
      let students = try Students(in: folder, kept: true)
      let stop = StopRequest()
      let witnesses = students.trainers.map { _ in Witness(stop: stop) }
      let outcomes = run(students, witnesses, stop: stop)
      #expect(try outcomes.values.allSatisfy { try $0.get() == .finished })
      #expect(witnesses.map(\.resumedAt) == [nil, 7, nil, 1, nil])
      #expect(witnesses[1].steps.count == expected.losses[1].count - 7)
      #expect(try students.states() == expected.states)
    }
  }

  @Test("a student that diverges leaves, and the others end with their own bytes")
  func divergence() throws {
    let expected = try alone()
    try inTemporaryDirectory { folder in
      let stop = StopRequest()
      let students = try Students(in: folder, kept: true, rates: [.overhaul: 1e30])
      let outcomes = run(students, students.trainers.map { _ in Witness(stop: stop) }, stop: stop)
      let states = try students.states()
      for (index, kind) in Students.Kind.allCases.enumerated() {
        let outcome = try #require(outcomes[index])
        if kind == .overhaul {
          #expect(throws: TrainingError.self) { try outcome.get() }
        } else {
          #expect(try outcome.get() == .finished)
          #expect(states[index] == expected.states[index])
        }
      }
    }
  }

  @Test("the teacher looks once at a batch for all that read it", arguments: [true, false])
  func teacherLooksOnce(fused: Bool) throws {
    let times = try [1, 4].map { (count) throws -> Int in
      try inTemporaryDirectory { folder in
        let kinds = Array(Students.Kind.allCases.suffix(count))
        let students = try Students(kinds, in: folder, kept: true, fused: fused)
        let stop = StopRequest()
        let witnesses = kinds.map { _ in Witness(stop: stop) }
        _ = run(students, witnesses, stop: stop)
        return students.teacher.sharedPasses
      }
    }
    // Two epochs of five batches; one preparation of five steps, which the attention's student runs in front.
    #expect(times == [10, 15])
  }
}
