import ArgumentParser
import Distillation
import Experiments

struct Table5: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table5",
    abstract: "VOC mean intersection over union of DeepLabV3+ under every method.",
    discussion: """
      Rows name teacher and student. --data names a VOCdevkit or the directory above it. The paper's sets are 2012:train, \
      which --sbd extends, and 2012:val. A photo or mask that is missing or damaged ends the command unless --skip-bad \
      leaves it out; the report says how many. Both sizes are measured: photos and masks scaled to the short side of the \
      recipe (513), and as large as they are. What the test server said of a run may be put into its folder as \
      test-server.json, {"miou": NUMBER}; the report prints it.
      """)

  @Option(help: "Rows: resnet101-resnet18, resnet101-mobilenet, or all.")
  var settings = "all"

  @Option(
    help:
      "Directory of the Semantic Boundaries Dataset, whose photos are learnt from, too, without those that are measured with."
  )
  var sbd: String?

  @Option(
    help:
      "Pairs of taps of the Lipschitz term: all, encoder (without the decoder) or backbone (the four stages)."
  )
  var lipschitzPairs = TapPairing.all

  @Option(help: "Share of the loss that the Lipschitz term takes (default: tuned, or 0.01).")
  var lipschitzShare: Double?

  @OptionGroup var table: PhotoTableOptions

  func run() throws {
    try table.run(.segmentation, settings: settings, sbd: sbd) { request in
      try request.setLipschitzTerm(pairs: lipschitzPairs, share: lipschitzShare)
    }
  }
}
