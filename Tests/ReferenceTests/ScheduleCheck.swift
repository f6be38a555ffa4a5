import Experiments
import GoldenVectors
import ModelZoo
import NeuralNet

/// Learning rates, restarts and LONDON weights of the settings that are built.
enum ScheduleCheck {
  static func run(_ node: ReferenceNode, _ comparison: Comparison) throws {
    let cifar = try node.at("cifar")
    for run in try cifar.at("ofd_a_to_f").list() {
      try check(run, thirdDivisor: nil, comparison)
    }
    for recipe in ReleasedRecipe.all {
      guard let entry = cifar.optional("london_\(recipe.id)") else { continue }
      comparison.equal(
        recipe.batchSize, try entry.at("batch").integer(), "batch of \(recipe.id)")
      for run in try entry.at("runs").list() {
        try check(run, thirdDivisor: recipe.thirdDropDivisor, comparison)
        let epochs = try run.at("total_epochs").integer()
        for (epoch, alpha) in zip(
          try run.at("epochs_0_based").integers(), try run.at("alpha").numbers())
        {
          comparison.near(
            recipe.lipschitzWeight.alpha(epoch: epoch, epochs: epochs) ?? .nan, alpha, 1e-12,
            "\(run.place) alpha of epoch \(epoch)")
        }
      }
    }
    try steps(
      node, "imagenet", "epochs", .steps(base: 0.1, drops: decades([30, 60, 90])), comparison)
    try steps(
      node, "ssd_pytorch", "iterations", .steps(base: 1e-3, drops: decades([80_000, 100_000])),
      comparison)
    try steps(
      node, "rep_distiller_and_mdistiller", "epochs",
      .steps(base: 0.05, drops: decades([151, 181, 211])), comparison)
    // The suite counts epochs from 0, that code from 1.
    let own = Recipe.repDistillerSchedule(epochs: 240)
    comparison.equal(own.dropEpochs, [150, 180, 210], "RepDistiller's drops")
    if let poly = node.optional("segmentation_poly") { try polynomial(poly, comparison) }
  }

  /// A tenth of the rate at each place.
  private static func decades(_ places: [Int]) -> [Schedule.Drop] {
    places.enumerated().map { .init(epoch: $1, divisor: (0...$0).reduce(1) { d, _ in d * 10 }) }
  }

  /// A schedule of another code base, in its own unit and counting.
  private static func steps(
    _ node: ReferenceNode, _ key: String, _ unit: String, _ schedule: Schedule,
    _ comparison: Comparison
  ) throws {
    guard let entry = node.optional(key) else { return }
    for (place, rate) in zip(try entry.at(unit).integers(), try entry.at("lr").numbers()) {
      comparison.near(
        schedule.learningRate(epoch: place, step: 0, stepsInTotal: 1), rate, 1e-8,
        "\(key) at \(place)")
    }
  }

  private static func check(
    _ run: ReferenceNode, thirdDivisor: Double?, _ comparison: Comparison
  ) throws {
    let epochs = try run.at("total_epochs").integer()
    let schedule = Recipe.schedule(epochs: epochs, thirdDivisor: thirdDivisor)
    for (epoch, rate) in zip(
      try run.at("epochs_0_based").integers(), try run.at("lr").numbers())
    {
      comparison.near(
        schedule.learningRate(epoch: epoch, step: 0, stepsInTotal: 1), rate, 1e-8,
        "\(run.place) epoch \(epoch)")
    }
    comparison.equal(
      [0] + schedule.dropEpochs, try run.at("optimizer_recreated_at").integers(),
      "\(run.place) restarts")
  }

  /// The backbone's rate and those of pyramid, decoder and connectors; in the first epoch the connectors alone, at the plain
  /// rate.
  private static func polynomial(_ node: ReferenceNode, _ comparison: Comparison) throws {
    let recipe = Recipe(
      Method(.ofd), try Setting("resnet101-resnet18"), .released, .full)
    for run in try node.at("runs").list() {
      let iterations = try run.at("iterations_per_epoch").integer()
      let epochs = try run.at("epochs").integer()
      comparison.equal(recipe.epochs, epochs, "epochs of \(run.place)")
      for row in try run.at("rows").list() {
        let cells = try row.list()
        let (epoch, iteration) = (try cells[0].integer(), try cells[1].integer())
        let rate = recipe.schedule.learningRate(
          epoch: epoch, step: epoch * iterations + iteration, stepsInTotal: epochs * iterations)
        let factors =
          epoch < recipe.connectorEpochs
          ? [1] : [1, DeepLabV3Plus.headRateFactor, DeepLabV3Plus.headRateFactor]
        for (factor, expected) in zip(factors, try cells[2].numbers()) {
          comparison.near(rate * factor, expected, 1e-8, row.place)
        }
        comparison.equal(factors.count, try cells[2].numbers().count, "groups of \(row.place)")
      }
    }
  }
}
