import DurableFiles
public import Foundation

/// A file of events as TensorBoard reads it: scalars and pictures by tag and step. The format is TensorFlow's record file,
/// whose records are `Event` messages of Protocol Buffers; the few fields that these need are written here.
public final class TensorBoardFile {
  private let handle: FileHandle
  private let path: String
  private let clock: () -> Double

  /// Replaces the file at `url` by one with the version event alone. `clock` tells seconds since 1970.
  public init(
    _ url: URL, clock: @escaping () -> Double = { Date().timeIntervalSince1970 }
  ) throws(ResultsError) {
    path = url.path
    self.clock = clock
    var event = ProtobufMessage()
    event.add(1, clock())
    event.add(3, text: "brain.Event:2")
    do {
      try AtomicFile.write(Self.record(event.bytes), to: url)
      handle = try FileHandle(forWritingTo: url)
      try handle.seekToEnd()
    } catch let error as FileError {
      throw ResultsError(error)
    } catch {
      throw ResultsError(.file, "cannot open \(url.path): \(error.reason)")
    }
  }

  /// Appends scalars of a step, in the order of their tags.
  public func append(_ scalars: [String: Double], step: Int) throws(ResultsError) {
    var summary = ProtobufMessage()
    for (tag, value) in scalars.sorted(by: { $0.key < $1.key }) {
      var scalar = ProtobufMessage()
      scalar.add(1, text: tag)
      scalar.add(2, single: Float(value))
      summary.add(1, message: scalar)
    }
    try append(summary, step: step)
  }

  /// Appends an RGB picture, encoded as PNG, of a step.
  public func append(_ picture: Picture, step: Int) throws(ResultsError) {
    var image = ProtobufMessage()
    image.add(1, integer: UInt64(picture.height))
    image.add(2, integer: UInt64(picture.width))
    image.add(3, integer: 3)
    image.add(4, content: picture.png)
    var value = ProtobufMessage()
    value.add(1, text: picture.tag)
    value.add(4, message: image)
    var summary = ProtobufMessage()
    summary.add(1, message: value)
    try append(summary, step: step)
  }

  /// What is shown under a tag.
  public struct Picture: Sendable {
    /// Where TensorBoard shows it.
    public let tag: String
    /// Pixels of a row.
    public let width: Int
    /// Rows.
    public let height: Int
    /// The file.
    public let png: Data

    /// Names a picture.
    public init(tag: String, width: Int, height: Int, png: Data) {
      self.tag = tag
      self.width = width
      self.height = height
      self.png = png
    }
  }

  private func append(_ summary: ProtobufMessage, step: Int) throws(ResultsError) {
    var event = ProtobufMessage()
    event.add(1, clock())
    event.add(2, integer: UInt64(step))
    event.add(5, message: summary)
    do { try handle.write(contentsOf: Self.record(event.bytes)) } catch {
      throw ResultsError(.file, "cannot write \(path): \(error.reason)")
    }
  }

  /// Length, its masked checksum, the bytes, their masked checksum; integers from the lowest byte on.
  private static func record(_ bytes: Data) -> Data {
    let length = withUnsafeBytes(of: UInt64(bytes.count).littleEndian) { Data($0) }
    return length + checksum(length) + bytes + checksum(bytes)
  }

  private static func checksum(_ bytes: Data) -> Data {
    let value = CRC32C.of(bytes)
    let masked = (value >> 15 | value << 17) &+ 0xA282_EAD8
    return withUnsafeBytes(of: masked.littleEndian) { Data($0) }
  }
}

/// The fields of a message of Protocol Buffers.
private struct ProtobufMessage {
  private(set) var bytes = Data()

  private mutating func add(variable value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private mutating func add(key field: Int, _ wire: Int) {
    add(variable: UInt64(field << 3 | wire))
  }

  mutating func add(_ field: Int, integer value: UInt64) {
    add(key: field, 0)
    add(variable: value)
  }

  mutating func add(_ field: Int, _ value: Double) {
    add(key: field, 1)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func add(_ field: Int, single value: Float) {
    add(key: field, 5)
    withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
  }

  mutating func add(_ field: Int, text: String) { add(field, content: Data(text.utf8)) }
  mutating func add(_ field: Int, message: ProtobufMessage) { add(field, content: message.bytes) }

  mutating func add(_ field: Int, content: Data) {
    add(key: field, 2)
    add(variable: UInt64(content.count))
    bytes.append(content)
  }
}

/// The checksum of Castagnoli's polynomial, bit by bit reflected, as record files have it.
private enum CRC32C {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in
      value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1
    }
  }

  static func of(_ bytes: Data) -> UInt32 {
    ~bytes.reduce(0xFFFF_FFFF) { value, byte in
      table[Int((value ^ UInt32(byte)) & 0xFF)] ^ value >> 8
    }
  }
}

extension RunRecord.Epoch {
  /// All numbers of the epoch by the tags under which TensorBoard shows them.
  public var scalars: [String: Double] {
    var scalars = ["learning_rate": learningRate, "images_per_second": imagesPerSecond]
    for (name, value) in losses { scalars["loss/\(name)"] = value }
    for (name, value) in gradientNorms { scalars["gradient_norm/\(name)"] = value }
    for (name, value) in shares ?? [:] { scalars["share/\(name)"] = value }
    for (metric, value) in measures { scalars["test/\(metric.key)"] = value }
    for (metric, value) in trainingMeasures ?? [:] { scalars["training/\(metric.key)"] = value }
    return scalars
  }
}
