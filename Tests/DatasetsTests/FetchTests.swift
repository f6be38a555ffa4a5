import Datasets
import DurableFiles
import Foundation
import Synchronization
import Testing

struct FetchTests {
  private static let archive = TarWriter.archive([
    .directory("set"), .file("set/list.txt", Array("a\n".utf8)),
    .file("set/photos/a.jpg", (0..<300_000).map { UInt8($0 % 251) }),
    .file("elsewhere/readme", Array("not wanted".utf8)),
  ])

  /// 80 MiB of zeros in 144 bytes, by bzip2.
  private static let bomb = """
    QlpoOTFBWSZTWR90daEFfj3bgMyAQADHgAAIYgAeAAAIIABwUwmmgNMQRSahinqNkan6psVAFVRJEBAVVExr\
    FbRe1UBAVVEgI9xIzAmaHcMl8UzxSShm/utb3xuyqAKqifzFBWSZTWXVEeyoBIw7gAMAAAACACCAAMMwFKaa\
    VBQjYVQUI8XckU4UJBLrJBoA
    """

  private var directory: URL {
    FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
  }

  /// A manifest of one archive.
  private func manifest(
    _ bytes: [UInt8], mirrors: [String] = [], onlyMD5: Bool = false, layout: String = "none",
    unpacksTo: String = "set", sets: [String: Int] = [:]
  ) throws -> DatasetManifest {
    let file = directory
    try Data(bytes).write(to: file)
    let hash = try onlyMD5 ? ("md5", Digest.md5(fileAt: file)) : ("sha256", Digest.sha256(bytes))
    let archive: [String: Any] = [
      "name": "set.tar", "size": bytes.count, hash.0: hash.1, "unpacksTo": unpacksTo,
      "mirrors": mirrors,
    ]
    let json: [String: Any] = [
      "schema": 1, "id": "set", "title": "A set", "task": "none", "layout": layout,
      "licence": "free", "archives": [archive], "files": [Any](),
      "imageSets": [
        "source": "the test",
        "sets": sets.map { ["name": $0.key, "images": $0.value, "archive": "set.tar"] },
      ],
    ]
    return try JSONDecoder().decode(
      DatasetManifest.self, from: JSONSerialization.data(withJSONObject: json))
  }

  /// Runs a fetch; its messages.
  @discardableResult
  private func run(_ fetch: DatasetFetch) throws -> String {
    var fetch = fetch
    fetch.patience = FetchPatience(connect: 5, stall: 3)
    let messages = Mutex<[String]>([])
    try fetch.run { event in
      if case .message(let text) = event { messages.withLock { $0.append(text) } }
    }
    return messages.withLock { $0 }.joined(separator: "\n")
  }

  private func isWhole(_ directory: URL) -> Bool {
    let photo = directory.appendingPathComponent("set/photos/a.jpg").path
    return FileManager.default.contents(atPath: photo)?.count == 300_000
      && FileManager.default.fileExists(
        atPath: directory.appendingPathComponent("set/list.txt").path)
      && !FileManager.default.fileExists(atPath: directory.appendingPathComponent("elsewhere").path)
  }

