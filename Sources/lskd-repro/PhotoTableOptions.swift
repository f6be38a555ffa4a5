import ArgumentParser
import Experiments
import Foundation
import RunArguments

/// What the tables of VOC take.
struct PhotoTableOptions: ParsableArguments {
  @Option(help: "Methods, separated by commas; paper or all: all that are made for the task.")
  var methods = "paper"

  @Option(help: "Sets to learn from, YEAR:SET, separated by commas (default: the paper's).")
  var trainSets: String?

  @Option(help: "Sets to measure with (default: the paper's).")
  var testSets: String?

  @Option(
    help:
      "BACKBONE=FILE.lskd, may be repeated: a classifier's weights with which that backbone starts; see lskd-ckpt import."
  )
  var backbone: [String] = []

  @Flag(
    help:
      "Leave out photos that are missing or damaged, and list them; more than twenty go to left-out.txt in --runs."
  )
  var skipBad = false

  @Flag(
    help:
      "Choose each method's weight on a held-out tenth of the training photos instead, as tune does."
  )
  var tune = false

  @Flag(help: "Draw what every network found in a few photos, as SVG beside the run folders.")
  var panel = false

  @OptionGroup var running: RunningOptions

  /// Runs the cells of a task and prints the table; `adjust` changes the request before.
  func run(
    _ task: VisionTask, settings: String, sbd: String? = nil,
    adjust: (inout TableRequest) throws -> Void = { _ in }
  ) throws {
    var request = try running.request(
      task: task, settings: settings, methods: methods, backbones: backbone)
    try adjust(&request)
    let photos = try PhotoRequest(
      task, root: running.recipe.data, training: trainSets, test: testSets, sbd: sbd,
      skipsBad: skipBad)
    let options = try running.options()
    let leftOut = LeftOutPhotos(file: options.runs.appendingPathComponent("left-out.txt"))
    let job = try TableJob(
      request, tune ? .trials : .cells, photos: photos, options: options, report: leftOut.tell)
    try running.run(job)
    if panel && !tune && !running.dryRun {
      for file in try job.writePanels() { print(file.path) }
    }
  }
}
