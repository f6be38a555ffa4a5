import CheckpointFormat
import DeviceCheck
import Distillation
import Interchange
import ModelZoo
import NeuralNet
import TensorCore

/// Classifiers and segmentation networks: names, sizes, margins, outputs, taps, gradients and running statistics, in
/// float64.
enum ModelCheck {
  private static let tolerance = 1e-7
  private static let exchangedParameters = 30_000_000

  static func run(_ node: ReferenceNode, _ name: String, _ comparison: Comparison) throws {
    let prefix = try node.at("name_prefix").text()
    let make = { () throws -> any Network in
      let store = ParameterStore(seed: 0, dtype: .float64)
      let network = try Architecture(name).makeNetwork(
        classCount: try node.at("num_classes").integer(), store: store)
      try store.fill(prefix)
      return network
    }
    let network = try make()
    try entries(node, network, comparison)
    for (index, margin) in try node.at("margins").list().enumerated() {
      guard let norm = network.tapNorms[index] else { throw margin.malformed("a tap with a norm") }
      try comparison.tensor(
        Margin.ofChannels(norm), margin, 1e-6, "margin \(index)")
    }
    for item in try node.at("cases").list() {
      let shape = try item.at("input_shape").integers()
      let images = try FillRule.images(try item.at("input_name").text(), shape: shape)
      try evaluation(item.at("eval"), make(), images, comparison)
      // The largest network would spend its time on files that say nothing new.
      let exchanges =
        network.store.parameterCount < exchangedParameters
        ? [throughTorch, throughSafetensors] : []
      for exchange in exchanges {
        let empty = try Architecture(name).makeNetwork(
          classCount: network.classCount, store: ParameterStore(seed: 1, dtype: .float64))
        try empty.store.load(exchange(make().store.state()))
        try evaluation(item.at("eval"), empty, images, comparison)
      }
      try training(item.at("train"), make(), images, prefix, comparison)
      let calibrated = try make()
      let momentumOne = ForwardMode(usesBatchStatistics: true, momentum: 1)
      _ = try withoutGradient { () throws(TensorError) in
        try calibrated.logits(of: images, momentumOne)
      }
      try evaluation(item.at("eval_recalibrated"), calibrated, images, comparison)
    }
  }

  private static func throughTorch(_ state: [StoredTensor]) throws -> [StoredTensor] {
    let data = try PyTorchFile.encoded(Checkpoint(sections: [.model: state]))
    return try PyTorchFile.read(data).tensors
  }

  private static func throughSafetensors(_ state: [StoredTensor]) throws -> [StoredTensor] {
    let data = try Safetensors.encoded(Checkpoint(sections: [.model: state]))
    return try Safetensors.read(data).sections[.model] ?? []
  }

  static func entries(
    _ node: ReferenceNode, _ network: any Network, _ comparison: Comparison
  ) throws {
    comparison.equal(
      network.store.parameterCount, try node.at("parameter_count").integer(), "parameters")
    let rows = try node.at("state_dict").list()
    comparison.equal(network.store.entries.count, rows.count, "entries")
    for (entry, row) in zip(network.store.entries, rows) {
      let cells = try row.list()
      comparison.equal(entry.name, try cells[0].text(), "name of an entry")
      comparison.equal(entry.tensor.shape, try cells[1].integers(), "shape of \(entry.name)")
      guard try entry.tensor.dtype() == .float64 else { continue }
      let bits = try entry.tensor.values(as: Float.self)
        .reduce(UInt64(0)) { $0 &+ UInt64($1.bitPattern) }
      comparison.equal(String(bits), try cells[4].text(), "bit sum of \(entry.name)")
    }
    let input = try node.at("macs").at("input").integers()
    comparison.equal(
      network.multiplyAdds(imageSize: ImageSize(height: input[2], width: input[3])),
      try node.at("macs").at("total").integer(), "multiply-adds")
  }

  private static func outputs(
    _ node: ReferenceNode, _ features: Features, _ comparison: Comparison
  ) throws {
    try comparison.tensor(features.logits, node.at("output"), tolerance, "\(node.place) output")
    let taps = try node.at("taps").list()
    comparison.equal(features.taps.count, taps.count, "number of taps")
    for (index, pair) in zip(features.taps, taps).enumerated() {
      try comparison.tensor(pair.0, pair.1, tolerance, "\(node.place) tap \(index)")
    }
  }

