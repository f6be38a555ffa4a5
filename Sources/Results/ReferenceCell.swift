/// A number of the paper or of its sources, with how sure it is.
public struct ReferenceCell: Hashable, Sendable {
  /// How well a number is known.
  public enum Grade: String, Sendable {
    /// Printed in the paper's text or abstract, or in the official repository's description.
    case a = "A"
    /// Stated in a comment of the official code.
    case b = "B"
    /// Quoted by a third party.
    case c = "C"
    /// Remembered, not checked against any source: shown as such, never compared.
    case d = "D"
    /// The cell exists in the paper; its value could not be found.
    case unknown
  }

  /// Who measured it.
  public enum Judge: Hashable, Sendable {
    /// The authors, on photos whose truth is public.
    case authors
    /// A test server, which alone has the truth.
    case server
  }

  /// Table of the paper.
  public let table: String
  /// Row.
  public let setting: String
  /// Column: `teacher`, `student` or a method.
  public let column: String
  /// The number with the digits of its source; nil when unknown.
  public let printed: String?
  /// Unit.
  public let unit: String
  /// How well it is known.
  public let grade: Grade
  /// Where it comes from.
  public let source: String
  /// Who measured it.
  public let judge: Judge

  /// Makes a cell.
  public init(
    table: String, setting: String, column: String, printed: String?, unit: String, grade: Grade,
    source: String, judge: Judge = .authors
  ) {
    self.judge = judge
    self.table = table
    self.setting = setting
    self.column = column
    self.printed = printed
    self.unit = unit
    self.grade = grade
    self.source = source
  }

  /// The number with its grade for Markdown.
  public var markdown: String {
    switch (grade, printed) {
    case (.unknown, _), (_, nil): "n/a (not available)"
    case (.d, .some(let text)): "<sub>\(text) (D, remembered)</sub>"
    case (_, .some(let text)): "\(text) (\(grade.rawValue))"
    }
  }
}
