/// How a curve of precision over recall becomes one number.
public enum AveragePrecisionRule: String, Hashable, Sendable, CaseIterable {
  /// VOC 2007: mean over the recalls 0, 0.1, ..., 1 of the highest precision at that recall or above.
  case voc07
  /// VOC 2010 and later: area under the precision made monotone.
  case area
}

/// Precision and recall of one class over falling confidence, by the rule of the VOC devkit.
///
/// Per detection, in order of falling confidence over all images (ties in file order): the ground truth of its image with
/// the largest overlap, the first of equals, is taken, and only then compared with the threshold; a second-best one
/// is never tried. If it is difficult the detection counts neither way; if it was matched before the detection is
/// false.
public struct PrecisionRecall: Sendable {
  /// One object of the class.
  public struct Truth: Hashable, Sendable {
    /// Where it is.
    public let box: Box
    /// Difficult objects count neither as found nor as missed.
    public let isDifficult: Bool

    /// Makes an object.
    public init(box: Box, isDifficult: Bool) {
      self.box = box
      self.isDifficult = isDifficult
    }
  }

  /// One detection of the class.
  public struct Detection: Hashable, Sendable {
    /// Number of the image.
    public let image: Int
    /// Confidence.
    public let score: Double
    /// Where it is.
    public let box: Box

    /// Makes a detection. Throws for a score that is not a number.
    public init(image: Int, score: Double, box: Box) throws(EvaluationError) {
      guard score.isFinite else { throw EvaluationError("a score is \(score)") }
      self.image = image
      self.score = score
      self.box = box
    }
  }

  /// The overlap that a match needs.
  public static let threshold = 0.5

  /// Objects that are not difficult.
  public let positives: Int
  /// Share of them that is found, after each detection that counts.
  public let recall: [Double]
  /// Share of the detections so far that is right.
  public let precision: [Double]

  /// Matches `detections` with the objects of every image, `truth[image]`. Throws for an image that does not exist.
  public init(truth: [[Truth]], detections: [Detection]) throws(EvaluationError) {
    positives = truth.joined().count { !$0.isDifficult }
    var isMatched = truth.map { [Bool](repeating: false, count: $0.count) }
    var (found, wrong) = (0, 0)
    var recall: [Double] = []
    var precision: [Double] = []
    // Swift's sort keeps the order of equals.
    for detection in detections.sorted(by: { $0.score > $1.score }) {
      guard truth.indices.contains(detection.image) else {
        throw EvaluationError("image number \(detection.image) is not in the set")
      }
      let objects = truth[detection.image]
      var best: (index: Int, overlap: Double)?
      for (index, object) in objects.enumerated() {
        let overlap = object.box.overlap(with: detection.box)
        if overlap > best?.overlap ?? 0 { best = (index, overlap) }
      }
      if let best, best.overlap >= Self.threshold {
        if objects[best.index].isDifficult { continue }
        if isMatched[detection.image][best.index] {
          wrong += 1
        } else {
          isMatched[detection.image][best.index] = true
          found += 1
        }
      } else {
        wrong += 1
      }
      recall.append(Double(found) / Double(positives))
      precision.append(Double(found) / Double(found + wrong))
    }
    self.recall = recall
    self.precision = precision
  }

  /// The average precision in [0, 1]; nil for a class without objects that count.
  public func average(_ rule: AveragePrecisionRule) -> Double? {
    guard positives > 0 else { return nil }
    return switch rule {
    case .voc07: elevenPoints
    case .area: areaUnderEnvelope
    }
  }

  private var elevenPoints: Double {
    // The thresholds are k / 10; k * 0.1 is another number for 3, 6 and 7.
    let highest = (0...10).map { k -> Double in
      let threshold = Double(k) / 10
      var best = 0.0
      for (place, value) in recall.enumerated() where value >= threshold {
        best = max(best, precision[place])
      }
      return best
    }
    return highest.reduce(0, +) / 11
  }

  private var areaUnderEnvelope: Double {
    var envelope = precision
    for place in envelope.indices.dropLast().reversed() {
      envelope[place] = max(envelope[place], envelope[place + 1])
    }
    var (area, before) = (0.0, 0.0)
    for (value, height) in zip(recall, envelope) where value > before {
      area += (value - before) * height
      before = value
    }
    return area
  }
}