  private static func evaluation(
    _ node: ReferenceNode, _ network: any Network, _ images: Tensor, _ comparison: Comparison
  ) throws {
    let features = try withoutGradient { () throws(TensorError) in
      try network.features(of: images, .eval)
    }
    try outputs(node, features, comparison)
    let plain = try withoutGradient { () throws(TensorError) in
      try network.logits(of: images, .eval)
    }
    try comparison.tensor(plain, node.at("output"), tolerance, "\(node.place) plain output")
  }

  private static func training(
    _ node: ReferenceNode, _ network: any Network, _ images: Tensor, _ prefix: String,
    _ comparison: Comparison
  ) throws {
    let features = try network.features(of: images, .train)
    try outputs(node, features, comparison)
    let loss = try loss(node.at("labels"), features, images, prefix)
    comparison.near(try loss.scalar(), try node.at("loss").number(), tolerance, "loss")
    for row in try node.at("running_after").list() {
      let name = try row.at("bn").text()
      for key in ["running_mean", "running_var"] {
        guard let actual = network.store.tensor(named: "\(name).\(key)") else {
          throw row.malformed("a batch norm of the network")
        }
        try comparison.tensor(actual, row.at(key), tolerance, "\(name).\(key)")
      }
    }
    let twice = try node.at("num_batches_tracked_not_1")
    for entry in network.store.entries
    where entry.role != .alias && entry.name.hasSuffix(".num_batches_tracked") {
      let name = String(entry.name.dropLast(".num_batches_tracked".count))
      let expected = try twice.optional(name)?.integer() ?? 1
      comparison.equal(try entry.tensor.scalar(), Double(expected), "batches of \(name)")
    }
    try gradients(node, network, of: loss, comparison)
  }

  /// The mean cross-entropy of stored labels; of labels by the filling rule, for every pixel, the last class is void and
  /// the mean is divided by the batch.
  private static func loss(
    _ labels: ReferenceNode, _ features: Features, _ images: Tensor, _ prefix: String
  ) throws -> Tensor {
    guard labels.optional("fill") != nil else {
      return try features.logits.crossEntropy(labels: labels.tensor())
    }
    let shape = try labels.at("shape").integers()
    let rule = FillRule(prefix + "labels")
    let classes = features.logits.shape[1]
    let values = (0..<shape.reduce(1, *)).map { index -> Int64 in
      let label = rule.label(index, classes: classes + 1)
      return label == classes ? Int64(SegmentationLoss.void) : label
    }
    guard try values.reduce(0, +) == labels.at("sum").integer() else {
      throw labels.malformed("the sum of the labels")
    }
    let batch = LabelledBatch(images: images, labels: try Tensor(values, shape: shape))
    return try SegmentationLoss(dividesByBatch: true).terms(features, batch).total()
  }

  static func gradients(
    _ node: ReferenceNode, _ network: any Network, of loss: Tensor, _ comparison: Comparison
  ) throws {
    try loss.backward()
    let rows = try node.at("gradients").list()
    // Some gradients are zero but for rounding (shifts in front of a batch norm); what remains of them
    // follows from the size of the others.
    let noise = try rows.map { try $0.list()[1].number() }.reduce(0, max) * 1e-8
    for row in rows {
      let cells = try row.list()
      let name = try cells[0].text()
      guard let gradient = try network.store.tensor(named: name)?.gradient() else {
        throw row.malformed("a parameter with a gradient")
      }
      let values = try gradient.values(as: Double.self)
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let absolute = try cells[3].number()
      let expected = try cells[1].number()
      comparison.near(
        norm, expected, tolerance, scale: max(expected, noise), "gradient norm of \(name)")
      comparison.near(
        values.reduce(0, +), try cells[2].number(), tolerance, scale: max(absolute, noise),
        "gradient sum of \(name)")
      comparison.near(
        values.reduce(0) { $0 + abs($1) }, absolute, tolerance, scale: max(absolute, noise),
        "absolute sum of \(name)")
    }
  }
}
