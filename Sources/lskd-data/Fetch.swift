import ArgumentParser
import Datasets
import Foundation

struct Fetch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Downloads a data set, or unpacks archives that are there, and checks them.",
    discussion: """
      Every archive is checked against the hash in the manifest before it is unpacked. Broken downloads are gone on with; \
      what is there and complete is left as it is. Servers of old data sets are often out of reach: archives from elsewhere \
      are taken with --archive, and so are directories with what an archive unpacks to. Without a directory the data set \
      goes to LSKD_DATA, else to lskd in XDG_CACHE_HOME, else to ~/.cache/lskd, where every program looks for it.
      """)

  @Argument(help: "A data set that `lskd-data list` names, or the file of a manifest.")
  var dataset: String

  @Argument(help: "Directory to write to (default: the one where every program looks).")
  var directory: String?

  @Option(
    help: ArgumentHelp(
      "An archive, or a directory with archives or with the unpacked data set; may be repeated.",
      valueName: "path"))
  var archive: [String] = []

  @Option(
    help: ArgumentHelp(
      "Address of an archive, or of a directory with the archives, that is tried first; may be repeated.",
      valueName: "URL"))
  var mirror: [String] = []

  @Flag(help: "Keep downloaded archives after they are unpacked.")
  var keepArchives = false

  func validate() throws {
    for address in mirror {
      let url = URL(string: address)
      guard let scheme = url?.scheme, ["http", "https"].contains(scheme), url?.host != nil else {
        throw ValidationError("\(address) is no address that begins with http:// or https://.")
      }
    }
    guard try !isFile || FileManager.default.fileExists(atPath: dataset) else {
      throw ValidationError(
        "There is no data set \(dataset); the known ones are "
          + "\(try DatasetManifest.known().map(\.id).joined(separator: ", ")).")
    }
  }

  /// Whether the argument is none of the known ids.
  private var isFile: Bool {
    get throws { try !DatasetManifest.known().contains { $0.id == dataset } }
  }

  func run() throws {
    let known = try DatasetManifest.known().first { $0.id == dataset }
    let manifest = try known ?? DatasetManifest.load(file: URL(fileURLWithPath: dataset))
    let place = directory.map { URL(fileURLWithPath: $0) } ?? DataHome.directory
    var fetch = DatasetFetch(manifest, into: place)
    fetch.mirrors = mirror
    fetch.local = archive.map { URL(fileURLWithPath: $0) }
    fetch.keepsArchives = keepArchives
    let display = ProgressDisplay()
    try fetch.run { display.show($0) }
  }
}
