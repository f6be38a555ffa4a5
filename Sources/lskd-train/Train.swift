import ArgumentParser
import Experiments
import Foundation
import ProgramSupport
import RunArguments

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-train",
    abstract: "Trains one student, and its teacher first where that is missing.")

  @Option(help: "Teacher and student pair: a, b, c, d, e or f.")
  var setting: String

  @Option(help: "A method; lskd-repro methods lists them.")
  var method: String

  @Option(help: "Root seed.")
  var seed = "0"

  @OptionGroup var recipe: RecipeOptions

  @OptionGroup var place: PlaceOptions

  func run() throws {
    let request = try TableRequest(
      settings: setting, methods: method, seeds: seed,
      trainingProtocol: recipe.trainingProtocol, budget: recipe.budget)
    var options = try place.trainingOptions(runs: recipe.runs)
    options.keptEpochs = recipe.keepLast
    try TableJob(request, dataDirectory: recipe.data, options: options).run(json: false) {
      Console.print($0)
    }
  }
}
