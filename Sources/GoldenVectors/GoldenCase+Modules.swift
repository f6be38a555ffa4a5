import Distillation
import NeuralNet
import TensorCore

/// Losses with modules of their own, and those that need more than one pair of maps.
extension GoldenCase {
  func hints() throws {
    let (own, other) = (try self("student"), try self("teacher").detached())
    guard optional("regressor.conv.weight") != nil else {
      return try loss((own - other).squared().mean())
    }
    let regressor = try HintLoss.Regressor(
      store.root / "regressor", inputs: own.shape[1], outputs: other.shape[1],
      sizes: (own.shape[2], other.shape[2]))
    try load()
    let regressed = try regressor(own)
    try tensor(regressed, ifExpected: "regressed")
    try loss((regressed - other).squared().mean())
  }

  func boundaries() throws {
    guard let student = optional("student") else {
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
    let teacher = try self("teacher")
    let connector = try ActivationBoundary.SignConnector(
      store.root / "connector", inputs: student.shape[1], outputs: teacher.shape[1])
    try load()
    let connected = try connector(student)
    try tensor(connected, ifExpected: "connected")
    try loss(ActivationBoundary.distance(connected, teacher))
  }

  func attention() throws {
    let teacher = try self("teacher")
    let attention = try AttentiveFeatures.Attention(
      store.root / "attention", channels: teacher.shape[1],
      factor: try settings.at("att_f").number())
    try load()
    try loss(AttentiveFeatures.distance(self("student"), teacher, attention))
  }

  func contrast() throws {
    let (own, other) = (try self("student"), try self("teacher"))
    let memory = try self("memory_v1").shape
    let contrast = try ContrastiveRepresentation(
      inputs: (own.shape[1], other.shape[1]), images: memory[0], negatives: nil, width: memory[1],
      store: store)
    try load()
    let (indices, candidates) = (try self("idx"), try self("contrast_idx"))
    try loss(
      contrast.contrast(own, other, indices: indices, candidates: candidates, isFirst: true))
    guard let first = store.tensor(named: "memory_v1"),
      let second = store.tensor(named: "memory_v2"), let scale = store.tensor(named: "normalisers")
    else { throw item.malformed("memories") }
    try tensor(first.rows(indices), ifExpected: "memory_v1_rows_after")
    try tensor(second.rows(indices), ifExpected: "memory_v2_rows_after")
    try number(scale.narrowed(axis: 0, start: 0, length: 1), ifExpected: "Z_v1")
    try number(scale.narrowed(axis: 0, start: 1, length: 1), ifExpected: "Z_v2")
    try number(
      contrast.contrast(own, other, indices: indices, candidates: candidates, isFirst: false),
      ifExpected: "loss_second_call_same_batch_fixed_Z")
  }

  func flows() throws {
    let (own, other) = try stages()
    try tensor(SolutionFlow.flow(own[0], own[1]), ifExpected: "fsp_student_0")
    try loss(SolutionFlow.distance(own, other))
  }

  func factors() throws {
    if let own = optional("factor_student") {
      let isOfficial = try settings.at("form").text().hasPrefix("official")
      return try loss(
        FactorTransfer.distance(own, self("factor_teacher"), isOfficial ? .whole : .energy))
    }
    let teacher = try self("teacher")
    let paraphraser = try Paraphraser(channels: teacher.shape[1], store: store)
    guard let student = optional("student") else {
      try load()
      let factor = try paraphraser.encode(teacher.detached())
      try tensor(factor, ifExpected: "factor")
      try tensor(paraphraser.decode(factor), ifExpected: "reconstruction")
      return try loss(ParaphraserLoss(paraphraser).reconstruction(teacher))
    }
    let translator = try Translator(
      store.root / "translator", inputs: student.shape[1], outputs: paraphraser.factors)
    try load()
    let (own, other) = (try translator(student), try paraphraser.encode(teacher.detached()))
    try tensor(own, ifExpected: "factor_student")
    try tensor(other, ifExpected: "factor_teacher")
    try number(FactorTransfer.distance(own, other, .energy), ifExpected: "rep_distiller_loss")
    try loss(FactorTransfer.distance(own, other))
  }

  func variational() throws {
    let (own, other) = (try self("student"), try self("teacher"))
    // The case names the parameters as if there were one tap.
    let estimate = try VariationalInformation.Estimate(
      store.root, inputs: own.shape[1], outputs: other.shape[1])
    try load()
    try loss(estimate(own, other))
  }

  func review() throws {
    guard let x = optional("x") else {
      let (own, other) = try stages()
      return try loss(KnowledgeReview.contextLoss(Array(zip(own, other))))
    }
    let above = optional("y")
    let weights = try self("abf.conv2.0.weight").shape
    let fusion = try KnowledgeReview.Fusion(
      store.root / "abf", inputs: x.shape[1], inner: weights[1], outputs: weights[0],
      fuses: above != nil)
    try load()
    let (out, residual) = try fusion(x, above: above, height: x.shape[2])
    try tensor(out, ifExpected: "out")
    try tensor(residual, ifExpected: "residual")
    try loss((out * self("probe_out")).sum() + (residual * self("probe_residual")).sum())
  }
}
