import ModelZoo
import NeuralNet
import UserErrors

extension TableRecipe {
  /// How much of the paper's images and steps is taken: what a budget makes of the recipe.
  public struct Extent: Hashable, Sendable {
    /// Passes over the training images.
    public let epochs: Int
    /// Those of a teacher. Where all start from random numbers it learns longer than its students.
    public let teacherEpochs: Int
    /// Share of the training images of every class.
    public let trainingFraction: Double
    /// Images per batch instead of the setting's; nil for the setting's.
    public let batchSize: Int?
    /// Pixels of the images' side where it is chosen; nil for that of the data.
    public let imageSize: Int?
    /// Epochs in which a cosine rises that takes the place of the recipe's schedule; nil for the recipe's.
    let cosineWarmUp: Int?
    /// Photos that are made where none are named; nil where the data's default place has them.
    let synthetic: SyntheticPhotos?

    init(
      epochs: Int, teacherEpochs: Int? = nil, trainingFraction: Double = 1, batchSize: Int? = nil,
      imageSize: Int? = nil, cosineWarmUp: Int? = nil, synthetic: SyntheticPhotos? = nil
    ) {
      self.epochs = epochs
      self.teacherEpochs = teacherEpochs ?? epochs
      self.trainingFraction = trainingFraction
      self.batchSize = batchSize
      self.imageSize = imageSize
      self.cosineWarmUp = cosineWarmUp
      self.synthetic = synthetic
    }

    /// The extent with changes; a teacher's epochs stay in proportion to the students'.
    fileprivate func changed(by changes: BudgetChanges) -> Extent {
      let epochs = changes.epochs ?? self.epochs
      let proportional = Double(teacherEpochs) * Double(epochs) / Double(self.epochs)
      let warmUp: Int? =
        switch changes.schedule {
        case nil: cosineWarmUp.map { changes.warmUp ?? $0 }
        case .cosine: changes.warmUp ?? cosineWarmUp ?? 0
        case .recipe: nil
        }
      return Extent(
        epochs: epochs, teacherEpochs: changes.teacherEpochs ?? Int(proportional.rounded()),
        trainingFraction: changes.part ?? trainingFraction, batchSize: changes.batch ?? batchSize,
        imageSize: changes.size ?? imageSize, cosineWarmUp: warmUp, synthetic: synthetic)
    }

    /// The schedule in the place of the recipe's.
    func schedule(_ usual: Schedule, epochs: Int) -> Schedule {
      cosineWarmUp.map { .cosine(base: usual.baseRate, warmUpEpochs: $0, epochs: epochs) } ?? usual
    }
  }

  /// What a change of the images' side does.
  enum Sizing: Sendable {
    /// The networks take one side.
    case fixed
    /// Photos are scaled around and cut to it.
    case scaled
    /// Images of this side are averaged to one that divides it; the closure names what then happens to training images.
    case averaged(from: Int, pipeline: @Sendable (Int) -> String)

    /// The pipeline's name with images of a chosen side.
    func pipeline(_ usual: String, side: Int?) -> String {
      guard case .averaged(_, let name) = self, let side else { return usual }
      return name(side)
    }

    /// How images differ from the paper's, in a sentence; nil where they do not.
    func departure(side: Int?, paper: Int?) -> String? {
      switch self {
      case .fixed: nil
      case .scaled:
        side == paper
          ? nil
          : side.flatMap { side in
            paper.map { "photos scaled around and cut to \(side) pixels instead of \($0)" }
          }
      case .averaged(let paper, _):
        side.map { "images averaged to \($0) x \($0) pixels instead of \(paper) x \(paper)" }
      }
    }

    /// Sides that can be asked for; nil for all that leave the networks something to see.
    fileprivate var sides: [Int]? {
      switch self {
      case .fixed: []
      case .scaled: nil
      case .averaged(let paper, _): (Self.smallestSide...paper).filter { paper % $0 == 0 }
      }
    }

    private static let smallestSide = 8
    fileprivate static let scaledSides = 33...2049
  }

  /// The usual budgets that the table has.
  public var budgets: [Budget.Base] { Budget.Base.allCases.filter { usual($0) != nil } }

