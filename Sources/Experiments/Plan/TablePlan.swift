public import Distillation

/// The runs of one table, teachers first.
public struct TablePlan: Sendable {
  /// What a user may choose about a table.
  public struct Selection: Sendable {
    /// The table that asks.
    public let table: PaperTable
    /// Rows.
    public var settings: [Setting]
    /// Columns.
    public var methods: [Method]
    /// Departures from LONDON's Lipschitz term, for every setting; nil for all of them.
    public var variants: [LipschitzVariant]? = []
    /// Repetitions.
    public var seeds: [UInt64]
    /// Seeds of the teachers: every one of them teaches every repetition.
    public var teacherSeeds: [UInt64] = [0]
    /// The recipe's name.
    public var trainingProtocol: TrainingProtocol
    /// How much of the paper's recipe.
    public var budget: Budget
    /// A teacher from a file instead of the settings' own.
    public var teacherFile: TeacherFile?
    /// Weights with which backbones start.
    public var backbones: [BackboneFile] = []
    /// Which neighbouring taps make the pairs of the Lipschitz term.
    public var pairing = TapPairing.all
    /// The most images that pass through the networks together; nil for whole batches.
    public var imagesAtOnce: Int?
    /// The Lipschitz term's share of the loss instead of the setting's or a tuned one.
    public var lipschitzShare: Double?

    /// Makes a selection without variants.
    public init(
      table: PaperTable, settings: [Setting], methods: [Method], seeds: [UInt64],
      trainingProtocol: TrainingProtocol,
      budget: Budget
    ) {
      self.table = table
      self.settings = settings
      self.methods = methods
      self.seeds = seeds
      self.trainingProtocol = trainingProtocol
      self.budget = budget
    }
  }

  /// Weights that were tuned, by setting and method.
  public typealias Weights = [WeightKey: ChosenWeight]

  /// A cell whose weight may be tuned.
  public struct WeightKey: Hashable, Sendable {
    let setting: String
    let method: Method

    package init(setting: String, method: Method) {
      self.setting = setting
      self.method = method
    }
  }

  /// All trainings in the order in which they run: every teacher before its students, then teacher by teacher and seed by
  /// seed, so that an interrupted table holds whole comparisons.
  public let runs: [RunPlan]

  /// Plans the cells of a selection. Methods belong to the table of their setting's recipe, whoever asks for them, so that
  /// tables share their runs; variants to the table that asks.
  public init(_ selection: Selection, data: DataReference, weights: Weights = [:]) {
    var students: [RunPlan] = []
    for setting in selection.settings {
      func run(_ table: String, _ method: Method, _ seed: UInt64, _ teacherSeed: UInt64)
        -> RunPlan
      {
        var run = RunPlan(
          table: table, setting: setting, role: .student(method),
          trainingProtocol: selection.trainingProtocol, budget: selection.budget, seed: seed,
          data: data)
        if method.usesTeacher {
          run.teacherFile = selection.teacherFile
          run.teacherSeed = teacherSeed
        }
        run.backbones = selection.backbones
        run.pairing = selection.pairing
        run.imagesAtOnce = selection.imagesAtOnce
        // Beside the Lipschitz term a loss keeps the weight that it has alone.
        run.lossChoice = weights[WeightKey(setting: setting.id, method: Method(method.base))]
        if method.guidance != nil {
          run.alphaChoice =
            selection.lipschitzShare.map { ChosenWeight(value: $0, source: .request) }
            ?? weights[WeightKey(setting: setting.id, method: method)]
        }
        return run
      }
      let variants = selection.variants ?? LipschitzVariant.all(alpha: setting.released.alpha)
      for teacherSeed in selection.teacherSeeds {
        for seed in selection.seeds {
          students += selection.methods.map { run(setting.recipe.table, $0, seed, teacherSeed) }
          for variant in variants {
            var variation = run(selection.table.id, .london, seed, teacherSeed)
            variation.variant = variant
            students.append(variation)
          }
        }
      }
    }
    self.init(students: students)
  }

  /// Plans given students with their teachers.
  package init(students: [RunPlan]) {
    var runs: [RunPlan] = []
    var known: Set<String> = []
    for run in students {
      // Students without a teacher are the same whoever teaches the others.
      for run in [run.teacher, run].compactMap({ $0 }) where known.insert(run.hash).inserted {
        runs.append(run)
      }
    }
    self.runs = runs
  }
}
