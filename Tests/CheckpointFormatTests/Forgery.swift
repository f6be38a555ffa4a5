import CheckpointFormat
import Foundation

/// A file whose header's text can be changed; lengths and checksums of the envelope follow.
struct Forgery {
  struct NotFound: Error { let text: String }

  var header: [UInt8]
  /// Chunks and trailer.
  var rest: [UInt8]
  var minor = 0

  init(of file: Data) throws {
    let data = [UInt8](file)
    func length(at place: Int) -> Int {
      data[place..<(place + 4)].reversed().reduce(0) { $0 << 8 | Int($1) }
    }
    let (stored, expanded) = (length(at: 12), length(at: 16))
    let source = data[FileEnvelope.prefixBytes..<(FileEnvelope.prefixBytes + stored)]
    header = Array(source)
    if stored < expanded {
      header = [UInt8](repeating: 0, count: expanded)
      let decompressor = try ZstandardDecompressor()
      try header.withUnsafeMutableBytes { target in
        try source.withUnsafeBytes { try decompressor.expand($0, into: target) }
      }
    }
    rest = Array(data[(FileEnvelope.prefixBytes + stored)...])
  }

  /// Replaces the first place of `old`, which must be there.
  mutating func replace(_ old: String, by new: String) throws {
    guard let range = header.firstRange(of: Array(old.utf8)) else { throw NotFound(text: old) }
    header.replaceSubrange(range, with: new.utf8)
  }

  var file: Data {
    var envelope = FileEnvelope(
      storedHeaderBytes: header.count, headerBytes: header.count,
      fileBytes: FileEnvelope.prefixBytes + header.count + rest.count)
    envelope.minor = minor
    return Data(envelope.encoded(storedHeader: header) + rest)
  }
}
