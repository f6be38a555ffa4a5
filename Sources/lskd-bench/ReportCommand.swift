import ArgumentParser
import Benchmarks
import DurableFiles
import Foundation
import ProgramSupport

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Runs benchmarks one after the other and writes what they print as Markdown.",
    discussion: """
      Each argument is the rest of a command line, as in "step --pytorch python3". Without any it runs those that need \
      neither Python nor data. The exit code is 1 when one of them failed; the file then says which.
      """)

  @Argument(help: "Benchmarks with their options.")
  var benchmarks: [String] = ["data", "step", "checkpoint", "sharing"]

  @Option(help: "The file to write.")
  var output = "Reports/benchmarks.md"

  func validate() throws {
    let known = Set(Bench.configuration.subcommands.compactMap { $0.configuration.commandName })
      .subtracting([Self.configuration.commandName ?? ""])
    for benchmark in benchmarks {
      guard let name = benchmark.split(separator: " ").first, known.contains(String(name)) else {
        throw ValidationError(
          "\"\(benchmark)\" begins with none of \(known.sorted().joined(separator: ", "))")
      }
    }
  }

  func run() throws {
    var report = BenchmarkReport()
    for benchmark in benchmarks {
      Console.warn("lskd-bench \(benchmark)")
      try report.add(benchmark)
    }
    let words = ["lskd-bench", "report"] + benchmarks.map { "\"\($0)\"" }
    let text = report.markdown(madeBy: words.joined(separator: " "))
    try AtomicFile.write(text, to: URL(fileURLWithPath: output))
    Console.print("The figures are in \(output)")
    if !report.isWhole { throw ExitCode.failure }
  }
}
