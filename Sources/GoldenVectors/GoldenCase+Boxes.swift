import Detection

/// Coding, matching and suppression of boxes, which are numbers of the host.
extension GoldenCase {
  func boxes() throws {
    if try inputs.optional("priors_cxcywh") != nil { try coding() } else { try suppression() }
  }

  /// Rows of four numbers, rounded to float32 first.
  private func rows(_ name: String) throws -> [[Double]] {
    let values = try inputs.at(name).at("data").numbers().map { Double(Float($0)) }
    return stride(from: 0, to: values.count, by: 4).map { Array(values[$0..<$0 + 4]) }
  }

  private func corners(_ name: String) throws -> [FractionBox] {
    try rows(name).map { FractionBox(xMin: $0[0], yMin: $0[1], xMax: $0[2], yMax: $0[3]) }
  }

  private func coding() throws {
    let defaults = DefaultBoxes(
      anchors: try rows("priors_cxcywh").map {
        .init(centreX: $0[0], centreY: $0[1], width: $0[2], height: $0[3])
      })
    let objects = try corners("boxes_x1y1x2y2")
    // The file numbers classes from 0; the background comes first in the target.
    let classes = try inputs.at("labels").at("data").integers()
    let targets = defaults.targets(boxes: objects, classes: classes)
    let overlaps = objects.flatMap { defaults.overlaps(with: $0) }
    let decoded = try rows("loc").enumerated().flatMap { index, offsets -> [Double] in
      let box = defaults.decoded(offsets, at: index)
      return [box.xMin, box.yMin, box.xMax, box.yMax]
    }
    for (key, actual) in [
      ("iou", overlaps), ("loc_target", targets.offsets), ("decoded", decoded),
    ] {
      try comparison.values(actual, expected.at(key), tolerance(key), "\(item.place) \(key)")
    }
    comparison.equal(
      targets.labels, try expected.at("conf_target").at("data").integers(), "classes")
    // Nothing is trained here; the file's loss is the sum of the overlaps.
    try number(overlaps.reduce(0, +), "loss")
  }

  private func suppression() throws {
    let boxes = try corners("boxes")
    let scores = try inputs.at("scores").at("data").numbers().map { Float($0) }
    for name in try expected.keys() where name.hasPrefix("kept_indices_overlap_") {
      let words = name.split(separator: "_")
      guard let overlap = Double(words[3]), let limit = Int(words[5]) else {
        throw try expected.malformed("kept_indices_overlap_X_top_N")
      }
      comparison.equal(
        Suppression.kept(boxes: boxes, scores: scores, overlap: overlap, limit: limit),
        try expected.at(name).at("data").integers(), name)
    }
  }
}
