public import ModelZoo
public import UserErrors

/// A teacher and student pair of the paper's tables.
public struct Setting: Hashable, Sendable {
  /// Name of the row.
  public let id: String
  /// The network that teaches.
  public let teacher: Architecture
  /// The network that learns.
  public let student: Architecture
  /// What the released LONDON script of the setting chose.
  public let released: ReleasedRecipe
  /// What the setting shares with the others of its table.
  public let recipe: TableRecipe
  /// Whether the teacher is trained with mixup.
  public let mixesTeacherImages: Bool

  /// What the networks are trained for.
  public var task: VisionTask { recipe.task }

  init(
    _ released: ReleasedRecipe, teacher: Architecture, student: Architecture, recipe: TableRecipe,
    mixesTeacherImages: Bool = false
  ) {
    id = released.id
    self.teacher = teacher
    self.student = student
    self.released = released
    self.recipe = recipe
    self.mixesTeacherImages = mixesTeacherImages
  }

  /// Finds a setting of any table by its name.
  public init(_ id: String) throws(UsageError) {
    let all = PaperTable.all.flatMap(\.settings)
    guard let found = all.first(where: { $0.id == id }) else {
      var known: [String] = []
      for setting in all where !known.contains(setting.id) { known.append(setting.id) }
      throw UsageError(
        "there is no setting \"\(id)\"; known are \(known.joined(separator: ", "))")
    }
    self = found
  }
}

extension Setting {
  /// Share of the total loss that the Lipschitz term takes where no trial chose one; nil where alpha weighs it.
  func usualShare(_ trainingProtocol: TrainingProtocol, _ budget: Budget) -> Double? {
    let isNarrow = trainingProtocol == .equal && budget.network(for: student) != student
    return released.share ?? (isNarrow ? released.narrowShare : nil)
  }
}
