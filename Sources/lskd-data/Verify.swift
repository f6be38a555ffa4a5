import ArgumentParser
import Datasets
import Foundation

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares a directory with the manifest of its data set.")

  @Argument(help: "Directory with the CIFAR-100 binary files, real or synthesized.")
  var directory: String

  struct Damaged: Error, CustomStringConvertible {
    let description: String
  }

  func run() throws {
    let url = CIFAR100.resolve(URL(fileURLWithPath: directory))
    let generated = try DatasetManifest.generated(in: url)
    let known = try DatasetManifest.known().first { $0.id == "cifar100" }
    guard let manifest = generated ?? known else {
      throw Damaged(description: "no manifest describes \(url.path)")
    }
    let result = try DatasetVerification(of: url, against: manifest)
    for file in result.files {
      print("\(file.path): \(file.problem ?? "intact, \(file.records) records")")
    }
    guard result.isIntact else {
      throw Damaged(description: "\(url.path) is not an intact copy of \(manifest.id)")
    }
    print("\(url.path) is an intact copy of \(manifest.id)")
  }
}
