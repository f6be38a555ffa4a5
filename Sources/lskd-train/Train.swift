import ArgumentParser
import Experiments
import Foundation
import PlaceArguments
import ProgramSupport
import RunArguments
import SuiteVersion

struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-train",
    abstract: "Trains one student of any table, and its teacher first where that is missing.",
    version: Suite.version)

  @Option(
    help:
      "Teacher and student pair: \(PaperTable.all.filter(\.hasTrials).flatMap(\.settings).map(\.id).joined(separator: ", "))."
  )
  var setting: String

  @Option(help: "A method; lskd-repro methods lists them.")
  var method: String

  @Option(help: "Root seed.")
  var seed = "0"

  @Option(help: "Root seed of the teacher (default: 0).")
  var teacherSeed: String?

  @OptionGroup var images: DataOptions
  @OptionGroup var lesson: LessonOptions
  @OptionGroup var recipe: RecipeOptions
  @OptionGroup var place: PlaceOptions

  func run() throws {
    let table = try PaperTable(of: try Setting(setting))
    let request = try lesson.request(
      table, settings: setting, methods: method, seeds: seed,
      teacherSeeds: teacherSeed ?? (lesson.teacher == nil ? "0" : nil), recipe)
    let options = try recipe.trainingOptions(place)
    let job = try TableJob(request, data: recipe.telling(images.request), options: options)
    try job.run(options, json: false) { Console.print($0) }
  }
}
