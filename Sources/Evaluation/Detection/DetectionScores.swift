/// Average precisions of a set of detections, class by class.
public struct DetectionScores: Sendable {
  /// What one class gives.
  public struct ClassScore: Sendable {
    /// Name.
    public let name: String
    /// Detections.
    public let detections: Int
    /// Precision over recall by the rule of the VOC devkit.
    public let curve: PrecisionRecall
    /// As COCO has it, in [0, 1]; nil without objects.
    public let coco: Double?

    /// Matches the detections of a class with its objects, `truth[image]`.
    public init(
      name: String, truth: [[PrecisionRecall.Truth]], detections: [PrecisionRecall.Detection]
    ) throws(EvaluationError) {
      self.name = name
      self.detections = detections.count
      curve = try PrecisionRecall(truth: truth, detections: detections)
      coco = try COCOAveragePrecision.average(truth: truth, detections: detections)
    }
  }

  /// One for each class.
  public let classes: [ClassScore]

  /// Matches the detections of each class with its objects, `truth[class][image]`.
  public init(
    names: [String], truth: [[[PrecisionRecall.Truth]]],
    detections: [[PrecisionRecall.Detection]]
  ) throws(EvaluationError) {
    precondition(names.count == truth.count && names.count == detections.count)
    var classes: [ClassScore] = []
    for (index, name) in names.enumerated() {
      classes.append(
        try ClassScore(name: name, truth: truth[index], detections: detections[index]))
    }
    self.init(classes: classes)
  }

  /// Takes what was matched class by class.
  public init(classes: [ClassScore]) { self.classes = classes }

  /// Mean over the classes that have objects, in [0, 1]; nil where none has.
  public func mean(_ rule: AveragePrecisionRule) -> Double? {
    Self.mean(classes.map { $0.curve.average(rule) })
  }

  /// The same as COCO has it.
  public var meanCOCO: Double? { Self.mean(classes.map(\.coco)) }

  private static func mean(_ values: [Double?]) -> Double? {
    let known = values.compactMap { $0 }
    return known.isEmpty ? nil : known.reduce(0, +) / Double(known.count)
  }
}
