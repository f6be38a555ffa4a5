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

  /// The methods of the paper's tables and both forms of LONDON.
  public static let ofPaper: [Method] =
    MethodCard.all.filter(\.isInPaper).map { Method($0) } + [london, londonReleased]
  /// Every method without and OFD with the Lipschitz term.
  public static let all: [Method] =
    ofPaper + MethodCard.all.map { Method($0) }.filter { !ofPaper.contains($0) }

  /// The methods of the paper that are made for a task.
  public static func ofPaper(_ task: VisionTask) -> [Method] {
    ofPaper.filter { $0.isMade(for: task) }
  }

  /// Whether the method is made for a task.
  func isMade(for task: VisionTask) -> Bool { !usesTeacher || details(for: task) != nil }

  private static let suffix = "+london"

  /// Makes a method.
  public init(_ base: MethodCard, _ guidance: Guidance? = nil) {
    precondition(base != .student || guidance == nil, "the Lipschitz term needs a teacher")
    self.base = base
    self.guidance = guidance
  }

  /// Whether the method needs a teacher.
  public var usesTeacher: Bool { base != .student }

  /// What it is in a task, without the Lipschitz term; nil for the student alone and where it is not made for the task.
  public func details(for task: VisionTask) -> MethodUse? { base.uses[task] }

  /// The name that `init(named:)` reads.
  public var description: String {
    guidance.map { base.guidedNames[$0] ?? base.id + Self.suffix } ?? base.id
  }

  /// Finds a method by its name, such as `at` or `at+london`.
  public init(named name: String) throws(UsageError) {
    let isGuided = name.hasSuffix(Self.suffix)
    let base = isGuided ? String(name.dropLast(Self.suffix.count)) : name
    if let found = Self.all.first(where: { $0.description == name }) {
      self = found
    } else if isGuided, let found = MethodCard.all.first(where: { $0.id == base }),
      found != .student
    {
      self.init(found, .differentiable)
    } else {
      let names = Self.all.map(\.description)
      let nearest = base.nearest(in: names) ?? ""
      let advice =
        base == MethodCard.student.id
        ? "the Lipschitz term needs a teacher, which student has not"
        : "did you mean \(nearest)\(isGuided ? Self.suffix : "")?"
      throw UsageError(
        "there is no method \"\(name)\"; \(advice) known are " + names.joined(separator: ", ")
          + ", and any of them with \(Self.suffix)")
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
