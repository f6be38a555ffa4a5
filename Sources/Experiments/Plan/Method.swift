import CheckpointFormat

/// A way of training the student: a loss between student and teacher, alone or with the Lipschitz term.
public struct Method: Hashable, Sendable, CustomStringConvertible {
  /// What is distilled besides the Lipschitz term.
  public enum Base: String, Hashable, Sendable, CaseIterable {
    case student, kd, fitnets, at, jacobian, ft, ab, afd, ofd
    case sp, cc, rkd, pkt, nst, fsp, vid, crd, dkd, reviewkd, dist
  }

  /// The Lipschitz term beside it.
  public enum Guidance: Hashable, Sendable {
    /// With its gradient.
    case differentiable
    /// As in the first release, which computed it with gradients switched off.
    case stopGradient
  }

  /// The method without the Lipschitz term.
  public let base: Base
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
    [.student, .kd, .fitnets, .at, .jacobian, .ft, .ab, .afd, .ofd].map { Method($0) }
    + [london, londonReleased]
  /// Every method without and OFD with the Lipschitz term.
  public static let all: [Method] =
    ofPaper + Base.allCases.map { Method($0) }.filter { !ofPaper.contains($0) }

  /// The methods of a task's table.
  public static func ofPaper(_ task: VisionTask) -> [Method] {
    switch task {
    case .classification: ofPaper
    case .detection, .segmentation:
      ofPaper.filter { $0 == .student || $0.details(for: task) != nil }
    }
  }

  private static let suffix = "+london"

  /// Makes a method.
  public init(_ base: Base, _ guidance: Guidance? = nil) {
    precondition(base != .student || guidance == nil, "the Lipschitz term needs a teacher")
    self.base = base
    self.guidance = guidance
  }

  /// Whether the method needs a teacher.
  public var usesTeacher: Bool { base != .student }

  /// The name that `init(named:)` reads.
  public var description: String {
    switch (base, guidance) {
    case (.ofd, .differentiable): "london"
    case (_, .stopGradient): "london-released"
    case (_, .differentiable): base.rawValue + Self.suffix
    case (_, nil): base.rawValue
    }
  }

  /// Finds a method by its name, such as `at` or `at+london`.
  public init(named name: String) throws(UsageError) {
    let isGuided = name.hasSuffix(Self.suffix)
    let base = isGuided ? String(name.dropLast(Self.suffix.count)) : name
    if !isGuided,
      let found = [Self.london, .londonReleased].first(where: { $0.description == name })
    {
      self = found
    } else if let found = Base(rawValue: base), !(isGuided && found == .student) {
      self.init(found, isGuided ? .differentiable : nil)
    } else {
      let names = Self.all.map(\.description)
      let nearest = base.nearest(in: names) ?? ""
      let advice =
        base == "student"
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
