import DurableFiles
import Foundation
import Images
import TestSupport
import Testing

/// JPEG files with changed headers. LSKD_MUTATIONS sets how many; where LSKD_PYTHON names a Python with Pillow, it reads
/// them, too: a photo has Pillow's pixels, or is refused.
struct ChangedHeaderTests {
  /// Photos of 24 x 16 pixels, progressive and with halved colours, and a grey one with restart markers, written by PIL.
  private static let photos = [
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wgARCAAQABgDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAABAAF/8QAFgEBAQEAAAAAAAAAAAAAAAAAAgEF/9oADAMBAAIQAxAAAAHEQ1BArVpp/wD/xAAWEAADAAAAAAAAAAAAAAAAAAAAAQL/2gAIAQEAAQUCUCgUCgUCg//EABgRAAIDAAAAAAAAAAAAAAAAAAAEAgMh/9oACAEDAQE/AaWCDGH/xAAVEQEBAAAAAAAAAAAAAAAAAAAAEf/aAAgBAgEBPwGq/8QAFBABAAAAAAAAAAAAAAAAAAAAIP/aAAgBAQAGPwJf/8QAFhABAQEAAAAAAAAAAAAAAAAAYQAg/9oACAEBAAE/ITjz/wD/2gAMAwEAAgADAAAAEMfP/8QAFhEBAQEAAAAAAAAAAAAAAAAAAFFh/9oACAEDAQE/ENFD/8QAFBEBAAAAAAAAAAAAAAAAAAAAEP/aAAgBAgEBPxAP/8QAGBABAQADAAAAAAAAAAAAAAAAAGEQITH/2gAIAQEAAT8Qxtz0mmm//9k=",
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAQABgDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAABQAG/8QAGhAAAwADAQAAAAAAAAAAAAAAAAMEIWFiMf/EABYBAQEBAAAAAAAAAAAAAAAAAAMCBv/EABsRAAEEAwAAAAAAAAAAAAAAAAADBAUSIjFh/9oADAMBAAIRAxEAPwDFIg5EEQcjKINCCINB2CZyHQZEHmCNUiDRE2NKjIY7P//Z",
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAAIABgBAREA/8QAFQABAQAAAAAAAAAAAAAAAAAABwL/xAAYEAACAwAAAAAAAAAAAAAAAAAABAUhMv/dAAQAAf/aAAgBAQAAPwAsgVs0f//QiBWzR//RToFbNH//2Q==",
  ]

  /// The end of the first scan's header.
  private func headerEnd(_ bytes: [UInt8]) -> Int {
    let scan = bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA } ?? 0
    return scan + 2 + Int(bytes[scan + 2]) << 8 + Int(bytes[scan + 3])
  }

  @Test("photos with changed headers have the pixels of Pillow, or are refused")
  func headers() throws {
    let seed: UInt64 = 21
    let bases = try Self.photos.map { [UInt8](try #require(Data(base64Encoded: $0))) }
    // Segments that other programs write: JFIF 2, Adobe's, comments, restart intervals, and markers of no meaning.
    let words: [[UInt8]] = [
      [0xFF, 0xE0, 0, 16] + Array("JFIF".utf8) + [0, 2, 1, 0, 0, 1, 0, 1, 0, 0],
      [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 2],
      [0xFF, 0xEE, 0, 14] + Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 7],
      [0xFF, 0xFE, 0, 4, 1, 2], [0xFF, 0xDD, 0, 4, 0, 1], [0xFF, 0xD0], [0xFF, 0xD9], [0xFF, 0xFF],
      [0xFF],
      [0, 0, 0],
    ]
    var mutator = Mutator(seed: seed)
    let readings = ReferenceReadings("jpeg", seed: seed)
    let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let count = Mutator.count(usually: 3_000)
    var refused = 0
    try Data().write(to: file)
    let handle = try FileHandle(forWritingTo: file)
    for round in 0..<count {
      let base = bases[round % bases.count]
      let input = mutator.changed(base, before: headerEnd(base), words: words)
      try handle.replaceContent(by: input)
      var reading: Any?
      do throws(ImageError) {
        let photo = try ImageFile.photo(file)
        reading = [photo.width, photo.height, Digest.sha256(Data(photo.bytes))] as [Any]
      } catch {
        #expect(error.description.contains(file.lastPathComponent))
        refused += 1
      }
      try readings.add(input, reading)
    }
    try readings.finish()
    #expect(readings.disagreements.isEmpty, "\(readings.disagreements.prefix(5))")
    #expect(refused > count / 20 && refused < count)
  }
}
