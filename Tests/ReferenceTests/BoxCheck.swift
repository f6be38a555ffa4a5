import Detection
import DeviceCheck
import Distillation
import ModelZoo
import NeuralNet
import TensorCore

/// Coding, matching and suppression of boxes.
enum BoxCheck {
  static func run(_ node: ReferenceNode, _ comparison: Comparison) throws {
    for item in try node.at("cases").list() {
      let inputs = try item.at("inputs")
      let expected = try item.at("expected")
      if inputs.optional("priors_cxcywh") != nil {
        try coding(inputs, expected, comparison)
      } else {
        try suppression(inputs, expected, comparison)
      }
    }
  }

  /// Rows of four numbers, rounded to float32 first.
  private static func rows(_ node: ReferenceNode) throws -> [[Double]] {
    let values = try node.at("data").numbers().map { Double(Float($0)) }
    return stride(from: 0, to: values.count, by: 4).map { Array(values[$0..<$0 + 4]) }
  }

  static func corners(_ row: [Double]) -> FractionBox {
    FractionBox(xMin: row[0], yMin: row[1], xMax: row[2], yMax: row[3])
  }

  private static func coding(
    _ inputs: ReferenceNode, _ expected: ReferenceNode, _ comparison: Comparison
  ) throws {
    let defaults = DefaultBoxes(
      anchors: try rows(inputs.at("priors_cxcywh")).map {
        .init(centreX: $0[0], centreY: $0[1], width: $0[2], height: $0[3])
      })
    let objects = try rows(inputs.at("boxes_x1y1x2y2")).map(corners)
    // The file numbers classes from 0; the background comes first in the target.
    let classes = try inputs.at("labels").at("data").integers()
    let targets = defaults.targets(boxes: objects, classes: classes)
    let overlaps = objects.flatMap { defaults.overlaps(with: $0) }
    for (name, actual) in [("iou", overlaps), ("loc_target", targets.offsets)] {
      try comparison.tensor(
        Tensor(actual, shape: [actual.count]), expected.at(name), 1e-7, name)
    }
    comparison.equal(
      targets.labels, try expected.at("conf_target").at("data").integers(), "classes")
    let offsets = try rows(inputs.at("loc"))
    let decoded = offsets.indices.flatMap { index -> [Double] in
      let box = defaults.decoded(offsets[index], at: index)
      return [box.xMin, box.yMin, box.xMax, box.yMax]
    }
    try comparison.tensor(
      Tensor(decoded, shape: [decoded.count]), expected.at("decoded"), 1e-7, "decoded")
    // Nothing is trained here; the file's loss is the sum of the overlaps.
    comparison.near(
      overlaps.reduce(0, +), try expected.at("loss").number(), 1e-7, "sum of overlaps")
  }

  private static func suppression(
    _ inputs: ReferenceNode, _ expected: ReferenceNode, _ comparison: Comparison
  ) throws {
    let boxes = try rows(inputs.at("boxes")).map(corners)
    let scores = try inputs.at("scores").at("data").numbers().map { Float($0) }
    for name in try expected.keys() where name.hasPrefix("kept_indices_overlap_") {
      let words = name.split(separator: "_")
      guard let overlap = Double(words[3]), let limit = Int(words[5]) else {
        throw expected.malformed("kept_indices_overlap_X_top_N")
      }
      comparison.equal(
        Suppression.kept(boxes: boxes, scores: scores, overlap: overlap, limit: limit),
        try expected.at(name).at("data").integers(), name)
    }
  }
}

/// SSD300: names, default boxes, predictions, loss and gradients, in float64.
enum DetectorCheck {
  private static let tolerance = 1e-7

  static func run(_ node: ReferenceNode, _ name: String, _ comparison: Comparison) throws {
    let store = ParameterStore(seed: 0, dtype: .float64)
    let network = try Architecture(name).makeNetwork(
      classCount: try node.at("num_classes").integer(), store: store)
    try store.fill(try node.at("name_prefix").text())
    try ModelCheck.entries(node, network, comparison)
    let shape = try node.at("input_shape").integers()
    let images = try FillRule.images(try node.at("input_name").text(), shape: shape)
    let features = try network.features(of: images, .train)
    let output = try node.at("output")
    guard let offsets = features.offsets else { throw node.malformed("a detector") }
    try comparison.tensor(offsets, output.at("loc"), tolerance, "offsets")
    try comparison.tensor(features.logits, output.at("conf"), tolerance, "logits")
    try comparison.tensor(
      features.taps[1].relu(), output.at("fc7_source"), tolerance, "second source")
    let defaults = DefaultBoxes.ssd300
    let anchors = defaults.anchors.flatMap { [$0.centreX, $0.centreY, $0.width, $0.height] }
    try comparison.tensor(
      Tensor(anchors, shape: [anchors.count / 4, 4]), output.at("priors"), tolerance,
      "default boxes")
    try loss(node, network, features, images, comparison)
  }

  private static func loss(
    _ node: ReferenceNode, _ network: any Network, _ features: Features, _ images: Tensor,
    _ comparison: Comparison
  ) throws {
    let targets = try node.at("ground_truth").list().map { image -> DefaultBoxes.Targets in
      let rows = try image.list().map { try $0.numbers() }
      let boxes = rows.map { BoxCheck.corners($0.prefix(4).map { Double(Float($0)) }) }
      return DefaultBoxes.ssd300.targets(boxes: boxes, classes: rows.map { Int($0[4]) })
    }
    let expected = try node.at("multibox")
    for (index, list) in try expected.at("positive_prior_indices").list().enumerated() {
      let labels = targets[index].labels
      comparison.equal(labels.indices.filter { labels[$0] > 0 }, try list.integers(), "positives")
    }
    let boxes = DefaultBoxes.ssd300.anchors.count
    let batch = LabelledBatch(
      images: images,
      labels: try Tensor(
        targets.flatMap { $0.labels.map(Int64.init) }, shape: [targets.count, boxes]),
      offsets: try Tensor(targets.flatMap(\.offsets), shape: [targets.count, boxes, 4]))
    let terms = try MultiBoxLoss().terms(features, batch)
    for (term, name) in zip(terms, ["loss_loc", "loss_conf"]) {
      comparison.near(
        try term.value.scalar(), try expected.at(name).number(), tolerance, name)
    }
    try ModelCheck.gradients(node, network, of: terms.total(), comparison)
  }
}
