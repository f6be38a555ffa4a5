import DeviceCheck
import Distillation
import ModelZoo
import NeuralNet
import TensorCore

/// Losses with modules of their own, and those that need more than one pair of maps.
enum ModuleLossCheck {
  static func run(_ node: ReferenceNode, _ name: String, _ comparison: Comparison) throws {
    for item in try node.at("cases").list() {
      let check = Case(
        item: item, inputs: try CaseInputs(item), expected: try item.at("expected"),
        store: ParameterStore(seed: 0, dtype: .float64), comparison: comparison)
      switch name {
      case "fitnets": try check.hints()
      case "ab": try check.boundaries()
      case "afd": try check.attention()
      case "cc":
        try check.loss(
          CorrelationCongruence.congruence(check.inputs("student"), check.inputs("teacher")))
      case "crd": try check.contrast()
      case "fsp": try check.flows()
      case "ft": try check.factors()
      case "jacobian": try check.jacobian()
      case "reviewkd": try check.review()
      default: try check.variational()
      }
    }
  }
}

private struct Case {
  let item: ReferenceNode
  let inputs: CaseInputs
  let expected: ReferenceNode
  let store: ParameterStore
  let comparison: Comparison

  func loss(_ value: Tensor) throws {
    try inputs.check(value, expected, parameters: store, comparison)
  }

  func tensor(_ value: Tensor, _ key: String) throws {
    guard let node = expected.optional(key) else { return }
    try comparison.tensor(value, node, 1e-7, "\(item.place) \(key)")
  }

  func number(_ value: Tensor, _ key: String, tolerance: Double = 1e-7) throws {
    guard let number = try expected.optional(key)?.number() else { return }
    comparison.near(try value.scalar(), number, tolerance, "\(item.place) \(key)")
  }

  /// student0, student1, ... with their teachers.
  func stages() throws -> (student: [Tensor], teacher: [Tensor]) {
    var (own, other): ([Tensor], [Tensor]) = ([], [])
    while let student = inputs.optional("student\(own.count)") {
      other.append(try inputs("teacher\(own.count)"))
      own.append(student)
    }
    return (own, other)
  }

  func hints() throws {
    let (own, other) = (try inputs("student"), try inputs("teacher").detached())
    guard inputs.optional("regressor.conv.weight") != nil else {
      return try loss((own - other).squared().mean())
    }
    let regressor = try HintLoss.Regressor(
      store.root / "regressor", inputs: own.shape[1], outputs: other.shape[1],
      sizes: (own.shape[2], other.shape[2]))
    try inputs.load(store)
    let regressed = try regressor(own)
    try tensor(regressed, "regressed")
    try loss((regressed - other).squared().mean())
  }

  func boundaries() throws {
    guard let student = inputs.optional("student") else {
      let (own, other) = try stages()
      var terms: [LossTerm] = []
      for (index, pair) in zip(own, other).enumerated() {
        terms.append(
          LossTerm(
            "\(index)", try ActivationBoundary.distance(pair.0, pair.1),
            coefficient: 1 / Double(1 << (own.count - index - 1))))
      }
      return try loss(terms.total())
    }
    let teacher = try inputs("teacher")
    let connector = try ActivationBoundary.SignConnector(
      store.root / "connector", inputs: student.shape[1], outputs: teacher.shape[1])
    try inputs.load(store)
    let connected = try connector(student)
    try tensor(connected, "connected")
    try loss(ActivationBoundary.distance(connected, teacher))
  }

  func attention() throws {
    let teacher = try inputs("teacher")
    let attention = try AttentiveFeatures.Attention(
      store.root / "attention", channels: teacher.shape[1],
      factor: try item.at("settings").at("att_f").number())
    try inputs.load(store)
    try loss(AttentiveFeatures.distance(inputs("student"), teacher, attention))
  }

  func contrast() throws {
    let (own, other) = (try inputs("student"), try inputs("teacher"))
    let memory = try inputs("memory_v1").shape
    let contrast = try ContrastiveRepresentation(
      inputs: (own.shape[1], other.shape[1]), images: memory[0], negatives: nil, width: memory[1],
      store: store)
    try inputs.load(store)
    let (indices, candidates) = (try inputs("idx"), try inputs("contrast_idx"))
    try loss(
      contrast.contrast(own, other, indices: indices, candidates: candidates, isFirst: true))
    guard let first = store.tensor(named: "memory_v1"),
      let second = store.tensor(named: "memory_v2"), let scale = store.tensor(named: "normalisers")
    else { throw item.malformed("memories") }
    try tensor(first.rows(indices), "memory_v1_rows_after")
    try tensor(second.rows(indices), "memory_v2_rows_after")
    try number(scale.narrowed(axis: 0, start: 0, length: 1), "Z_v1")
    try number(scale.narrowed(axis: 0, start: 1, length: 1), "Z_v2")
    try number(
      contrast.contrast(own, other, indices: indices, candidates: candidates, isFirst: false),
      "loss_second_call_same_batch_fixed_Z")
  }

  func flows() throws {
    let (own, other) = try stages()
    try tensor(SolutionFlow.flow(own[0], own[1]), "fsp_student_0")
    try loss(SolutionFlow.distance(own, other))
  }

