public import Foundation

/// Changes inputs at random, the same way in every run.
public struct Mutator {
  private var state: UInt64

  /// Inputs that are tried of each kind: LSKD_MUTATIONS, or a few.
  public static func count(usually count: Int) -> Int {
    ProcessInfo.processInfo.environment["LSKD_MUTATIONS"].flatMap { Int($0) } ?? count
  }

  /// Starts a sequence.
  public init(seed: UInt64) { state = seed }

  /// A number from 0 to `limit` - 1; 0 where there is none.
  public mutating func below(_ limit: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return limit > 0 ? Int(state >> 33) % limit : 0
  }

  /// `bytes` with one to three changes before `end`: digits and other bytes replaced, pieces removed, doubled or moved, and
  /// `words` put in, most of them at digits. One in twenty is cut.
  public mutating func changed(_ bytes: [UInt8], before end: Int? = nil, words: [[UInt8]])
    -> [UInt8]
  {
    var bytes = bytes
    let tail = bytes.count - (end ?? bytes.count)
    for _ in 0...max(0, below(5) - 2) where bytes.count > tail {
      let room = bytes.count - tail
      let place = below(room)
      let piece = place..<min(place + 1 + below(40), room)
      let digit = bytes[place..<room].firstIndex { (0x30...0x39).contains($0) } ?? place
      switch below(14) {
      case 0: bytes[place] = UInt8(below(256))
      case 1: bytes[place] ^= 1 << UInt8(below(8))
      case 2: bytes[digit] ^= 1 << UInt8(below(8))
      case 7...9: bytes[digit] = UInt8(ascii: "0") + UInt8(below(10))
      case 10...12 where !words.isEmpty:
        bytes.insert(contentsOf: words[below(words.count)], at: digit + below(2))
      case 3: bytes.removeSubrange(place..<min(place + 1 + below(6), room))
      case 4: bytes.removeSubrange(piece)
      case 5: bytes.insert(contentsOf: bytes[piece], at: below(room))
      case 6:
        let moved = Array(bytes[piece])
        bytes.removeSubrange(piece)
        bytes.insert(contentsOf: moved, at: below(room - moved.count))
      default:
        if !words.isEmpty { bytes.insert(contentsOf: words[below(words.count)], at: place) }
      }
    }
    if below(20) == 0 { bytes.removeLast(below(bytes.count + 1)) }
    return bytes
  }
}

extension FileHandle {
  /// Makes `bytes` the file's whole content. Unlike a new file it does not wait for the disk.
  public func replaceContent(by bytes: [UInt8]) throws {
    try seek(toOffset: 0)
    try write(contentsOf: bytes)
    try truncate(atOffset: UInt64(bytes.count))
  }
}
