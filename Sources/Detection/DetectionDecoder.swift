/// Turns a detector's output into detections.
public struct DetectionDecoder: Hashable, Sendable {
  /// One detection.
  public struct Detection: Hashable, Sendable {
    /// Class, from 0, without the background.
    public let label: Int
    /// Probability of the class.
    public let score: Float
    /// Where it is; cut to the image.
    public let box: FractionBox
  }

  /// Probability from which a box counts. The low tail is part of the average precision.
  public var smallestScore: Float = 0.01
  /// Overlap above which the weaker box of a class goes.
  public var overlap = 0.45
  /// Boxes of a class that enter the suppression.
  public var perClass = 200
  /// Detections of an image that are kept.
  public var perImage = 200
  /// The default boxes.
  public let defaults: DefaultBoxes

  /// The constants of SSD300 (Liu et al. 2016): 0.01, 0.45, 200 and 200. ssd.pytorch cuts at 200 per class only; here
  /// an image keeps 200 over all classes, as the paper has it.
  public init(defaults: DefaultBoxes = .ssd300) { self.defaults = defaults }

  /// The detections of one image, the best score first, from offsets [boxes, 4] and probabilities [boxes, classes + 1]
  /// whose first column is the background. A score that is not a number never counts.
  public func detections(
    offsets: some RandomAccessCollection<Float>, probabilities: some RandomAccessCollection<Float>
  ) -> [Detection] {
    let (offsets, probabilities) = (Array(offsets), Array(probabilities))
    let count = defaults.anchors.count
    precondition(offsets.count == 4 * count && probabilities.count % count == 0)
    let columns = probabilities.count / count
    var decoded: [FractionBox?] = Array(repeating: nil, count: count)
    func box(_ index: Int) -> FractionBox {
      if let known = decoded[index] { return known }
      let box = defaults.decoded(offsets[4 * index..<4 * index + 4].map(Double.init), at: index)
      decoded[index] = box
      return box
    }
    var result: [Detection] = []
    for label in 1..<columns {
      let candidates = (0..<count).filter { probabilities[$0 * columns + label] > smallestScore }
      let boxes = candidates.map(box)
      let scores = candidates.map { probabilities[$0 * columns + label] }
      for place in Suppression.kept(
        boxes: boxes, scores: scores, overlap: overlap, limit: perClass)
      {
        result.append(
          Detection(label: label - 1, score: scores[place], box: boxes[place].clipped))
      }
    }
    // Swift's sort keeps the order of equals.
    return Array(result.sorted { $0.score > $1.score }.prefix(perImage))
  }
}
