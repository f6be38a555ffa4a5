import DeviceCheck
import Distillation
import Lipschitz
import NeuralNet
import TensorCore

/// Inputs of one case, as leaves in float64.
struct CaseInputs {
  private let tensors: [String: Tensor]
  let node: ReferenceNode

  init(_ node: ReferenceNode) throws {
    self.node = node
    var tensors: [String: Tensor] = [:]
    for key in try node.at("inputs").keys() {
      let tensor = try node.at("inputs").at(key).tensor()
      if try tensor.dtype() == .float64 { try tensor.setRequiresGradient(true) }
      tensors[key] = tensor
    }
    self.tensors = tensors
  }

  func optional(_ name: String) -> Tensor? { tensors[name] }

  func callAsFunction(_ name: String) throws -> Tensor {
    guard let tensor = tensors[name] else { throw node.malformed("an input \"\(name)\"") }
    return tensor
  }

  /// Overwrites the entries by the inputs of their names; entries that the case leaves out keep their values.
  func load(_ store: ParameterStore, prefix: String = "") throws {
    for entry in store.entries {
      if let input = optional(prefix + entry.name) { try entry.tensor.assign(input) }
    }
  }

  /// Compares the loss and its gradients with those of `expected`.
  func check(
    _ loss: Tensor, _ expected: ReferenceNode, parameters: ParameterStore? = nil,
    tolerance: Double = 1e-7, _ comparison: Comparison
  ) throws {
    let place = expected.place
    comparison.near(try loss.scalar(), try expected.at("loss").number(), tolerance, "\(place) loss")
    guard let gradients = expected.optional("gradients") else { return }
    let names = try gradients.keys()
    let leaves = try names.map { name in try parameters?.tensor(named: name) ?? self(name) }
    for (name, gradient) in zip(names, try loss.gradients(of: leaves, retainingGraph: true)) {
      guard let gradient else { throw gradients.malformed("a gradient of \(name)") }
      try comparison.tensor(
        gradient, gradients.at(name), tolerance, "\(place) gradient of \(name)")
    }
  }
}

enum SoftTargetCheck {
  static func run(_ node: ReferenceNode, _ comparison: Comparison) throws {
    for item in try node.at("cases").list() {
      let inputs = try CaseInputs(item)
      let (own, other) = (try inputs("student"), try inputs("teacher"))
      let entropy = try own.crossEntropy(labels: inputs("labels"))
      let expected = try item.at("expected")
      let settings = item.optional("settings")
      if let alpha = try settings?.optional("alpha")?.number() {
        let temperature = try settings?.at("T").number() ?? 1
        let loss = try helper(own, other, inputs("labels"), temperature, alpha)
        try inputs.check(loss, expected, comparison)
        continue
      }
      for (key, temperature) in [("kl_T4_times_16", 4.0), ("T3_AB_style", 3), ("T1", 1)] {
        guard let value = try expected.optional(key)?.number() else { continue }
        let loss = try SoftTargetLoss(temperature: temperature)(student: own, teacher: other)
        comparison.near(try loss.scalar(), value, 1e-7, "\(expected.place) \(key)")
      }
      let temperature = try settings?.at("T").number() ?? 1
      let soft = try SoftTargetLoss(temperature: temperature)(student: own, teacher: other)
      let loss: Tensor
      if let weight = try settings?.optional("kl_weight")?.number() {
        loss = try entropy * (try settings?.at("ce_weight").number() ?? 0) + (try soft * weight)
      } else {
        loss = settings == nil ? entropy : soft
      }
      try inputs.check(loss, expected, comparison)
    }
  }
}

extension SoftTargetCheck {
  /// LONDON's unused helper: T instead of T², and the entropy of what is already a log-softmax.
  private static func helper(
    _ own: Tensor, _ other: Tensor, _ labels: Tensor, _ temperature: Double, _ alpha: Double
  ) throws -> Tensor {
    let entropy = try (own / temperature).logSoftmax().crossEntropy(labels: labels)
    let soft = try SoftTargetLoss(temperature: temperature)(student: own, teacher: other)
    return try soft * (alpha / temperature) + (try entropy * (1 - alpha))
  }
}

enum OverhaulCheck {
  static func margins(_ node: ReferenceNode, _ comparison: Comparison) throws {
    for item in try node.at("cases").list() {
      let inputs = try CaseInputs(item)
      let expected = try item.at("expected").at("margin").at("data").numbers()
      let (gamma, beta) = (
        try inputs("gamma").values(as: Double.self), try inputs("beta").values(as: Double.self)
      )
      for (index, margin) in expected.enumerated() {
        let actual = Float(Margin.ofChannel(mean: beta[index], deviation: abs(gamma[index])))
        comparison.near(Double(actual), margin, 1e-6, "\(item.place) margin \(index)")
      }
    }
  }

