import CheckpointFormat
public import UserErrors

/// A way of training the student: a loss between student and teacher, alone or with the Lipschitz term.
public struct Method: Hashable, Sendable, CustomStringConvertible {
  /// The Lipschitz term beside a loss.
  public enum Guidance: Hashable, Sendable {
    /// With its gradient.
    case differentiable
    /// As in the first release, which computed it with gradients switched off.
    case stopGradient
    /// With its gradient, and with its meaning destroyed: what a control gains, the term does not gain by matching.
    case control(LipschitzControl)
  }

  /// The method without the Lipschitz term.
  public let base: MethodCard
  /// The Lipschitz term; nil without.
  public let guidance: Guidance?

  /// Without a teacher.
  public static let student = Method(.student)
  /// OFD with the differentiable Lipschitz term.
  public static let london = Method(.ofd, .differentiable)
  /// OFD with the Lipschitz term of the first release.
  public static let londonReleased = Method(.ofd, .stopGradient)
  /// OFD with the Lipschitz term whose meaning is destroyed, in every way.
  public static let controls = LipschitzControl.allCases.map { Method(.ofd, .control($0)) }

  /// The methods of the paper's tables and both forms of LONDON.
  public static let ofPaper: [Method] =
    MethodCard.all.filter(\.isInPaper).map { Method($0) } + [london, londonReleased]
  /// Every method without and OFD with the Lipschitz term, and its controls.
  public static let all: [Method] =
    ofPaper + controls + MethodCard.all.map { Method($0) }.filter { !ofPaper.contains($0) }

  /// The methods of the paper that are made for a task.
  public static func ofPaper(_ task: VisionTask) -> [Method] {
    ofPaper.filter { $0.isMade(for: task) }
  }

  /// Whether the method is made for a task.
  func isMade(for task: VisionTask) -> Bool { !usesTeacher || details(for: task) != nil }

  /// The forms of the term that every method can have, with what they add to its name.
  private static let forms: [(guidance: Guidance, suffix: String)] =
    [(.differentiable, "+london")]
    + LipschitzControl.allCases.map { (.control($0), "+london-\($0.rawValue)") }

  /// Makes a method.
  public init(_ base: MethodCard, _ guidance: Guidance? = nil) {
    precondition(base != .student || guidance == nil, "the Lipschitz term needs a teacher")
    self.base = base
    self.guidance = guidance
  }

  /// How the term's meaning is destroyed; nil where it is not.
  public var control: LipschitzControl? {
    if case .control(let control) = guidance { control } else { nil }
  }

  /// The papers it comes from; nil for a student alone.
  public var paper: String? {
    guard guidance != nil else { return base.paper }
    let term = control == nil ? "Shang et al. 2021 (LONDON)" : "a control of this suite"
    return [term, base.paper].compactMap { $0 }.joined(separator: " on ")
  }

  /// Whether the method needs a teacher.
  public var usesTeacher: Bool { base != .student }

  /// What it is in a task, without the Lipschitz term; nil for the student alone and where it is not made for the task.
  public func details(for task: VisionTask) -> MethodUse? { base.uses[task] }

  /// The name that `init(named:)` reads.
  public var description: String {
    guard let guidance else { return base.id }
    let suffix = Self.forms.first { $0.guidance == guidance }?.suffix
    return base.guidedNames[guidance] ?? base.id + (suffix ?? "")
  }

  /// Finds a method by its name, such as `at` or `at+london`.
  public init(named name: String) throws(UsageError) {
    let form = Self.forms.first { name.hasSuffix($0.suffix) }
    let base = String(name.dropLast(form?.suffix.count ?? 0))
    if let found = Self.all.first(where: { $0.description == name }) {
      self = found
    } else if let form, let found = MethodCard.all.first(where: { $0.id == base }),
      found != .student
    {
      self.init(found, form.guidance)
    } else {
      let names = Self.all.map(\.description)
      let nearest = base.nearest(in: names) ?? ""
      let advice =
        base == MethodCard.student.id
        ? "the Lipschitz term needs a teacher, which student has not"
        : "did you mean \(nearest)\(form?.suffix ?? "")?"
      throw UsageError(
        "there is no method \"\(name)\"; \(advice) known are " + names.joined(separator: ", ")
          + ", and any of them with \(Self.forms.map(\.suffix).joined(separator: " or "))")
    }
  }
}

/// Which recipe the methods of a table follow.
public enum TrainingProtocol: String, Hashable, Sendable, CaseIterable {
  /// Every method as its authors ran it.
  case released
  /// One recipe for all methods.
  case equal
}
