import Experiments
import NeuralNet

/// Learning rates, restarts and LONDON weights of the settings that are built.
enum ScheduleCheck {
  static func run(_ node: ReferenceNode, _ comparison: Comparison) throws {
    let cifar = try node.at("cifar")
    for run in try cifar.at("ofd_a_to_f").list() {
      try check(run, thirdDivisor: nil, comparison)
    }
    for setting in Setting.all {
      guard let entry = cifar.optional("london_\(setting.id)") else { continue }
      comparison.equal(
        setting.batchSize, try entry.at("batch").integer(), "batch of \(setting.id)")
      for run in try entry.at("runs").list() {
        try check(run, thirdDivisor: setting.thirdDropDivisor, comparison)
        let epochs = try run.at("total_epochs").integer()
        for (epoch, alpha) in zip(
          try run.at("epochs_0_based").integers(), try run.at("alpha").numbers())
        {
          comparison.near(
            setting.lipschitzWeight.alpha(epoch: epoch, epochs: epochs), alpha, 1e-12,
            "\(run.place) alpha of epoch \(epoch)")
        }
      }
    }
    for id in Setting.notBuilt { print("not built: schedule of setting \(id)") }
    if let poly = node.optional("segmentation_poly") { try polynomial(poly, comparison) }
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

  /// The base group; the others are multiples of it.
  private static func polynomial(_ node: ReferenceNode, _ comparison: Comparison) throws {
    for run in try node.at("runs").list() {
      let iterations = try run.at("iterations_per_epoch").integer()
      let schedule = Schedule.polynomial(base: try run.at("base_lr").number(), power: 0.9)
      for row in try run.at("rows").list() {
        let cells = try row.list()
        let (epoch, iteration) = (try cells[0].integer(), try cells[1].integer())
        let rate = schedule.learningRate(
          epoch: epoch, step: epoch * iterations + iteration,
          stepsInTotal: try run.at("epochs").integer() * iterations)
        comparison.near(rate, try cells[2].numbers()[0], 1e-8, row.place)
      }
    }
  }
}
