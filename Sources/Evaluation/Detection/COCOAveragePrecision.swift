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
      sum + average(matched, at: index, positives: positives)
    }
    return sum / Double(thresholds.count)
  }

  /// Equally spaced numbers as NumPy's `linspace` rounds them, on which pycocotools' comparisons depend.
  private static func numbers(from first: Double, to last: Double, count: Int) -> [Double] {
    let step = (last - first) / Double(count - 1)
    return (0..<count - 1).map { first + Double($0) * step } + [last]
  }

  /// What becomes of a detection, a bit for each threshold; it is wrong where it is neither right nor ignored.
  private struct Match {
    let score: Double
    var right: UInt16 = 0
    var ignored: UInt16 = 0
  }

  /// What becomes of every detection of an image.
  private static func matches(
    _ detections: [PrecisionRecall.Detection], _ objects: [PrecisionRecall.Truth]
  ) -> [Match] {
    var matches = detections.map { Match(score: $0.score) }
    // So it is for most classes of most images.
    guard !detections.isEmpty, !objects.isEmpty else { return matches }
    // Objects that count come first.
    let ordered = objects.filter { !$0.isDifficult } + objects.filter(\.isDifficult)
    let overlaps = detections.map { detection in
      ordered.map { object in
        object.isDifficult
          ? detection.box.share(inside: object.box) : object.box.overlap(with: detection.box)
      }
    }
    for (bit, threshold) in thresholds.enumerated() {
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
        guard let best else { continue }
        isTaken[best] = true
        if ordered[best].isDifficult {
          matches[index].ignored |= 1 << bit
        } else {
          matches[index].right |= 1 << bit
        }
      }
    }
    return matches
  }

  /// Mean over the recalls 0, 0.01, ..., 1 of the highest precision at that recall or above.
  private static func average(_ matches: [Match], at threshold: Int, positives: Int) -> Double {
    let bit: UInt16 = 1 << threshold
    var (found, wrong) = (0, 0)
    var recall: [Double] = []
    var precision: [Double] = []
    for match in matches where match.ignored & bit == 0 {
      // Recall rises at right detections alone, and behind them precision only falls.
      guard match.right & bit != 0 else {
        wrong += 1
        continue
      }
      found += 1
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
