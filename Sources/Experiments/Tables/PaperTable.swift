import Foundation
public import Results
public import UserErrors

/// A table or figure of the paper as a value: what it shows, on which images, for which pairs and methods, by which
/// recipe, and what the paper prints. `PaperTable.all` lists them.
public struct PaperTable: Sendable {
  /// What stands in its cells.
  enum Content: Sendable {
    /// Results of runs.
    case results
    /// Results of runs epoch by epoch: curves of a method with and without the Lipschitz term.
    case curves(of: MethodCard)
    /// Sizes of the settings' networks, for so many classes and square inputs of so many pixels.
    case networks(classCount: Int, imageSide: Int)
  }

  /// Where its images come from.
  struct DataSource: Sendable {
    /// What a user may say about them.
    let options: Set<DataRequest.Option>
    /// Finds the images of a budget; what is made for it is written under the directory of the runs.
    let open: @Sendable (DataRequest, Budget, URL) throws -> any RunData
  }

  /// Name in commands, records and files.
  public let id: String
  /// What it shows, in a sentence for the command line.
  public let abstract: String
  /// Title of its report.
  let title: String
  /// What a reader of its report must know.
  let note: String?
  let content: Content
  let recipe: TableRecipe
  let data: DataSource
  /// Its rows.
  public let settings: [Setting]
  /// The rows that are taken when none are named.
  let usualSettings: [Setting]
  /// Its methods where nobody may choose others.
  let fixedMethods: [Method]?
  /// The methods that the paper has in it, where they are fewer than in its other tables of the task.
  let paperMethods: [Method]?
  /// Whether its rows are variants of the Lipschitz term, too.
  let hasVariants: Bool
  /// Whether the pairs of the Lipschitz term and its share of the loss can be chosen.
  let choosesTerm: Bool
  /// Cells of another table that stand beside its own.
  let besides: TableDescription.Besides?
  /// Who else judges.
  let server: TableDescription.Server?
  /// What the paper and its sources print.
  public let references: [ReferenceCell]
  /// Title of the report of the trials of its weights; nil where there are none of its own.
  let trialsTitle: String?
  /// The contrast that was named before anything ran; nil for none in this table.
  let primary: TableDescription.Primary?

  init(
    _ id: String, _ abstract: String, title: String, note: String? = nil,
    content: Content = .results, recipe: TableRecipe, data: DataSource, settings: [Setting],
    usualSettings: [Setting]? = nil, fixedMethods: [Method]? = nil,
    paperMethods: [Method]? = nil, hasVariants: Bool = false,
    choosesTerm: Bool = false, besides: TableDescription.Besides? = nil,
    server: TableDescription.Server? = nil, references: [ReferenceCell] = [],
    trialsTitle: String? = nil, primary: TableDescription.Primary? = nil
  ) {
    self.id = id
    self.abstract = abstract
    self.title = title
    self.note = note
    self.content = content
    self.recipe = recipe
    self.data = data
    self.settings = settings
    self.usualSettings = usualSettings ?? settings
    self.fixedMethods = fixedMethods
    self.paperMethods = paperMethods
    self.hasVariants = hasVariants
    self.choosesTerm = choosesTerm
    self.besides = besides
    self.server = server
    self.references = references
    self.trialsTitle = trialsTitle
    self.primary = primary
  }

  /// Finds a table by its name.
  public init?(named id: String) {
    guard let found = Self.all.first(where: { $0.id == id }) else { return nil }
    self = found
  }

  /// Finds the table whose cells the runs of a setting are.
  public init(of setting: Setting) throws(UsageError) {
    guard let found = Self.all.first(where: { $0.id == setting.recipe.table }) else {
      throw UsageError("no table has the setting \(setting.id)")
    }
    self = found
  }

  /// Whether its cells need runs.
  public var hasRuns: Bool { if case .networks = content { false } else { true } }

  /// Whether it has weights of its own to choose.
  public var hasTrials: Bool { trialsTitle != nil }

  /// The table whose runs it shows.
  public var runsOf: String { recipe.table }

  /// Whether a panel can show what its networks find.
  public var drawsPanels: Bool { hasRuns && recipe.task.drawsPanels }

  /// Finds a row by its name.
  func setting(_ id: String) throws(UsageError) -> Setting {
    guard let found = settings.first(where: { $0.id == id }) else {
      let known = settings.map(\.id).joined(separator: ", ")
      throw UsageError("\(self.id) has no setting \"\(id)\"; known are \(known)")
    }
    return found
  }

  /// The images of a budget. Throws for options that make no sense with them.
  func open(_ request: DataRequest, _ budget: Budget, runs: URL) throws -> any RunData {
    for option in request.given where option != .root && !data.options.contains(option) {
      throw UsageError("\(option.rawValue) does not go with \(id)")
    }
    guard !budget.isSynthetic || request.root == nil else {
      throw UsageError(
        "\(DataRequest.Option.root.rawValue) does not go with --budget \(budget.name), whose images are synthetic"
      )
    }
    return try data.open(request, budget, runs)
  }
}

// MARK: - Reports

extension PaperTable {
  /// What reports say of it.
  public var description: TableDescription {
    var description = TableDescription(
      id: id, title: title, note: note, metrics: recipe.task.metrics,
      methods: MethodCard.all.map(\.id), besides: besides, server: server)
    description.primary = primary
    description.limits = Self.limits
    return description
  }

  private static let limits = Dictionary(
    uniqueKeysWithValues: Budget.Base.allCases.compactMap { base in
      base.limit.map { (base.rawValue, $0) }
    })

  /// What reports say of the trials of its weights; nil where there are none of its own.
  var trials: TableDescription? {
    trialsTitle.map { title in
      var description = TableDescription(
        id: recipe.trialsTable, title: title,
        note:
          "The choices are what the equal protocol takes for \(id). Neither student nor teacher has seen the "
          + "held-out images, and the test images take no part.",
        metrics: recipe.task.metrics, methods: MethodCard.all.map(\.id))
      description.measuredOn = "held-out"
      return description
    }
  }

  /// What is known of a table of records; its name and metrics alone where it is none of the suite's.
  static func description(of id: String, metrics: TableMetrics) -> TableDescription {
    let known = all.flatMap { [$0.description, $0.trials].compactMap { $0 } }
    return known.first { $0.id == id }
      ?? TableDescription(
        id: id, title: "\(metrics.main.title), \(metrics.unit)", metrics: metrics,
        methods: MethodCard.all.map(\.id))
  }
}
