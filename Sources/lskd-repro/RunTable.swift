import ArgumentParser
import Experiments
import Foundation
import PlaceArguments
import ProgramSupport
import RunArguments
import UserErrors

struct RunTable: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Runs a table or figure and prints it; the word run may be left out.",
    discussion: """
      Trains missing teachers first, skips finished runs and goes on with interrupted ones. Ctrl-C saves and ends; the \
      same command goes on. Under the equal protocol a method whose weight was tuned uses it.

      \(summaries)

      A variant changes one thing of LONDON: alpha=NUMBER, share=NUMBER of the total loss, steps=NUMBER of unrolled power \
      iteration, start=ones, compare=ratio, matrix=batch, pair=symmetric. What a test server said of a run may be put into \
      its folder as test-server.json, {"miou": NUMBER}; the report prints it.
      """)

  /// What there is to run.
  static var summaries: String {
    PaperTable.all.map { table in
      "\(table.id): \(table.abstract) Settings: \(table.settings.map(\.id).joined(separator: ", "))."
    }.joined(separator: "\n\n")
  }

  @Argument(help: "The table or figure.")
  var table: PaperTable

  @Option(help: "Rows, separated by commas; or all (default: all; on CIFAR-100 c).")
  var settings: String?

  @Option(
    help:
      "Methods, separated by commas; paper: those of the paper; all; see the methods command. Any of them with +london adds the Lipschitz term (default: paper)."
  )
  var methods: String?

  @Option(help: "Variants of the Lipschitz term for an ablation, separated by commas; or all.")
  var variants: String?

  @Option(help: "Seeds, separated by commas (default: as the budget says).")
  var seeds: String?

  @Option(
    help:
      "Seeds of teachers, separated by commas: every teacher teaches the students of every seed (default: as the budget says)."
  )
  var teacherSeeds: String?

  @OptionGroup var images: DataOptions
  @OptionGroup var lesson: LessonOptions
  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var place: PlaceOptions

  @Flag(help: "Draw what every network found in a few photos, as SVG beside the run folders.")
  var panel = false

  @OptionGroup var output: OutputOptions

  func run() throws {
    guard table.hasRuns else {
      let given = [settings, methods, variants, seeds, teacherSeeds, images.data].contains {
        $0 != nil
      }
      guard !given && !panel && !output.dryRun else {
        throw UsageError("\(table.id) counts networks and needs no runs: it takes --json alone")
      }
      return Console.print(try NetworkCounts(table).text(json: output.json))
    }
    guard !panel || table.drawsPanels else {
      throw UsageError("--panel does not go with \(table.id)")
    }
    let request = try lesson.request(
      table, settings: settings, methods: methods, variants: variants, seeds: seeds,
      teacherSeeds: teacherSeeds, recipe)
    let job = try output.run(request, .cells, images.request, recipe, place)
    if panel && !output.dryRun {
      for file in try job.writePanels() { Console.print(file.path) }
    }
  }
}
