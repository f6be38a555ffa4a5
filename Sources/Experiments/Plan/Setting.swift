public import Distillation
public import ModelZoo

/// A teacher and student pair of the paper's CIFAR-100 tables.
public struct Setting: Hashable, Sendable {
  /// Letter in the table.
  public let id: String
  /// The network that teaches.
  public let teacher: Architecture
  /// The network that learns.
  public let student: Architecture
  /// Images per batch in the released scripts.
  public let batchSize: Int
  /// alpha of the released LONDON scripts.
  public let lipschitzWeight: LipschitzGuidedObjective.Weight
  /// Divisor of the base learning rate from 7/8 of the epochs on in the released LONDON scripts; nil
  /// where they have no third drop.
  public let thirdDropDivisor: Double?

  /// The settings whose networks are built, in table order.
  public static let all: [Setting] = [
    Setting(
      id: "a", teacher: .wideResNet(depth: 28, width: 4),
      student: .wideResNet(depth: 16, width: 4), batchSize: 128,
      lipschitzWeight: .init(alpha: 0.8, lateFactor: 0.25), thirdDropDivisor: nil),
    Setting(
      id: "b", teacher: .wideResNet(depth: 28, width: 4),
      student: .wideResNet(depth: 28, width: 2), batchSize: 128,
      lipschitzWeight: .init(alpha: 0.2), thirdDropDivisor: nil),
    Setting(
      id: "c", teacher: .wideResNet(depth: 28, width: 4),
      student: .wideResNet(depth: 16, width: 2), batchSize: 128,
      lipschitzWeight: .init(alpha: 0.25), thirdDropDivisor: 500),
  ]

  /// Settings of the paper whose networks are not built.
  public static let notBuilt = ["d", "e", "f"]

  /// Finds a setting by its letter.
  public init(_ id: String) throws(UsageError) {
    guard let found = Self.all.first(where: { $0.id == id }) else {
      let known = Self.all.map(\.id).joined(separator: ", ")
      throw UsageError(
        Self.notBuilt.contains(id)
          ? "setting \(id) of the paper needs a network that this version does not have; it has \(known)"
          : "there is no setting \"\(id)\"; known are \(known)")
    }
    self = found
  }

  private init(
    id: String, teacher: Architecture, student: Architecture, batchSize: Int,
    lipschitzWeight: LipschitzGuidedObjective.Weight, thirdDropDivisor: Double?
  ) {
    self.id = id
    self.teacher = teacher
    self.student = student
    self.batchSize = batchSize
    self.lipschitzWeight = lipschitzWeight
    self.thirdDropDivisor = thirdDropDivisor
  }
}

/// The request of a user that makes no sense; programs end with exit code 2.
public struct UsageError: Error, CustomStringConvertible, Sendable {
  /// What is wrong and what would be right.
  public let description: String

  /// Makes an error from its sentence.
  public init(_ description: String) { self.description = description }
}
