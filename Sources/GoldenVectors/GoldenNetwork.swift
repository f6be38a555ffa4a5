import Distillation
import ModelZoo
public import NeuralNet
import TensorCore

/// A network of a golden file: names, sizes, margins, outputs, taps, losses, gradients and running statistics.
public struct GoldenNetwork {
  let node: ReferenceNode
  let architecture: Architecture
  let comparison: Comparison
  /// Tolerances in float32 by quantity.
  private let stated: ReferenceNode?

  /// The network called `name`; nil when the suite has none of this name.
  public init?(_ node: ReferenceNode, named name: String, _ comparison: Comparison) {
    do { architecture = try Architecture(name) } catch { return nil }
    self.node = node
    self.comparison = comparison
    stated = node.optional("recommended_tolerance")?.optional("float32_run")
  }

  var computation: Computation { comparison.computation }

  func tolerance(
    _ quantity: String, float64: Double = 1e-7, passesKinks: Bool = false
  ) throws -> Tolerance {
    try computation.tolerance(
      quantity, stated: stated, float64: float64, passesKinks: passesKinks)
  }

  /// The network with start values of a seed, to be filled by the caller.
  public func unfilled(seed: UInt64) throws -> any Network {
    try architecture.makeNetwork(
      classCount: node.at("num_classes").integer(), store: computation.store(seed: seed))
  }

  /// The network as the filling rule fills it.
  public func filled() throws -> any Network {
    let network = try unfilled(seed: 0)
    try network.store.fill(node.at("name_prefix").text())
    return network
  }

  /// Compares everything that the file holds.
  public func check() throws {
    if architecture.output == .boxes { return try detector() }
    let network = try filled()
    try entries(of: network)
    for (index, margin) in try node.at("margins").list().enumerated() {
      guard let norm = network.tapNorms[index] else { throw margin.malformed("a tap with a norm") }
      try comparison.tensor(
        Margin.ofChannels(norm), margin, tolerance("margins", float64: 1e-6), "margin \(index)")
    }
    try evaluation(of: network)
    for item in try node.at("cases").list() {
      let images = try images(of: item)
      try training(item.at("train"), filled(), images)
      let calibrated = try filled()
      let momentumOne = ForwardMode(usesBatchStatistics: true, momentum: 1)
      _ = try withoutGradient { () throws(TensorError) in
        try calibrated.logits(of: images, momentumOne)
      }
      try evaluation(item.at("eval_recalibrated"), calibrated, images)
    }
  }

  /// Compares outputs and taps of a network with the numbers of the filling rule.
  public func evaluation(of network: any Network) throws {
    for item in try node.at("cases").list() {
      try evaluation(item.at("eval"), network, images(of: item))
    }
  }

  /// Names, shapes and numbers of the state, and the multiply-adds.
  func entries(of network: any Network) throws {
    comparison.equal(
      network.store.parameterCount, try node.at("parameter_count").integer(), "parameters")
    let rows = try node.at("state_dict").list()
    comparison.equal(network.store.entries.count, rows.count, "entries")
    for (entry, row) in zip(network.store.entries, rows) {
      let cells = try row.list()
      comparison.equal(entry.name, try cells[0].text(), "name of an entry")
      comparison.equal(entry.tensor.shape, try cells[1].integers(), "shape of \(entry.name)")
      guard try entry.tensor.dtype().isFloatingPoint else { continue }
      let bits = try entry.tensor.values(as: Float.self)
        .reduce(UInt64(0)) { $0 &+ UInt64($1.bitPattern) }
      comparison.equal(String(bits), try cells[4].text(), "bit sum of \(entry.name)")
    }
    let input = try node.at("macs").at("input").integers()
    comparison.equal(
      network.multiplyAdds(imageSize: ImageSize(height: input[2], width: input[3])),
      try node.at("macs").at("total").integer(), "multiply-adds")
  }

