import Detection
import Distillation
import ModelZoo
import NeuralNet
import TensorCore

extension GoldenNetwork {
  /// A detector: names, default boxes, predictions, loss and gradients.
  func detector() throws {
    let network = try filled()
    try entries(of: network)
    let images = try FillRule.images(
      node.at("input_name").text(), shape: node.at("input_shape").integers(), for: computation)
    let features = try network.features(of: images, .train)
    let output = try node.at("output")
    guard let offsets = features.offsets else { throw node.malformed("a detector") }
    let defaults = DefaultBoxes.ssd300
    try comparison.tensor(offsets, output.at("loc"), tolerance("loc"), "offsets")
    try comparison.tensor(features.logits, output.at("conf"), tolerance("conf"), "logits")
    try comparison.tensor(
      features.taps[1].relu(), output.at("fc7_source"), tolerance("conf"), "second source")
    let anchors = defaults.anchors.flatMap { [$0.centreX, $0.centreY, $0.width, $0.height] }
    try comparison.tensor(
      computation.tensor(anchors, shape: [anchors.count / 4, 4]), output.at("priors"),
      tolerance("priors"), "default boxes")
    let targets = try targets(defaults)
    let expected = try node.at("multibox")
    for (index, list) in try expected.at("positive_prior_indices").list().enumerated() {
      let labels = targets[index].labels
      comparison.equal(labels.indices.filter { labels[$0] > 0 }, try list.integers(), "positives")
    }
    let count = defaults.anchors.count
    let batch = LabelledBatch(
      images: images,
      labels: try Tensor(
        targets.flatMap { $0.labels.map(Int64.init) }, shape: [targets.count, count],
        device: computation.device),
      offsets: try computation.tensor(
        targets.flatMap(\.offsets), shape: [targets.count, count, 4]))
    let terms = try MultiBoxLoss().terms(features, batch)
    for (term, name) in zip(terms, ["loss_loc", "loss_conf"]) {
      comparison.near(
        try term.value.scalar(), try expected.at(name).number(), try tolerance(name), name)
    }
    try gradients(node, network, of: terms.total())
  }

  private func targets(_ defaults: DefaultBoxes) throws -> [DefaultBoxes.Targets] {
    try node.at("ground_truth").list().map { image in
      let rows = try image.list().map { try $0.numbers() }
      let boxes = rows.map { row -> FractionBox in
        let edges = row.prefix(4).map { Double(Float($0)) }
        return FractionBox(xMin: edges[0], yMin: edges[1], xMax: edges[2], yMax: edges[3])
      }
      return defaults.targets(boxes: boxes, classes: rows.map { Int($0[4]) })
    }
  }
}
