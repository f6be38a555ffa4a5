import Distillation
import Lipschitz
import NeuralNet
import TensorCore

extension GoldenCase {
  /// Margins of channels, which are numbers of the host.
  func channelMargins() throws {
    let gamma = try self("gamma").values(as: Double.self)
    let beta = try self("beta").values(as: Double.self)
    let bound = try tolerance("margin", float64: 1e-6)
    for (index, margin) in try expected.at("margin").at("data").numbers().enumerated() {
      let actual = Float(Margin.ofChannel(mean: beta[index], deviation: abs(gamma[index])))
      comparison.near(Double(actual), margin, bound, "\(item.place) margin \(index)")
    }
  }

  /// The distance alone or behind a connector.
  func partialDistance() throws {
    let margin = try self("margin").detached().reshaped([-1])
    guard let student = optional("student") else {
      return try loss(
        self("source").partialL2(teacher: self("target").detached(), margin: margin))
    }
    let target = try self("teacher").detached()
    let connector = try Connector(
      store.root / "connector", inputs: student.shape[1], outputs: target.shape[1])
    try load()
    let connected = try connector(student, .train)
    try loss(connected.partialL2(teacher: target, margin: margin))
    try tensor(connected, "connected")
    for key in ["running_mean", "running_var"] {
      guard let actual = store.tensor(named: "connector.1.\(key)") else { continue }
      try tensor(actual, "\(key)_after")
    }
  }

  /// Several taps with connectors, with or without the Lipschitz term.
  func overhaul() throws {
    guard let source = optional("source") else { return try taps() }
    let sum = try source.partialL2(
      teacher: self("target").detached(), margin: self("margin").detached().reshaped([-1]))
    try loss(sum / Double(source.shape[0]))
  }

  private func taps() throws {
    let norms = computation.store()
    let (students, others) = try stages()
    let teachers = try others.map { try $0.detached() }
    var (connectors, margins): ([Connector], [Tensor]) = ([], [])
    for (index, (student, teacher)) in zip(students, teachers).enumerated() {
      connectors.append(
        try Connector(
          store.root / "Connectors" / index, inputs: student.shape[1], outputs: teacher.shape[1]))
      let norm = try BatchNorm2d(norms.root / "teacher_bn\(index)", channels: teacher.shape[1])
      try norm.weight.assign(self("teacher_bn\(index).weight"))
      try norm.bias.assign(self("teacher_bn\(index).bias"))
      margins.append(try Margin.ofChannels(norm))
    }
    try load()
    let dividers = try settings.optional("dividers")?.numbers()
    let overhaul = FeatureOverhaul(
      connectors: connectors, margins: margins, weights: dividers?.map { 1 / $0 })
    let result = try overhaul(student: students, teacher: teachers)
    try number(result.loss, "loss_distill_sum")
    let batch = Double(students[0].shape[0])
    guard try expected.optional("loss_ce") != nil, let logits = optional("logits") else {
      return try loss(result.loss * (settings.at("coefficient").number() / batch))
    }
    let entropy = try logits.crossEntropy(labels: self("labels"))
    try number(entropy, "loss_ce")
    let isImageNet = try settings.optional("gpus") != nil
    let coefficient = (isImageNet ? 1e-4 : 1e-3) / batch
    var terms = [LossTerm("ce", entropy), LossTerm("ofd", result.loss, coefficient: coefficient)]
    if let alpha = try settings.optional("alpha")?.number() {
      let value = try lipschitz(students, result.connected, teachers)
      try number(value, "loss_lipschitz")
      terms.append(
        LossTerm("lipschitz", value, coefficient: isImageNet ? alpha * coefficient : alpha / 200))
    }
    try loss(terms.total())
  }

  private func lipschitz(
    _ students: [Tensor], _ connected: [Tensor], _ teachers: [Tensor]
  ) throws -> Tensor {
    let loss = LipschitzLoss(
      norm: .powerIterationFromOnes(steps: try settings.at("steps").integer()))
    var stream = Self.anyStream
    return try loss(
      student: TapPairing.all.pairs(fronts: connected, backs: students),
      teacher: TapPairing.all.pairs(fronts: teachers, backs: teachers), &stream)
  }
}
