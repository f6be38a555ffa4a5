import ArgumentParser
import Experiments
import Foundation
import ProgramSupport

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-train",
    abstract: "Trains one student, and its teacher first where that is missing.")

  @Option(help: "Teacher and student pair: a, b or c.")
  var setting: String

  @Option(help: "student, kd, ofd, london or london-released.")
  var method: String

  @Option(help: "Root seed.")
  var seed = "0"

  @Option(name: .customLong("protocol"), help: "released or equal.")
  var trainingProtocol = "equal"

  @Option(help: "full, reduced or smoke.")
  var budget = "full"

  @Option(help: "Directory with the CIFAR-100 binary files.")
  var data: String?

  @Option(help: "Directory of the run folders.")
  var runs = "runs"

  @OptionGroup var place: PlaceOptions

  func run() throws {
    let request = try TableRequest(
      table: "table2", settings: setting, methods: method, seeds: seed,
      trainingProtocol: trainingProtocol, budget: budget)
    let options = try RunOptions(
      runs: URL(fileURLWithPath: runs), device: place.device, precision: place.precision,
      threads: place.threads, command: CommandLine.arguments)
    print(try TableJob(request, dataDirectory: data, options: options).run(json: false))
  }
}
