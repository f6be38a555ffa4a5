public import ModelZoo

/// A teacher and student pair of the paper's CIFAR-100 tables.
public struct Setting: Hashable, Sendable {
  /// Letter in the table.
  public let id: String
  /// The network that teaches.
  public let teacher: Architecture
  /// The network that learns.
  public let student: Architecture
  /// What the released LONDON script of the setting chose.
  public let released: ReleasedRecipe

  /// All settings, in table order.
  public static let all: [Setting] = [
    Setting(.a, .wideResNet(depth: 28, width: 4), .wideResNet(depth: 16, width: 4)),
    Setting(.b, .wideResNet(depth: 28, width: 4), .wideResNet(depth: 28, width: 2)),
    Setting(.c, .wideResNet(depth: 28, width: 4), .wideResNet(depth: 16, width: 2)),
    Setting(.d, .wideResNet(depth: 28, width: 4), .cifarResNet(depth: 56)),
    Setting(.e, pyramidTeacher, .wideResNet(depth: 28, width: 4)),
    Setting(.f, pyramidTeacher, .pyramidNet(depth: 110, alpha: 84, isBottleneck: false)),
  ]

  private static let pyramidTeacher = Architecture.pyramidNet(
    depth: 200, alpha: 240, isBottleneck: true)

  /// Whether the teacher is trained with mixup.
  public var mixesTeacherImages: Bool { teacher == Self.pyramidTeacher }

  /// Finds a setting by its letter.
  public init(_ id: String) throws(UsageError) {
    guard let found = Self.all.first(where: { $0.id == id }) else {
      let known = Self.all.map(\.id).joined(separator: ", ")
      throw UsageError("there is no setting \"\(id)\"; known are \(known)")
    }
    self = found
  }

  private init(_ released: ReleasedRecipe, _ teacher: Architecture, _ student: Architecture) {
    id = released.id
    self.teacher = teacher
    self.student = student
    self.released = released
  }
}

/// The request of a user that makes no sense; programs end with exit code 2.
public struct UsageError: Error, CustomStringConvertible, Sendable {
  /// What is wrong and what would be right.
  public let description: String

  /// Makes an error from its sentence.
  public init(_ description: String) { self.description = description }
}
