import ArgumentParser
import DeviceCheck
import DurableFiles
import Foundation
import ProgramSupport

struct GPUPageCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gpu-page", abstract: "Writes what gpu-check found as Markdown.")

  @Argument(help: "Files that gpu-check wrote on one machine.")
  var files: [String]

  @Option(help: "The GPU's name, for the title.")
  var gpu = "GPU"

  @Option(help: "The file to write.")
  var output = "Reports/gpu.md"

  func run() throws {
    let places = files.map { URL(fileURLWithPath: $0) }
    let names = places.map(\.lastPathComponent).joined(separator: " ")
    let sections = try places.map { try DeviceCheckPage(contentsOf: $0).markdown }
    let head = """
      # \(gpu)

      Made by `lskd-bench gpu-page \(names) --gpu "\(gpu)"` of what `lskd-bench gpu-check` wrote on that machine.


      """
    let text = head + sections.joined(separator: "\n")
    try AtomicFile.write(text, to: URL(fileURLWithPath: output))
    Console.print("The page is in \(output)")
  }
}