  private func names(_ directory: URL) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
  }

  @Test("a download is checked, unpacked, removed and not repeated", arguments: [false, true])
  func download(onlyMD5: Bool) throws {
    let server = try LoopbackServer(Self.archive, ["/set.tar": .proper])
    let place = directory
    let manifest = try manifest(
      Self.archive, mirrors: [server.address + "/set.tar"], onlyMD5: onlyMD5)
    try run(DatasetFetch(manifest, into: place))
    #expect(isWhole(place) && server.requests == ["/set.tar 0"])
    #expect(try names(place) == [".fetched", "set"])
    #expect(try run(DatasetFetch(manifest, into: place)).contains("all 2 files are there"))
    #expect(server.requests.count == 1)
    // A file that was lost is brought back; the archive stays when asked for.
    try FileManager.default.removeItem(at: place.appendingPathComponent("set/photos/a.jpg"))
    var again = DatasetFetch(manifest, into: place)
    again.keepsArchives = true
    #expect(try run(again).contains("photos/a.jpg is missing"))
    #expect(isWhole(place) && server.requests.count == 2)
    #expect(try names(place) == [".fetched", "set", "set.tar"])
  }

  @Test("a cut connection is gone on with, within a run and in the next one")
  func resume() throws {
    let server = try LoopbackServer(Self.archive, ["/set.tar": .cutting(after: 100_000)])
    let place = directory
    try run(
      DatasetFetch(manifest(Self.archive, mirrors: [server.address + "/set.tar"]), into: place))
    #expect(isWhole(place) && server.requests == ["/set.tar 0", "/set.tar 100000"])

    let later = directory
    try FileManager.default.createDirectory(at: later, withIntermediateDirectories: true)
    try Data(Self.archive.prefix(1234)).write(to: later.appendingPathComponent("set.tar.partial"))
    let other = try LoopbackServer(Self.archive, ["/files/set.tar": .proper])
    var fetch = DatasetFetch(try manifest(Self.archive), into: later)
    fetch.mirrors = [other.address + "/files"]
    #expect(try run(fetch).contains("going on after the 1234 bytes"))
    #expect(isWhole(later) && other.requests == ["/files/set.tar 1234"])
  }

  @Test("a server without ranges sends all, and old bytes of another file are given up")
  func fresh() throws {
    for (manner, bytes) in [
      (LoopbackServer.Manner.withoutRanges, Array(Self.archive.prefix(1234))),
      (.proper, [UInt8](repeating: 7, count: 1234)),
      (.proper, [UInt8](repeating: 7, count: Self.archive.count)),
      (.proper, [UInt8](repeating: 7, count: Self.archive.count + 1)),
    ] {
      let server = try LoopbackServer(Self.archive, ["/set.tar": manner])
      let place = directory
      try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
      try Data(bytes).write(to: place.appendingPathComponent("set.tar.partial"))
      try run(
        DatasetFetch(manifest(Self.archive, mirrors: [server.address + "/set.tar"]), into: place))
      #expect(isWhole(place))
    }
  }

  @Test("mirrors that lack the file, have another one or say nothing are passed over")
  func mirrors() throws {
    let server = try LoopbackServer(
      Self.archive,
      [
        "/other/set.tar": .otherContent, "/long/set.tar": .tooLong, "/silent/set.tar": .silent,
        "/moved/set.tar": .moved(to: "/good/set.tar"), "/good/set.tar": .proper,
      ])
    let place = directory
    let bad = ["/absent/set.tar", "/other/set.tar", "/long/set.tar", "/silent/set.tar"]
    let manifest = try manifest(
      Self.archive,
      mirrors: ["http://127.0.0.1:1/set.tar"]
        + (bad + ["/moved/set.tar"]).map { server.address + $0 })
    let messages = try run(DatasetFetch(manifest, into: place))
    for words in ["HTTP 404", "SHA-256", "set aside", "a file of \(Self.archive.count + 1) bytes"] {
      #expect(messages.contains(words))
    }
    #expect(isWhole(place))
    let wrong = place.appendingPathComponent("set.tar.wrong")
    #expect(try Data(contentsOf: wrong) == Data(Self.archive.map { $0 ^ 1 }))
  }

  @Test("without any mirror the sentence says what to do, and what came is kept")
  func exhausted() throws {
    let server = try LoopbackServer(Self.archive, ["/set.tar": .cutting(after: 100_000)])
    let place = directory
    let manifest = try manifest(
      Self.archive, mirrors: ["http://127.0.0.1:1/set.tar", server.address + "/absent"])
    #expect {
      try run(DatasetFetch(manifest, into: place))
    } throws: { error in
      let words = ["127.0.0.1", "HTTP 404", "by hand", "its SHA-256 is", "--archive FILE"]
      return error is DatasetError && words.allSatisfy("\(error)".contains)
    }
    #expect(try names(place).isEmpty)
    let file = directory
    try Data().write(to: file)
    #expect {
      try run(DatasetFetch(manifest, into: file.appendingPathComponent("below")))
    } throws: {
      "\($0)".contains("cannot create")
    }
  }

  @Test("a local archive is taken by name, by size or out of a directory, and never removed")
  func local() throws {
    let shelf = directory
    try FileManager.default.createDirectory(at: shelf, withIntermediateDirectories: true)
    for name in ["set.tar", "renamed.tar"] {
      try Data(Self.archive).write(to: shelf.appendingPathComponent(name))
    }
    for path in [
      shelf, shelf.appendingPathComponent("set.tar"), shelf.appendingPathComponent("renamed.tar"),
    ] {
      let place = directory
      var fetch = DatasetFetch(try manifest(Self.archive), into: place)
      fetch.local = [path]
      try run(fetch)
      #expect(isWhole(place))
    }
    #expect(try names(shelf) == ["renamed.tar", "set.tar"])
    try Data([1, 2, 3]).write(to: shelf.appendingPathComponent("text"))
    for (path, words) in [("text", "is no archive of set"), ("absent", "does not exist")] {
      var fetch = DatasetFetch(try manifest(Self.archive), into: directory)
      fetch.local = [shelf.appendingPathComponent(path)]
      #expect { try run(fetch) } throws: { "\($0)".contains(words) }
    }
    try Data(Self.archive.map { $0 ^ 1 }).write(to: shelf.appendingPathComponent("set.tar"))
    var fetch = DatasetFetch(try manifest(Self.archive), into: directory)
    fetch.local = [shelf]
    #expect { try run(fetch) } throws: { "\($0)".contains("its SHA-256 is") }
  }

  @Test("paths that lead out, links, devices, bombs and cut archives leave nothing behind")
  func evil() throws {
    let good = TarWriter.Entry.file("set/a", [1, 2, 3])
    let bomb = try #require(Data(base64Encoded: Self.bomb))
    for (bytes, words) in [
      (TarWriter.archive([good, .file("../evil", [1])]), "leads out"),
      (TarWriter.archive([good, .file("set/../../evil", [1])]), "leads out"),
      (TarWriter.archive([good, .file("/set/evil", [1])]), "leads out"),
      (TarWriter.archive([good, .symbolicLink("set/b", to: "../../outside")]), "link"),
      (TarWriter.archive([good, .hardLink("set/b", to: "set/a")]), "link"),
      (TarWriter.archive([good, .device("set/b")]), "device"),
      (TarWriter.archive([.file("other/a", [1])]), "no file in set"),
      (Array(Self.archive.prefix(200_000)), "cannot be unpacked"),
      (Array("no archive at all".utf8), "cannot be unpacked"), ([UInt8](bomb), "expands to more"),
    ] {
      let place = directory
      let file = directory
      try Data(bytes).write(to: file)
      var fetch = DatasetFetch(try manifest(bytes), into: place)
      fetch.local = [file]
      #expect {
        try run(fetch)
      } throws: { error in
        error is DatasetError && "\(error)".contains(words)
      }
      #expect(try names(place).isEmpty)
    }
    // What is not wanted is not looked at, but may not lead out either.
    let place = directory
    let file = directory
    let bytes = TarWriter.archive([.symbolicLink("other", to: "../outside"), good])
    try Data(bytes).write(to: file)
    var fetch = DatasetFetch(try manifest(bytes), into: place)
    fetch.local = [file]
    try run(fetch)
    #expect(try names(place) == [".fetched", "set"])
  }

  @Test("a manifest that names paths outside of the directory is refused")
  func strangeManifest() throws {
    let text = try JSONEncoder().encode(manifest(Self.archive))
    for (good, bad) in [
      (#""set.tar""#, #""..\/set.tar""#), (#""unpacksTo":"set""#, #""unpacksTo":"..\/set""#),
    ] {
      let changed = String(decoding: text, as: UTF8.self).replacingOccurrences(of: good, with: bad)
      let manifest = try JSONDecoder().decode(DatasetManifest.self, from: Data(changed.utf8))
      #expect {
        try run(DatasetFetch(manifest, into: directory))
      } throws: {
        "\($0)".contains("outside")
      }
    }
  }

  @Test("an unpacked devkit is recognised where its lists and files are complete")
  func presence() throws {
    let devkit = directory
    try SyntheticVOC(trainCount: 4, testCount: 2).write(to: devkit)
    let voc = try manifest(
      Self.archive, layout: "voc-devkit", unpacksTo: "VOCdevkit/VOC2007",
      sets: ["Main/trainval": 2, "Main/test": 2])
    #expect {
      try run(DatasetFetch(voc, into: devkit))
    } throws: {
      "\($0)".contains("synthetic data")
    }
    let records = directory
    try SyntheticCIFAR100(trainCount: 20, testCount: 10).write(to: records)
    #expect {
      try run(DatasetFetch(DatasetManifest.known()[0], into: records))
    } throws: {
      "\($0)".contains("synthetic data")
    }
    let year = devkit.appendingPathComponent("VOCdevkit/VOC2007")
    for place in [devkit, devkit.appendingPathComponent("VOCdevkit"), year] {
      let copy = directory
      var fetch = DatasetFetch(voc, into: copy)
      fetch.local = [place]
      #expect(try run(fetch).contains("copying what it unpacks to from \(year.path)"))
      let target = copy.appendingPathComponent("VOCdevkit/VOC2007")
      let files = try FileManager.default.subpathsOfDirectory(atPath: year.path).sorted()
      #expect(try FileManager.default.subpathsOfDirectory(atPath: target.path).sorted() == files)
      for file in files where file.hasSuffix(".jpg") {
        #expect(
          FileManager.default.contents(atPath: target.appendingPathComponent(file).path)
            == FileManager.default.contents(atPath: year.appendingPathComponent(file).path))
      }
      #expect(try names(copy) == ["VOCdevkit"])
      #expect(try run(fetch).contains("nothing to do, \(target.path) holds"))
    }
    var fetch = DatasetFetch(voc, into: directory)
    fetch.local = [year]
    let photos = year.appendingPathComponent("JPEGImages")
    try FileManager.default.removeItem(at: photos.appendingPathComponent(names(photos)[0]))
    let server = try LoopbackServer(Self.archive, [:])
    fetch.mirrors = [server.address]
    #expect {
      try run(fetch)
    } throws: {
      "\($0)".contains("HTTP 404")
    }
  }
}
