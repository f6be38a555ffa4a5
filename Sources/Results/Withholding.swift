import Foundation

/// A rule by which a difference is not printed.
public enum Withholding: Hashable, Sendable {
  /// Fewer blocks than a spread can be known from.
  case fewBlocks(Int)
  /// So few test images that one of them moves a result by more than the differences that are looked for.
  case fewImages(Int)
  /// The teacher is no better than the student alone: nothing can be handed down.
  case weakTeacher(teacher: Double, student: Double)
  /// A row says the same of every image.
  case constantPredictor(row: String)

  /// Blocks below which no difference is printed.
  public static let fewestBlocks = 3
  /// Test images below which no difference is printed.
  public static let fewestImages = 100

  /// The rule and what it found.
  public var sentence: String {
    switch self {
    case .fewBlocks(let count):
      return "withheld: n = \(count), and below n = \(Self.fewestBlocks) no difference is printed"
    case .fewImages(let count):
      return
        "withheld: \(count) test images, and below \(Self.fewestImages) no difference is printed"
    case .weakTeacher(let teacher, let student):
      return String(
        format: "withheld: the teacher (%.2f) is not better than the student alone (%.2f)", teacher,
        student)
    case .constantPredictor(let row):
      return "withheld: \(row) is no better than a constant predictor"
    }
  }

  /// The rule's name, for programs.
  var name: String {
    switch self {
    case .fewBlocks: "fewer than \(Self.fewestBlocks) blocks"
    case .fewImages: "fewer than \(Self.fewestImages) test images"
    case .weakTeacher: "teacher not better than student"
    case .constantPredictor: "constant predictor"
    }
  }
}

extension RecordGroup {
  /// Whether a run says the same of every image, or gets no more than a network that does.
  func isConstant(_ metric: Metric) -> Bool {
    records.contains { record in
      if record.evaluation?.choices == 1 { return true }
      guard let chance = record.chance(metric), let own = record.last?.measures[metric] else {
        return false
      }
      return !metric.isBetter(own, than: chance)
    }
  }
}

extension RunRecord {
  /// What the best constant predictor gets; nil where nobody has measured it.
  func chance(_ metric: Metric) -> Double? {
    constantPredictor?[metric] ?? evaluation?.constantPredictor[metric]
  }
}