  func factors() throws {
    if let own = inputs.optional("factor_student") {
      let other = try inputs("factor_teacher")
      let isOfficial = try item.at("settings").at("form").text().hasPrefix("official")
      return try loss(FactorTransfer.distance(own, other, isOfficial ? .whole : .energy))
    }
    let teacher = try inputs("teacher")
    let paraphraser = try Paraphraser(channels: teacher.shape[1], store: store)
    guard let student = inputs.optional("student") else {
      try inputs.load(store)
      let factor = try paraphraser.encode(teacher.detached())
      try tensor(factor, "factor")
      try tensor(paraphraser.decode(factor), "reconstruction")
      return try loss(ParaphraserLoss(paraphraser).reconstruction(teacher))
    }
    let translator = try Translator(
      store.root / "translator", inputs: student.shape[1], outputs: paraphraser.factors)
    try inputs.load(store)
    let (own, other) = (try translator(student), try paraphraser.encode(teacher.detached()))
    try tensor(own, "factor_student")
    try tensor(other, "factor_teacher")
    try number(FactorTransfer.distance(own, other, .energy), "rep_distiller_loss")
    try loss(FactorTransfer.distance(own, other))
  }

  func variational() throws {
    let (own, other) = (try inputs("student"), try inputs("teacher"))
    // The case names the parameters as if there were one tap.
    let estimate = try VariationalInformation.Estimate(
      store.root, inputs: own.shape[1], outputs: other.shape[1])
    try inputs.load(store)
    try loss(estimate(own, other))
  }

  func review() throws {
    guard let x = inputs.optional("x") else {
      let (own, other) = try stages()
      return try loss(KnowledgeReview.contextLoss(Array(zip(own, other))))
    }
    let above = inputs.optional("y")
    let weights = try inputs("abf.conv2.0.weight").shape
    let fusion = try KnowledgeReview.Fusion(
      store.root / "abf", inputs: x.shape[1], inner: weights[1], outputs: weights[0],
      fuses: above != nil)
    try inputs.load(store)
    let (out, residual) = try fusion(x, above: above, height: x.shape[2])
    try tensor(out, "out")
    try tensor(residual, "residual")
    let probes = try (out * inputs("probe_out")).sum() + (residual * inputs("probe_residual")).sum()
    try loss(probes)
  }

  // MARK: Jacobian

  func jacobian() throws {
    guard inputs.optional("image") != nil else { return try jacobianOfNetworks() }
    let labels = try inputs("labels")
    let own = try tinyGradient("student", labels)
    let other = try tinyGradient("teacher", labels)
    try tensor(own.gradient, "input_gradient_student")
    try tensor(own.logits, "logits_student")
    try tensor(other.logits, "logits_teacher")
    try loss(JacobianMatching().distance(own.gradient, other.gradient))
  }

  /// Logits of the case's tiny network and the gradient of the true ones with respect to the image.
  private func tinyGradient(_ role: String, _ labels: Tensor) throws -> (
    logits: Tensor, gradient: Tensor
  ) {
    let image = try inputs("image")
    let logits = try image.convolved(
      weight: inputs("\(role).conv.weight"), bias: inputs("\(role).conv.bias"), padding: 1
    ).relu().mean([2, 3]).linear(
      weight: inputs("\(role).fc.weight"), bias: inputs("\(role).fc.bias"))
    let classes = logits.shape[1]
    var mask = [Double](repeating: 0, count: logits.count)
    for (row, label) in try labels.values(as: Int64.self).enumerated() {
      mask[row * classes + Int(label)] = 1
    }
    let sum = try (logits * Tensor(mask, shape: logits.shape)).sum()
    guard
      let gradient = try sum.gradients(of: [image], retainingGraph: true, creatingGraph: true)[0]
    else { throw item.malformed("a gradient of the image") }
    return (logits, gradient)
  }

  /// The whole objective between two networks by the filling rule.
  private func jacobianOfNetworks() throws {
    let settings = try item.at("settings")
    let prefix = try settings.at("name_prefix").text()
    func network(_ role: String) throws -> any Network {
      let store = ParameterStore(seed: 0, dtype: .float64)
      let network = try Architecture(settings.at(role).text()).makeNetwork(
        classCount: settings.at("classes").integer(), store: store)
      try store.fill("\(prefix)\(role)/")
      return network
    }
    let student = try network("student")
    let mode = try settings.at("teacher_mode").text() == "train" ? ForwardMode.train : .eval
    let objective = FeatureLossObjective(
      student: student, teacher: try TeacherPass(network("teacher"), mode),
      main: .init("jacobian", JacobianMatching(), weight: 1))
    let batch = LabelledBatch(
      images: try FillRule.images(
        "\(prefix)image", shape: settings.at("image_shape").integers()),
      labels: try inputs("labels"))
    let terms = try objective.terms(batch, at: StepPosition(epoch: 0, epochs: 1, step: 0))
    let value = terms[1].value
    comparison.near(
      try value.scalar(), try expected.at("loss").number(), 1e-7, "\(item.place) loss")
    for row in try expected.at("gradients_summary").list() {
      let cells = try row.list()
      guard let parameter = student.store.tensor(named: try cells[0].text()) else {
        throw row.malformed("a parameter of the student")
      }
      let gradient = try value.gradients(of: [parameter], retainingGraph: true)[0]
      guard let gradient else {
        comparison.equal(try cells[1].text(), "none", "\(row.place) gradient")
        continue
      }
      let values = try gradient.values(as: Double.self)
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      comparison.near(norm, try cells[1].number(), 1e-6, "\(row.place) norm")
      comparison.near(
        values.reduce(0, +), try cells[2].number(), 1e-6, scale: try cells[3].number(),
        "\(row.place) sum")
    }
  }
}
