import ArgumentParser

struct Table6: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table6",
    abstract:
      "Ablation of the Lipschitz term: weight, share of the loss, and what the paper does not show.",
    discussion: """
      OFD and LONDON are table 2's and shared with it. A variant changes one thing of LONDON: alpha=NUMBER, \
      share=NUMBER of the total loss, steps=NUMBER of unrolled power iteration, start=ones, compare=ratio, \
      matrix=batch, pair=symmetric.
      """)

  @Option(help: "Variants, separated by commas, or all.")
  var variants = "all"

  @OptionGroup var table: TableOptions

  func run() throws { try table.run(methods: "ofd,london", variants: variants) }
}

struct Figure2: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "figure2",
    abstract: "Training and validation curves with and without the Lipschitz term.",
    discussion: "The runs are table 2's and shared with it; report draws them.")

  @OptionGroup var table: TableOptions

  func run() throws { try table.run(methods: "ofd,london,london-released") }
}

struct Tune: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune",
    abstract: "Chooses each method's weight on a held-out tenth of the training images.",
    discussion: """
      Three trials for every method, with seed 0 and a teacher that has not seen the held-out images either; the \
      Lipschitz term's, of which one is 0, beside the weight that was chosen for the loss. A best weight on the edge of \
      what was tried brings further trials. The equal protocol then takes the weight with the smallest error.
      """)

  @Option(help: "Methods, separated by commas; paper: those of the paper; all.")
  var methods = "paper"

  @OptionGroup var table: TableOptions

  func validate() throws { try table.running.refuseSeeds() }

  func run() throws { try table.run(methods: methods, .trials) }
}
