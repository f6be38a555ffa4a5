/// The runs of one table, teachers first.
public struct TablePlan: Sendable {
  /// What a user may choose about a table.
  public struct Selection: Sendable {
    /// Rows.
    public var settings: [Setting]
    /// Columns.
    public var methods: [Method]
    /// Repetitions.
    public var seeds: [UInt64]
    /// The recipe's name.
    public var trainingProtocol: TrainingProtocol
    /// How much of the paper's recipe.
    public var budget: Budget

    /// Makes a selection.
    public init(
      settings: [Setting], methods: [Method], seeds: [UInt64], trainingProtocol: TrainingProtocol,
      budget: Budget
    ) {
      self.settings = settings
      self.methods = methods
      self.seeds = seeds
      self.trainingProtocol = trainingProtocol
      self.budget = budget
    }
  }

  /// All trainings in the order in which they run: every teacher before its students, then seed by seed,
  /// so that an interrupted table holds whole comparisons.
  public let runs: [RunPlan]

  /// Plans table 2.
  public init(table: String, _ selection: Selection, data: DataReference) {
    var runs: [RunPlan] = []
    for setting in selection.settings {
      for seed in selection.seeds {
        for method in selection.methods {
          let run = RunPlan(
            table: table, setting: setting, role: .student(method),
            trainingProtocol: selection.trainingProtocol, budget: selection.budget, seed: seed,
            data: data)
          if let teacher = run.teacher, !runs.contains(where: { $0.hash == teacher.hash }) {
            runs.append(teacher)
          }
          runs.append(run)
        }
      }
    }
    self.runs = runs
  }
}
