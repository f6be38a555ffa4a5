import ArgumentParser
import Experiments
import Foundation
import RunArguments

struct Table1: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table1",
    abstract: "Settings: networks, parameters, ratios, multiply-adds, beside the published counts.")

  @Flag(help: "Print the result as JSON.")
  var json = false

  func run() throws { print(try SettingsTable(classCount: 100).text(json: json)) }
}

struct Methods: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "methods",
    abstract:
      "All methods: paper, taps, constants and extra parameters; with --measure the cost of a step."
  )

  @Option(help: "Teacher and student pair that extra parameters, weight and cost refer to.")
  var setting = "c"

  @Option(help: "full or reduced networks.")
  var budget = "reduced"

  @Flag(help: "Measure what a step of every method costs.")
  var measure = false

  @Option(help: "Images per measured step.")
  var batch = 64

  @Option(help: "Measured steps per method.")
  var steps = 5

  @OptionGroup var place: PlaceOptions

  @Flag(help: "Print the result as JSON.")
  var json = false

  func validate() throws {
    guard (1...10_000).contains(steps), (2...4096).contains(batch) else {
      throw ValidationError("--steps takes 1 to 10000 and --batch 2 to 4096")
    }
  }

  func run() throws {
    let request = try TableRequest(
      settings: setting, methods: "all", seeds: "0", trainingProtocol: "equal", budget: budget)
    let options = try place.runOptions()
    print(
      try MethodCosts(
        request, batch: batch, steps: measure ? steps : 0, options: options
      ).text(json: json))
  }
}
