import ArgumentParser
import Experiments

struct Table4: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table4",
    abstract: "VOC average precision of SSD300 detectors under every method.",
    discussion: """
      Rows name teacher and student. --data names a VOCdevkit or the directory above it. The paper's sets are \
      2007:trainval,2012:trainval and 2007:test. A photo that is missing or damaged ends the command unless --skip-bad \
      leaves it out; the report says how many.
      """)

  @Option(
    help: "Rows: resnet50-resnet18, vgg16-resnet18, resnet50-mobilenet, vgg16-mobilenet, or all.")
  var settings = "all"

  @OptionGroup var table: PhotoTableOptions

  func run() throws { try table.run(.detection, settings: settings) }
}
