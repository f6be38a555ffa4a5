public import ArgumentParser
public import Distillation
public import Experiments

/// What a lesson starts from and what the Lipschitz term looks at.
public struct LessonOptions: ParsableArguments {
  /// A teacher's file.
  @Option(help: "A .lskd file that teaches instead of the setting's own teacher.")
  public var teacher: String?

  /// Files with backbones.
  @Option(
    help:
      "BACKBONE=FILE.lskd, may be repeated: a classifier's weights with which that backbone starts; see lskd-ckpt import."
  )
  public var backbone: [String] = []

  /// The pairs of taps of the Lipschitz term.
  @Option(
    help:
      "Pairs of taps of the Lipschitz term: all; encoder, without the decoder; backbone, the four stages (default: all)."
  )
  public var lipschitzPairs: TapPairing?

  /// The share of the Lipschitz term.
  @Option(help: "Share of the loss that the Lipschitz term takes (default: tuned, or 0.01).")
  public var lipschitzShare: Double?

  /// The most images that pass through the networks together.
  @Option(
    help: ArgumentHelp(
      "Take larger batches in parts of at most so many images, where memory is short; norms see a part.",
      valueName: "count"))
  public var imagesAtOnce: Int?

  /// The defaults.
  public init() {}

  /// A request for certain cells with these options.
  public func request(_ table: PaperTable, _ cells: CellOptions, _ recipe: RecipeOptions) throws
    -> TableRequest
  {
    try request(
      table, settings: cells.settings, methods: cells.methods, variants: cells.variants,
      seeds: cells.seeds, teacherSeeds: cells.teacherSeeds, recipe)
  }

  /// A request with these options.
  public func request(
    _ table: PaperTable, settings: String?, methods: String?, variants: String? = nil,
    seeds: String? = nil, teacherSeeds: String? = nil, _ recipe: RecipeOptions
  ) throws -> TableRequest {
    var request = try TableRequest(
      table, settings: settings, methods: methods, variants: variants, seeds: seeds,
      teacherSeeds: teacherSeeds, trainingProtocol: recipe.trainingProtocol,
      budget: Budget(named: recipe.budget.budget), changes: recipe.budget.changes(),
      teacher: teacher, backbones: backbone)
    try request.setLipschitzTerm(pairs: lipschitzPairs, share: lipschitzShare)
    try request.setImagesAtOnce(imagesAtOnce)
    return request
  }
}
