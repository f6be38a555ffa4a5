import Distillation
import ModelZoo
import NeuralNet
import TensorCore

extension GoldenCase {
  func jacobian() throws {
    guard optional("image") != nil else { return try jacobianOfNetworks() }
    let labels = try self("labels")
    let own = try tinyGradient("student", labels)
    let other = try tinyGradient("teacher", labels)
    try tensor(own.gradient, ifExpected: "input_gradient_student")
    try tensor(own.logits, ifExpected: "logits_student")
    try tensor(other.logits, ifExpected: "logits_teacher")
    try loss(JacobianMatching().distance(own.gradient, other.gradient))
  }

  /// Logits of the case's tiny network and the gradient of the true ones with respect to the image.
  private func tinyGradient(_ role: String, _ labels: Tensor) throws -> (
    logits: Tensor, gradient: Tensor
  ) {
    let image = try self("image")
    let logits = try image.convolved(
      weight: self("\(role).conv.weight"), bias: self("\(role).conv.bias"), padding: 1
    ).relu().mean([2, 3]).linear(
      weight: self("\(role).fc.weight"), bias: self("\(role).fc.bias"))
    let classes = logits.shape[1]
    var mask = [Double](repeating: 0, count: logits.count)
    for (row, label) in try labels.values(as: Int64.self).enumerated() {
      mask[row * classes + Int(label)] = 1
    }
    let sum = try (logits * computation.tensor(mask, shape: logits.shape)).sum()
    guard
      let gradient = try sum.gradients(of: [image], retainingGraph: true, creatingGraph: true)[0]
    else { throw item.malformed("a gradient of the image") }
    return (logits, gradient)
  }

  /// The whole objective between two networks by the filling rule.
  private func jacobianOfNetworks() throws {
    let prefix = try settings.at("name_prefix").text()
    func network(_ role: String) throws -> any Network {
      let network = try Architecture(settings.at(role).text()).makeNetwork(
        classCount: settings.at("classes").integer(), store: computation.store())
      try network.store.fill("\(prefix)\(role)/")
      return network
    }
    let student = try network("student")
    let mode = try settings.at("teacher_mode").text() == "train" ? ForwardMode.train : .eval
    let objective = FeatureLossObjective(
      student: student, teacher: try TeacherPass(network("teacher"), mode),
      main: .init("jacobian", JacobianMatching(), weight: 1))
    let batch = LabelledBatch(
      images: try FillRule.images(
        "\(prefix)image", shape: settings.at("image_shape").integers(), for: computation),
      labels: try self("labels"))
    let terms = try objective.terms(batch, at: StepPosition(epoch: 0, epochs: 1, step: 0))
    let value = terms[1].value
    try number(value, "loss")
    let bound = try tolerance("gradients", float64: 1e-6)
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
      comparison.near(norm, try cells[1].number(), bound, "\(row.place) norm")
      comparison.near(
        values.reduce(0, +), try cells[2].number(), bound, scale: try cells[3].number(),
        "\(row.place) sum")
    }
  }
}
