import Distillation
import GoldenVectors
import Lipschitz
import ModelZoo
import NeuralNet
import TensorCore
import Training

/// Ten steps of training, in float64, in the released mode of every method.
enum TrainingCheck {
  private static let tolerance = 1e-7

  static func run(_ node: ReferenceNode, _ comparison: Comparison) throws {
    for run in try node.at("runs").list() { try TrainingRun(node, run, comparison).check() }
  }
}

private struct TrainingRun {
  private let node: ReferenceNode
  private let run: ReferenceNode
  private let comparison: Comparison
  private let prefix: String
  private let batches: [LabelledBatch]
  private let student: any Network

  init(_ node: ReferenceNode, _ run: ReferenceNode, _ comparison: Comparison) throws {
    self.node = node
    self.run = run
    self.comparison = comparison
    prefix = try node.at("name_prefix").text()
    let size = try node.at("batch").integer()
    var batches: [LabelledBatch] = []
    for (index, labels) in try node.at("labels").list().enumerated() {
      batches.append(
        LabelledBatch(
          images: try FillRule.images("\(prefix)batch\(index)", shape: [size, 3, 32, 32]),
          labels: try labels.tensor()))
    }
    self.batches = batches
    student = try Self.network(node, "student", prefix)
  }

  private static func network(_ node: ReferenceNode, _ role: String, _ prefix: String) throws
    -> any Network
  {
    let store = ParameterStore(seed: 0, dtype: .float64)
    let network = try Architecture(node.at(role).text()).makeNetwork(
      classCount: try node.at("classes").integer(), store: store)
    try store.fill("\(prefix)\(role)/")
    return network
  }

  private func teacher() throws -> TeacherPass {
    let network = try Self.network(node, "teacher", prefix)
    _ = try withoutGradient { () throws(TensorError) in
      try network.logits(
        of: batches[0].images, ForwardMode(usesBatchStatistics: true, momentum: 1))
    }
    for entry in network.store.entries where entry.name.hasSuffix("num_batches_tracked") {
      try entry.tensor.fill(0)
    }
    return try TeacherPass(network, run.at("teacher_mode").text() == "train" ? .train : .eval)
  }

  private func objective() throws -> any Objective {
    let steps = try run.at("steps")
    if steps.optional("kl") != nil {
      return FeatureLossObjective(
        student: student, teacher: try teacher(), taskWeight: 1 - 0.9,
        main: .init("kl", SoftTargetLoss(temperature: 4), weight: 0.9))
    }
    guard steps.optional("ofd_sum") != nil else { return TaskObjective(student: student) }
    let connectors = ParameterStore(seed: 0, dtype: .float64)
    let overhaul = try FeatureOverhaulObjective(
      student: student, teacher: try teacher(), connectors: connectors, coefficient: 1e-3)
    try connectors.fill(prefix)
    guard let alpha = try run.optional("alpha")?.number() else { return overhaul }
    return LipschitzGuidedObjective(
      overhaul, loss: LipschitzLoss(norm: .powerIterationFromOnes(steps: 10)),
      weight: .alpha(alpha, lateFactor: 1), seed: 0)
  }

  func check() throws {
    let objective = try objective()
    let stores = [student.store, objective.connectors].compactMap { $0 }
    let optimizer = try SGD(trainedParameters(of: objective), .init())
    let expected = try run.at("steps")
    for step in 0..<(try node.at("steps").integer()) {
      let terms = try objective.terms(
        batches[step % batches.count], at: StepPosition(epoch: 0, epochs: 1, step: step))
      let total = try terms.total()
      try total.backward()
      try losses(terms, total, expected, step)
      try optimizer.step(learningRate: run.at("lr").number())
      for store in stores { try store.clearGradients() }
    }
    try finalState(objective)
  }

  private func losses(
    _ terms: [LossTerm], _ total: Tensor, _ expected: ReferenceNode, _ step: Int
  ) throws {
    let place = "\(run.place) step \(step)"
    let names = ["ce": "ce", "kl": "kl", "ofd": "ofd_sum", "lipschitz": "lipschitz"]
    for term in terms {
      guard let name = names[term.name] else { continue }
      comparison.near(
        try term.value.scalar(), try expected.at(name).numbers()[step], 1e-7,
        "\(place) \(term.name)")
    }
    comparison.near(
      try total.scalar(), try expected.at("total").numbers()[step], 1e-7, "\(place) total")
    var squares = 0.0
    for parameter in student.store.parameters {
      squares += try parameter.gradient()?.squared().sum().scalar() ?? 0
    }
    comparison.near(
      squares.squareRoot(), try expected.at("grad_norm_student").numbers()[step], 1e-7,
      "\(place) gradient norm")
  }

  private func finalState(_ objective: any Objective) throws {
    try rows("final_student", student.store, prefix: "")
    if let connectors = objective.connectors {
      try rows("final_connectors", connectors, prefix: "Connectors.")
    }
    if let teacher = objective.teacher, run.optional("final_teacher_running") != nil {
      try rows("final_teacher_running", teacher.store, prefix: "")
    }
    let logits = try withoutGradient { () throws(TensorError) in
      try student.logits(of: batches[0].images, .eval)
    }
    try comparison.tensor(
      logits, run.at("final_student_eval_logits_batch0"), 1e-6, "\(run.place) final logits")
  }

  private func rows(_ key: String, _ store: ParameterStore, prefix: String) throws {
    for row in try run.at(key).list() {
      let cells = try row.list()
      let name = prefix + (try cells[0].text())
      guard let tensor = store.tensor(named: name) else {
        throw row.malformed("an entry \(name)")
      }
      let values = try tensor.values(as: Double.self)
      guard cells.count > 2 else {
        comparison.equal(values, [try cells[1].number()], "\(row.place) count")
        continue
      }
      let absolute = try cells[2].number()
      comparison.near(
        values.reduce(0, +), try cells[1].number(), 1e-6, scale: absolute, "\(row.place) sum")
      comparison.near(
        values.reduce(0) { $0 + abs($1) }, absolute, 1e-6, "\(row.place) absolute sum")
      let scale = values.map(abs).max() ?? 0
      for (index, value) in zip(try cells[4].integers(), try cells[5].numbers()) {
        comparison.near(values[index], value, 1e-6, scale: scale, "\(row.place)[\(index)]")
      }
    }
  }
}
