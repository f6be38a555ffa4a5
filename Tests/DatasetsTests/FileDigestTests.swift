import Datasets
import DurableFiles
import Foundation
import Testing

struct FileDigestTests {
  @Test(
    "a digest is remembered by size and time, and taken anew where either changed or it is asked for"
  )
  func memory() throws {
    let directory = FileManager.default.temporaryDirectory
      .appendingPathComponent(UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { _ = try? FileManager.default.removeItem(at: directory) }  // What stays harms no one.
    let cache = directory.appendingPathComponent("cache/digests.json")
    let file = directory.appendingPathComponent("photo.jpg")
    func write(_ text: String, secondsAgo: Double) throws {
      try Data(text.utf8).write(to: file)
      let date = Date(timeIntervalSince1970: 1_700_000_000 - secondsAgo)
      try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file.path)
    }
    func digest(rehash: Bool = false) throws -> String {
      let digests = FileDigests(cache: cache, rehash: rehash)
      defer { digests.save() }
      return try digests.sha256(of: file)
    }
    let (first, second) = (Digest.sha256(Data("one".utf8)), Digest.sha256(Data("two".utf8)))
    try write("one", secondsAgo: 100)
    #expect(try digest() == first)
    try write("two", secondsAgo: 100)
    #expect(try digest() == first)
    #expect(try digest(rehash: true) == second)
    #expect(try digest() == second)
    try write("one", secondsAgo: 50)
    #expect(try digest() == first)
    try write("three", secondsAgo: 50)
    #expect(try digest() == Digest.sha256(Data("three".utf8)))
    // A damaged memory is none.
    try Data("{".utf8).write(to: cache)
    #expect(try digest() == Digest.sha256(Data("three".utf8)))
    try FileManager.default.removeItem(at: file)
    #expect(throws: DatasetError.self) { try digest() }
  }
}
