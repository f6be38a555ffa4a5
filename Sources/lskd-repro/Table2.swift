import ArgumentParser

struct Table2: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "table2",
    abstract: "CIFAR-100 error of the student networks under every method.",
    discussion: """
      Trains missing teachers first, skips finished runs and goes on with interrupted ones. Ctrl-C saves \
      and ends; the same command goes on. Under the equal protocol a method whose weight was tuned uses it.
      """)

  @Option(
    help:
      "Methods, separated by commas; paper: those of the paper; all; see the methods command. Any of them with +london adds the Lipschitz term."
  )
  var methods = "paper"

  @OptionGroup var table: TableOptions

  func run() throws { try table.run(methods: methods) }
}