  /// Norms of the parameters' gradients; in float64 their sums, too, of which no file states what float32 gives.
  func gradients(_ node: ReferenceNode, _ network: any Network, of loss: Tensor) throws {
    try loss.backward()
    let rows = try node.at("gradients").list()
    let noise =
      try rows.map { try $0.list()[1].number() }.reduce(0, max) * computation.gradientNoise
    let bound = try tolerance("grad_worst_param_l2", passesKinks: true)
    for row in rows {
      let cells = try row.list()
      let name = try cells[0].text()
      guard let gradient = try network.store.tensor(named: name)?.gradient() else {
        throw row.malformed("a parameter with a gradient")
      }
      let values = try gradient.values(as: Double.self)
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let expected = try cells[1].number()
      comparison.near(
        norm, expected, bound, scale: max(expected, noise), "gradient norm of \(name)")
      guard computation.dtype == .float64 else { continue }
      let absolute = try cells[3].number()
      comparison.near(
        values.reduce(0, +), try cells[2].number(), bound, scale: max(absolute, noise),
        "gradient sum of \(name)")
      comparison.near(
        values.reduce(0) { $0 + abs($1) }, absolute, bound, scale: max(absolute, noise),
        "absolute sum of \(name)")
    }
  }

  private func images(of item: ReferenceNode) throws -> Tensor {
    try FillRule.images(
      item.at("input_name").text(), shape: item.at("input_shape").integers(), for: computation)
  }

  private func outputs(_ node: ReferenceNode, _ features: Features) throws {
    try comparison.tensor(
      features.logits, node.at("output"), tolerance("output"), "\(node.place) output")
    let taps = try node.at("taps").list()
    comparison.equal(features.taps.count, taps.count, "number of taps")
    for (index, pair) in zip(features.taps, taps).enumerated() {
      try comparison.tensor(pair.0, pair.1, tolerance("taps"), "\(node.place) tap \(index)")
    }
  }

  private func evaluation(_ node: ReferenceNode, _ network: any Network, _ images: Tensor) throws {
    let features = try withoutGradient { () throws(TensorError) in
      try network.features(of: images, .eval)
    }
    try outputs(node, features)
    let plain = try withoutGradient { () throws(TensorError) in
      try network.logits(of: images, .eval)
    }
    try comparison.tensor(
      plain, node.at("output"), tolerance("output"), "\(node.place) plain output")
  }

  private func training(_ node: ReferenceNode, _ network: any Network, _ images: Tensor) throws {
    let features = try network.features(of: images, .train)
    try outputs(node, features)
    let loss = try loss(node.at("labels"), features, images)
    comparison.near(
      try loss.scalar(), try node.at("loss").number(), try tolerance("loss"), "loss")
    for row in try node.at("running_after").list() {
      let name = try row.at("bn").text()
      for key in ["running_mean", "running_var"] {
        guard let actual = network.store.tensor(named: "\(name).\(key)") else {
          throw row.malformed("a batch norm of the network")
        }
        try comparison.tensor(actual, row.at(key), tolerance("bn_running"), "\(name).\(key)")
      }
    }
    let twice = try node.at("num_batches_tracked_not_1")
    for entry in network.store.entries
    where entry.role != .alias && entry.name.hasSuffix(".num_batches_tracked") {
      let name = String(entry.name.dropLast(".num_batches_tracked".count))
      let expected = try twice.optional(name)?.integer() ?? 1
      comparison.equal(try entry.tensor.scalar(), Double(expected), "batches of \(name)")
    }
    try gradients(node, network, of: loss)
  }

  /// The mean cross-entropy of stored labels; of labels by the filling rule, for every pixel, the last class is void and
  /// the mean is divided by the batch.
  private func loss(
    _ labels: ReferenceNode, _ features: Features, _ images: Tensor
  ) throws -> Tensor {
    guard labels.optional("fill") != nil else {
      return try features.logits.crossEntropy(labels: labels.tensor(computation))
    }
    let shape = try labels.at("shape").integers()
    let rule = FillRule(try node.at("name_prefix").text() + "labels")
    let classes = features.logits.shape[1]
    let values = (0..<shape.reduce(1, *)).map { index -> Int64 in
      let label = rule.label(index, classes: classes + 1)
      return label == classes ? Int64(SegmentationLoss.void) : label
    }
    guard try values.reduce(0, +) == labels.at("sum").integer() else {
      throw labels.malformed("the sum of the labels")
    }
    let batch = LabelledBatch(
      images: images, labels: try Tensor(values, shape: shape, device: computation.device))
    return try SegmentationLoss(dividesByBatch: true).terms(features, batch).total()
  }
}
