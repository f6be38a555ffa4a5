public import ArgumentParser
import Experiments

/// How much of the paper's recipe is run: a budget and changes of it.
public struct BudgetOptions: ParsableArguments {
  /// A usual budget, or a file.
  @Option(
    help:
      "full: the paper's recipe; compact: all images at half their side, half the width, a short cosine; reduced: real images, or made ones of VOC where --data names none, fewer epochs, narrower networks; smoke: synthetic images; FILE.yaml: one of your own. (values: full, compact, reduced, smoke, FILE.yaml)"
  )
  public var budget = Budget.full.name

  /// Passes over the training images.
  @Option(help: "Change the budget: epochs of the students; a teacher's follow in proportion.")
  var epochs: String?

  /// Those of a teacher.
  @Option(help: "Epochs of a teacher.")
  var teacherEpochs: String?

  /// Share of the training images.
  @Option(help: "Share of the training images of every class, above 0 and up to 1.")
  var part: String?

  /// Side of the images.
  @Option(help: "Side of the images in pixels; CIFAR's are averaged, photos cut.")
  var size: String?

  /// Networks in the place of the paper's.
  @Option(help: "PAPER=OTHER, separated by commas: networks that stand for the paper's.")
  var networks: String?

  /// How the learning rate falls.
  @Option(help: "How the learning rate falls: recipe, cosine.")
  var schedule: String?

  /// Epochs of warm-up.
  @Option(help: "Epochs in which a cosine first rises.")
  var warmUp: String?

  /// Images per batch.
  @Option(help: "Images per batch.")
  var batch: String?

  /// The defaults.
  public init() {}

  /// The changes.
  func changes() throws -> BudgetChanges {
    var changes = BudgetChanges()
    let given: [(BudgetChanges.Part, String?)] = [
      (.epochs, epochs), (.teacherEpochs, teacherEpochs), (.part, part), (.size, size),
      (.networks, networks), (.schedule, schedule), (.warmUp, warmUp), (.batch, batch),
    ]
    for case (let part, let text?) in given { try changes.set(part, text) }
    return changes
  }
}
