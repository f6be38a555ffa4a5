import ArgumentParser
import Datasets
import Foundation
import ProgramSupport

struct Synthesize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes a learnable synthetic data set in the CIFAR-100 or the VOC layout.")

  enum Layout: String, ExpressibleByArgument, CaseIterable {
    case cifar100
    case voc
  }

  @Option(help: "cifar100: binary records; voc: a devkit with photos, annotations and masks.")
  var layout = Layout.cifar100

  @Option(help: "Training images.")
  var train = 5_000

  @Option(help: "Test images.")
  var test = 1_000

  @Option(help: "Root seed.")
  var seed: UInt64 = 0

  @Flag(help: "Replace another data set in the directory.")
  var force = false

  @Argument(help: "Directory to write to.")
  var directory: String

  func validate() throws {
    do throws(DatasetError) {
      switch layout {
      case .cifar100: _ = try SyntheticCIFAR100(trainCount: train, testCount: test, seed: seed)
      case .voc: _ = try SyntheticVOC(trainCount: train, testCount: test, seed: seed)
      }
    } catch {
      throw ValidationError("\(error)")
    }
  }

  func run() throws {
    guard layout == .cifar100 else {
      let generator = try SyntheticVOC(trainCount: train, testCount: test, seed: seed)
      try generator.write(to: URL(fileURLWithPath: directory), replacing: force)
      Console.print(
        "\(directory)/VOCdevkit holds \(train) photos to learn from and \(test) to measure with")
      return
    }
    let generator = try SyntheticCIFAR100(trainCount: train, testCount: test, seed: seed)
    switch try generator.write(to: URL(fileURLWithPath: directory), replacing: force) {
    case .written: Console.print("wrote \(train) training and \(test) test images to \(directory)")
    case .alreadyThere: Console.print("\(directory) holds this data set already")
    }
  }
}
