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

  @OptionGroup var cells: CellOptions
  @OptionGroup var images: DataOptions
  @OptionGroup var lesson: LessonOptions
  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var place: PlaceOptions

  @Flag(help: "Draw what every network found in a few photos, as SVG beside the run folders.")
  var panel = false

  @OptionGroup var output: OutputOptions

  func run() throws {
    guard table.hasRuns else {
      guard !cells.areGiven && images.data == nil && !panel && !output.dryRun else {
        throw UsageError("\(table.id) counts networks and needs no runs: it takes --json alone")
      }
      return Console.print(try NetworkCounts(table).text(json: output.json))
    }
    guard !panel || table.drawsPanels else {
      throw UsageError("--panel does not go with \(table.id)")
    }
    let request = try lesson.request(table, cells, recipe)
    let job = try output.run(request, .cells, images.request, recipe, place)
    if panel && !output.dryRun {
      for file in try job.writePanels() { Console.print(file.path) }
    }
  }
}
