import ArgumentParser
import Experiments
import PlaceArguments
import ProgramSupport
import RunArguments

struct Plan: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Prints the runs of a table that are still to be done, for a scheduler.",
    discussion: """
      One task for each setting and block, whose methods learn side by side: a script for Slurm, a Makefile, or JSON lines. \
      Any number of workers may share --runs. Tasks that need a teacher which another one trains wait for it.
      """)

  @Argument(help: "The table or figure.")
  var table: PaperTable

  @Option(help: "slurm, make or jsonl.")
  var format: RunSchedule.Format

  @OptionGroup var cells: CellOptions
  @OptionGroup var images: DataOptions
  @OptionGroup var lesson: LessonOptions
  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var place: PlaceOptions

  /// Options that choose a part of the whole, which every task says for itself.
  private static let parts: Set<String> = ["--format", "--settings", "--seeds", "--teacher-seeds"]

  func run() throws {
    let request = try lesson.request(table, cells, recipe)
    let job = try TableJob(
      request, data: images.request, options: try recipe.trainingOptions(place, isPlan: true))
    Console.print(try job.schedule(command: Self.command(CommandLine.arguments)).text(format))
  }

  /// The command of the whole, `run` in the place of `plan`.
  static func command(_ arguments: [String]) -> [String] {
    var words = ["lskd-repro", "run"]
    var rest = arguments.dropFirst(2)
    while let word = rest.popFirst() {
      if parts.contains(word) {
        rest = rest.dropFirst()
      } else if !parts.contains(where: { word.hasPrefix("\($0)=") }) {
        words.append(word)
      }
    }
    return words
  }
}
