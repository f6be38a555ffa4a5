import ArgumentParser
import Experiments
import PlaceArguments
import RunArguments

struct Tune: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Chooses each method's weight on a held-out tenth of a table's training images.",
    discussion: """
      Three trials for every method, with seed 0 and a teacher that has not seen the held-out images either; the \
      Lipschitz term's, of which one is 0, beside the weight that was chosen for the loss. A best weight on the edge of \
      what was tried brings further trials. The equal protocol then takes the weight with the best result.
      """)

  @Argument(help: "The table whose weights are chosen.")
  var table = PaperTable.usual

  @Option(help: "Rows, separated by commas; or all (default: all; on CIFAR-100 c).")
  var settings: String?

  @Option(help: "Methods, separated by commas; paper: those of the paper; all.")
  var methods: String?

  @OptionGroup var images: DataOptions
  @OptionGroup var lesson: LessonOptions
  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var place: PlaceOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard table.hasTrials else {
      throw ValidationError("\(table.id) has no weights of its own: tune \(table.runsOf)")
    }
  }

  func run() throws {
    let request = try lesson.request(table, settings: settings, methods: methods, recipe)
    _ = try output.run(request, .trials, images.request, recipe, place)
  }
}
