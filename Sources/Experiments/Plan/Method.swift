/// A way of training the student.
public enum Method: String, Hashable, Sendable, CaseIterable {
  /// Without a teacher.
  case student
  /// Soft targets.
  case kd
  /// Comprehensive overhaul of feature distillation.
  case ofd
  /// OFD with the differentiable Lipschitz term.
  case london
  /// OFD with the Lipschitz term of the first release, which carried no gradient.
  case londonReleased = "london-released"

  /// Whether the method needs a teacher.
  public var usesTeacher: Bool { self != .student }

  /// Finds a method by its name.
  public init(named name: String) throws(UsageError) {
    guard let method = Self(rawValue: name) else {
      let known = Self.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("there is no method \"\(name)\"; known are \(known)")
    }
    self = method
  }
}

/// Which recipe the methods of a table follow.
public enum TrainingProtocol: String, Hashable, Sendable, CaseIterable {
  /// Every method as its authors ran it.
  case released
  /// One recipe for all methods.
  case equal
}
