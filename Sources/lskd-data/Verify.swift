import ArgumentParser
import Datasets
import Foundation
import ProgramSupport

struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compares a directory with the manifest of its data set.",
    usage: "lskd-data verify [<data set>] [<directory>] [--quick] [--allow-missing] [--json]",
    discussion: """
      Without a data set the directory holds the CIFAR-100 binary files, real or synthesized; without a directory the data \
      set lies where fetch puts it. Of voc2007, voc2012 and sbd every list, photo, annotation and mask is read, of \
      imagenet every archive is hashed and every photo decoded, out of archives or class folders; each bad file is named \
      with its reason.
      """)

  @Argument(
    help:
      "cifar100, imagenet, voc2007, voc2012 or sbd; the directory, such as ./cifar100, where this is left out."
  )
  var dataset: String

  @Argument(help: "Directory with the data set.")
  var directory: String?

  @Flag(help: "Read only the headers of photos, masks and archives.")
  var quick = false

  @Flag(help: "Count absent files instead of failing because of them.")
  var allowMissing = false

  @Flag(help: "Print the result as JSON.")
  var json = false

  struct Damaged: Error, CustomStringConvertible {
    let description: String
  }

  func validate() throws {
    guard try named != nil || directory == nil else {
      let known = try DatasetManifest.known().map(\.id)
      throw ValidationError(
        "There is no data set \(dataset); the known ones are \(known.joined(separator: ", ")).")
    }
    guard try named.map(isOfPhotos) ?? false || !(quick || allowMissing) else {
      throw ValidationError(
        "--quick and --allow-missing are for voc2007, voc2012, sbd and imagenet.")
    }
  }

  /// The data set that is named; nil where the only argument is a directory.
  private var named: DatasetManifest? {
    get throws { try DatasetManifest.known().first { $0.id == dataset } }
  }

  private func isOfPhotos(_ manifest: DatasetManifest) -> Bool { manifest.files.isEmpty }

  func run() throws {
    let named = try named
    let url =
      directory.map { URL(fileURLWithPath: $0) }
      ?? (named == nil ? URL(fileURLWithPath: dataset) : DataHome.directory)
    guard let manifest = named, isOfPhotos(manifest) else { return try verifyRecords(url) }
    let result = try PhotoVerification(
      of: url, against: manifest, .init(isQuick: quick, allowsMissing: allowMissing))
    try show(result)
    guard result.isIntact else {
      throw Damaged(
        description: "\(result.directory) is not an intact copy of \(result.dataset): "
          + "\(result.problems.count) bad, \(result.missing.count) missing")
    }
  }

  private func verifyRecords(_ directory: URL) throws {
    guard FileManager.default.fileExists(atPath: directory.path) else {
      throw Damaged(
        description: "there is no \(directory.path): "
          + "`\(DataHome.fetchCommand("cifar100", into: directory))` makes it")
    }
    let url = CIFAR100.resolve(directory)
    let generated = try DatasetManifest.generated(in: url)
    let known = try DatasetManifest.known().first { $0.id == "cifar100" }
    guard let manifest = generated ?? known else {
      throw Damaged(description: "no manifest describes \(url.path)")
    }
    let result = try DatasetVerification(of: url, against: manifest)
    if json {
      try printJSON(result)
    } else {
      for file in result.files {
        Console.print("\(file.path): \(file.problem ?? "intact, \(file.records) records")")
      }
    }
    guard result.isIntact else {
      let hint =
        result.files.allSatisfy { $0.size == nil }
        ? ": `\(DataHome.fetchCommand(manifest.id, into: directory))` brings it; for other data sets name them: "
          + "lskd-data verify voc2012 \(directory.path)" : ""
      throw Damaged(description: "\(url.path) is not an intact copy of \(manifest.id)\(hint)")
    }
    if !json { Console.print("\(url.path) is an intact copy of \(manifest.id)") }
  }

  /// Names of absent files that are printed; JSON has them all.
  private static let printedAbsences = 20

  private func show(_ result: PhotoVerification) throws {
    if json { return try printJSON(result) }
    for set in result.sets {
      let count = set.found.map { "\($0) images" } ?? "no list"
      Console.print("\(set.name): \(count)" + (set.expected.map { " of \($0)" } ?? ""))
    }
    for problem in result.problems { Console.print(problem) }
    if !allowMissing {
      for path in result.missing.prefix(Self.printedAbsences) {
        Console.print("\(path) is missing")
      }
      let rest = result.missing.count - Self.printedAbsences
      if rest > 0 { Console.print("and \(rest) more are missing (--json names all)") }
    }
    for tally in result.tallies {
      Console.print("\(tally.kind): \(tally.good) good, \(tally.bad) bad, \(tally.missing) missing")
    }
    if result.isIntact {
      let kind = result.missing.isEmpty ? "an intact copy" : "an intact part"
      Console.print(
        "\(result.directory) is \(kind) of \(result.dataset)\(quick ? ", by its headers" : "")")
    }
  }

  private func printJSON(_ result: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    Console.print(String(decoding: try encoder.encode(result), as: UTF8.self))
  }
}