  static func partial(_ node: ReferenceNode, _ comparison: Comparison) throws {
    for item in try node.at("cases").list() {
      let inputs = try CaseInputs(item)
      let margin = try inputs("margin").detached().reshaped([-1])
      let expected = try item.at("expected")
      guard let student = inputs.optional("student") else {
        let loss = try inputs("source").partialL2(
          teacher: inputs("target").detached(), margin: margin)
        try inputs.check(loss, expected, comparison)
        continue
      }
      let store = ParameterStore(seed: 0, dtype: .float64)
      let target = try inputs("teacher").detached()
      let connector = try Connector(
        store.root / "connector", inputs: student.shape[1], outputs: target.shape[1])
      try inputs.load(store)
      let connected = try connector(student, .train)
      let loss = try connected.partialL2(teacher: target, margin: margin)
      try inputs.check(loss, expected, parameters: store, comparison)
      try comparison.tensor(connected, expected.at("connected"), 1e-7, "\(item.place) connected")
      for key in ["running_mean", "running_var"] {
        guard let actual = store.tensor(named: "connector.1.\(key)") else { continue }
        try comparison.tensor(actual, expected.at("\(key)_after"), 1e-7, "\(item.place) \(key)")
      }
    }
  }

  /// Several taps with connectors, with or without the Lipschitz term.
  static func full(_ node: ReferenceNode, _ comparison: Comparison) throws {
    for item in try node.at("cases").list() {
      let inputs = try CaseInputs(item)
      let expected = try item.at("expected")
      if let source = inputs.optional("source") {
        let sum = try source.partialL2(
          teacher: inputs("target").detached(), margin: inputs("margin").detached().reshaped([-1]))
        try inputs.check(try sum / Double(source.shape[0]), expected, comparison)
        continue
      }
      try taps(item, inputs, expected, comparison)
    }
  }

  private static func taps(
    _ item: ReferenceNode, _ inputs: CaseInputs, _ expected: ReferenceNode,
    _ comparison: Comparison
  ) throws {
    let settings = try item.at("settings")
    let store = ParameterStore(seed: 0, dtype: .float64)
    let norms = ParameterStore(seed: 0, dtype: .float64)
    var (students, teachers): ([Tensor], [Tensor]) = ([], [])
    var (connectors, margins): ([Connector], [Tensor]) = ([], [])
    while let student = inputs.optional("student\(students.count)") {
      let index = students.count
      let teacher = try inputs("teacher\(index)").detached()
      connectors.append(
        try Connector(
          store.root / "Connectors" / index, inputs: student.shape[1], outputs: teacher.shape[1]))
      let norm = try BatchNorm2d(norms.root / "teacher_bn\(index)", channels: teacher.shape[1])
      try norm.weight.assign(inputs("teacher_bn\(index).weight"))
      try norm.bias.assign(inputs("teacher_bn\(index).bias"))
      margins.append(try Margin.ofChannels(norm))
      students.append(student)
      teachers.append(teacher)
    }
    try inputs.load(store)
    let dividers = try settings.optional("dividers")?.numbers()
    let overhaul = FeatureOverhaul(
      connectors: connectors, margins: margins, weights: dividers?.map { 1 / $0 })
    let result = try overhaul(student: students, teacher: teachers)
    comparison.near(
      try result.loss.scalar(), try expected.at("loss_distill_sum").number(), 1e-7,
      "\(item.place) feature loss")
    let batch = Double(students[0].shape[0])
    guard let entropyNode = expected.optional("loss_ce"), let logits = inputs.optional("logits")
    else {
      let coefficient = try settings.at("coefficient").number()
      try inputs.check(
        try result.loss * (coefficient / batch), expected, parameters: store, comparison)
      return
    }
    let entropy = try logits.crossEntropy(labels: inputs("labels"))
    comparison.near(
      try entropy.scalar(), try entropyNode.number(), 1e-7, "\(item.place) entropy")
    let isImageNet = settings.optional("gpus") != nil
    let coefficient = (isImageNet ? 1e-4 : 1e-3) / batch
    var terms = [LossTerm("ce", entropy), LossTerm("ofd", result.loss, coefficient: coefficient)]
    if let alpha = try settings.optional("alpha")?.number() {
      let value = try lipschitz(students, result.connected, teachers, settings)
      comparison.near(
        try value.scalar(), try expected.at("loss_lipschitz").number(), 1e-7,
        "\(item.place) Lipschitz loss")
      terms.append(
        LossTerm("lipschitz", value, coefficient: isImageNet ? alpha * coefficient : alpha / 200))
    }
    try inputs.check(try terms.total(), expected, parameters: store, comparison)
  }

  private static func lipschitz(
    _ students: [Tensor], _ connected: [Tensor], _ teachers: [Tensor], _ settings: ReferenceNode
  ) throws -> Tensor {
    let loss = LipschitzLoss(
      norm: .powerIterationFromOnes(steps: try settings.at("steps").integer()))
    var stream = TestStream.any
    return try loss(
      student: TapPairing.all.pairs(fronts: connected, backs: students),
      teacher: TapPairing.all.pairs(fronts: teachers, backs: teachers), &stream)
  }
}
