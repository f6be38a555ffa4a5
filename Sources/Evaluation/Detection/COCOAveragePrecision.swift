/// Average precision as COCO has it: mean over the overlaps 0.5, 0.55, ..., 0.95 of the precision at 101 recalls.
///
/// Detections take, the best score first and at most 100 per image, the free object with the largest overlap; difficult
/// objects are COCO's crowds: any number of detections may lie on one and counts neither way, and the overlap with it
/// is the share of the detection that it covers.
public enum COCOAveragePrecision {
  /// 0.5, 0.55, ..., 0.95
  public static let thresholds = numbers(from: 0.5, to: 0.95, count: 10)
  private static let recalls = numbers(from: 0, to: 1, count: 101)
  private static let perImage = 100

  /// The average precision of one class in [0, 1]; nil without objects that count. Throws for an image that does not
  /// exist.
  public static func average(
    truth: [[PrecisionRecall.Truth]], detections: [PrecisionRecall.Detection]
  ) throws(EvaluationError) -> Double? {
    let positives = truth.joined().count { !$0.isDifficult }
    guard positives > 0 else { return nil }
    var images: [[PrecisionRecall.Detection]] = Array(repeating: [], count: truth.count)
    for detection in detections {
      guard truth.indices.contains(detection.image) else {
        throw EvaluationError("image number \(detection.image) is not in the set")
      }
      images[detection.image].append(detection)
    }
    let matched = zip(images, truth).flatMap { detections, objects in
      // Swift's sort keeps the order of equals.
      matches(Array(detections.sorted { $0.score > $1.score }.prefix(perImage)), objects)
    }.sorted { $0.score > $1.score }
    let sum = thresholds.indices.reduce(0.0) { sum, index in
      sum + average(matched.map { $0.outcomes[index] }, positives: positives)
    }
    return sum / Double(thresholds.count)
  }

  /// Equally spaced numbers as NumPy's `linspace` rounds them, on which pycocotools' comparisons depend.
  private static func numbers(from first: Double, to last: Double, count: Int) -> [Double] {
    let step = (last - first) / Double(count - 1)
    return (0..<count - 1).map { first + Double($0) * step } + [last]
  }

  private enum Outcome {
    case right, wrong, ignored
  }

  /// What becomes of every detection of an image at each threshold.
  private static func matches(
    _ detections: [PrecisionRecall.Detection], _ objects: [PrecisionRecall.Truth]
  ) -> [(score: Double, outcomes: [Outcome])] {
    // In most images there is nothing to match.
    guard !detections.isEmpty else { return [] }
    // Objects that count come first.
    let ordered = objects.filter { !$0.isDifficult } + objects.filter(\.isDifficult)
    let overlaps = detections.map { detection in
      ordered.map { object in
        object.isDifficult
          ? detection.box.share(inside: object.box) : object.box.overlap(with: detection.box)
      }
    }
    var outcomes = detections.map { _ in [Outcome]() }
    for threshold in thresholds {
      var isTaken = ordered.map { _ in false }
      for index in detections.indices {
        var best: Int?
        var least = min(threshold, 1 - 1e-10)
        for (place, object) in ordered.enumerated() {
          if isTaken[place] && !object.isDifficult { continue }
          if let best, !ordered[best].isDifficult, object.isDifficult { break }
          if overlaps[index][place] < least { continue }
          least = overlaps[index][place]
          best = place
        }
        guard let best else {
          outcomes[index].append(.wrong)
          continue
        }
        isTaken[best] = true
        outcomes[index].append(ordered[best].isDifficult ? .ignored : .right)
      }
    }
    return zip(detections, outcomes).map { ($0.score, $1) }
  }

  /// Mean over the recalls 0, 0.01, ..., 1 of the highest precision at that recall or above.
  private static func average(_ outcomes: [Outcome], positives: Int) -> Double {
    var (found, wrong) = (0, 0)
    var recall: [Double] = []
    var precision: [Double] = []
    for outcome in outcomes where outcome != .ignored {
      if outcome == .right { found += 1 } else { wrong += 1 }
      recall.append(Double(found) / Double(positives))
      precision.append(Double(found) / Double(found + wrong))
    }
    for place in precision.indices.dropLast().reversed() {
      precision[place] = max(precision[place], precision[place + 1])
    }
    var (sum, place) = (0.0, 0)
    for level in recalls {
      while place < recall.count && recall[place] < level { place += 1 }
      if place < recall.count { sum += precision[place] }
    }
    return sum / Double(recalls.count)
  }
}
