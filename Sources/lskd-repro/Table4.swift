import ArgumentParser
import Experiments
import Foundation

struct Table4: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table4",
    abstract: "VOC average precision of SSD300 detectors under every method.",
    discussion: """
      Rows name teacher and student. --data names a VOCdevkit or the directory above it; sets are lists of YEAR:SET. \
      A photo that is missing or damaged ends the command unless --skip-bad leaves it out; the report says how many.
      """)

  @Option(
    help:
      "Methods, separated by commas; paper or all: student,kd,fitnets,at,ofd,london,london-released."
  )
  var methods = "paper"

  @Option(help: "Sets to learn from (default: 2007:trainval,2012:trainval).")
  var trainSets: String?

  @Option(help: "Sets to measure with (default: 2007:test).")
  var testSets: String?

  @Option(
    help:
      "BACKBONE=FILE.lskd, may be repeated: a classifier's weights with which that backbone starts; see lskd-ckpt import."
  )
  var backbone: [String] = []

  @Flag(help: "Leave out photos that are missing or damaged, and list them.")
  var skipBad = false

  @Option(
    help: "Rows: resnet50-resnet18, vgg16-resnet18, resnet50-mobilenet, vgg16-mobilenet, or all.")
  var settings = "all"

  @Flag(
    help:
      "Choose each method's weight on a held-out tenth of the training photos instead, as tune does."
  )
  var tune = false

  @Flag(help: "Draw what every network found in a few photos, as SVG beside the run folders.")
  var panel = false

  @OptionGroup var table: RunningOptions

  func run() throws {
    let request = try table.request(
      task: .detection, settings: settings, methods: methods, backbones: backbone)
    let photos = try DetectionRequest(
      root: table.recipe.data, training: trainSets, test: testSets, skipsBad: skipBad)
    let job = try TableJob(
      request, tune ? .trials : .cells, photos: photos, options: try table.options())
    for sentence in job.leftOut {
      FileHandle.standardError.write(Data("left out: \(sentence)\n".utf8))
    }
    try table.run(job)
    if panel && !tune && !table.dryRun { for file in try job.writePanels() { print(file.path) } }
  }
}