  private func usual(_ base: Budget.Base) -> Extent? {
    switch base {
    case .full: full
    case .compact: compact
    case .reduced: reduced
    case .smoke: smoke
    }
  }

  /// How much of the paper's images and steps a budget takes. The table has the usual one from which it starts.
  public func extent(_ budget: Budget) -> Extent {
    guard let usual = usual(budget.base) else {
      // `resolved` refuses it, and every request goes through there.
      preconditionFailure("\(table) has no budget \(budget.base.rawValue)")
    }
    let extent = usual.changed(by: budget.changes)
    guard case .averaged(let paper, _) = sizing, extent.imageSize == paper else { return extent }
    return Extent(
      epochs: extent.epochs, teacherEpochs: extent.teacherEpochs,
      trainingFraction: extent.trainingFraction, batchSize: extent.batchSize,
      cosineWarmUp: extent.cosineWarmUp, synthetic: extent.synthetic)
  }

  /// A budget with changes for the settings of a table, in which nothing is named that it has anyway. Throws for a budget that
  /// the table does not have and for changes that make no sense with it.
  func resolved(_ budget: Budget, _ changes: BudgetChanges, for settings: [Setting])
    throws(UsageError) -> Budget
  {
    guard usual(budget.base) != nil else {
      throw UsageError(
        "\(table) has no budget \(budget.base.rawValue); it has "
          + budgets.map(\.rawValue).joined(separator: ", "))
    }
    try check(budget.changed(by: changes), for: settings)
    var needed = changes
    for part in changes.parts where part != .seeds && part != .teacherSeeds {
      var fewer = needed
      fewer.drop(part)
      let (with, without) = (budget.changed(by: needed), budget.changed(by: fewer))
      let hasEqualNetworks = settings.flatMap { [$0.teacher, $0.student] }.allSatisfy {
        with.network(for: $0) == without.network(for: $0)
      }
      if extent(with) == extent(without) && hasEqualNetworks { needed = fewer }
    }
    return budget.changed(by: needed)
  }

  private func check(_ budget: Budget, for settings: [Setting]) throws(UsageError) {
    let changes = budget.changes
    if let size = changes.size {
      let isKnown = sizing.sides?.contains(size) ?? Sizing.scaledSides.contains(size)
      guard isKnown else { throw UsageError(refusal(ofSize: size)) }
    }
    if changes.part != nil {
      guard case .averaged = sizing else {
        throw UsageError(
          "a part of the images cannot be asked for in \(table): name smaller sets of photos")
      }
    }
    let extent = extent(budget)
    guard changes.warmUp == nil || extent.cosineWarmUp != nil else {
      throw UsageError("only a cosine has a warm-up: \(BudgetChanges.Part.schedule.flag) cosine")
    }
    let shortest = min(extent.epochs, extent.teacherEpochs)
    if let warmUp = extent.cosineWarmUp, warmUp >= shortest {
      throw UsageError(
        "a warm-up of \(warmUp) epochs leaves nothing of \(shortest): "
          + "\(BudgetChanges.Part.warmUp.flag) takes a smaller number")
    }
    let known = settings.flatMap { [$0.teacher, $0.student] }
    for (paper, network) in changes.networks {
      guard known.contains(paper) else {
        throw UsageError(
          "\(table) has no network \(paper) for which another could stand; it has "
            + Set(known.map(\.description)).sorted().joined(separator: ", "))
      }
      guard network.output == paper.output else {
        throw UsageError("\(network) cannot stand for \(paper): it answers something else")
      }
      let taps = (own: network.tapCount, paper: paper.tapCount)
      guard taps.own == taps.paper else {
        throw UsageError(
          "\(network) cannot stand for \(paper): it has \(taps.own ?? 0) feature taps, not \(taps.paper ?? 0)"
        )
      }
    }
  }

  private func refusal(ofSize size: Int) -> String {
    guard let sides = sizing.sides else {
      return "photos can be cut to \(Sizing.scaledSides.lowerBound) to "
        + "\(Sizing.scaledSides.upperBound) pixels, not to \(size)"
    }
    return sides.isEmpty
      ? "the networks of \(table) take images of one size"
      : "the images of \(table) can have sides of "
        + sides.map(String.init).joined(separator: ", ") + " pixels, not of \(size)"
  }
}
