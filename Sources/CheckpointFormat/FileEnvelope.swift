/// The fixed parts of a file: the prefix before the header and the trailer after the last chunk.
package struct FileEnvelope: Equatable {
  /// First bytes of every file: not text, and damaged by any transfer that changes line ends.
  static let magic: [UInt8] = [0x89, 0x4C, 0x53, 0x4B, 0x44, 0x0D, 0x0A, 0x1A]
  /// Versions that this code writes.
  static let majorVersion = 1
  static let minorVersion = 0
  /// Bytes before the header.
  package static let prefixBytes = 40
  /// Bytes of the prefix that its checksum covers, together with the stored header.
  static let checkedBytes = 32
  /// SHA-256 of everything before it, then the checksum of those 32 bytes.
  package static let trailerBytes = 40

  var major = majorVersion
  package var minor = minorVersion
  var storedHeaderBytes: Int
  var headerBytes: Int
  var fileBytes: Int

  /// Whether the file comes from a later minor version, whose additions may be ignored.
  var isNewer: Bool { minor > Self.minorVersion }

  /// Prefix and stored header.
  package func encoded(storedHeader: [UInt8]) -> [UInt8] {
    var checked = Self.magic
    checked.append(littleEndian: UInt16(major))
    checked.append(littleEndian: UInt16(minor))
    checked.append(littleEndian: UInt32(storedHeaderBytes))
    checked.append(littleEndian: UInt32(headerBytes))
    checked.append(littleEndian: UInt32(0))
    checked.append(littleEndian: UInt64(fileBytes))
    var result = checked
    result.append(littleEndian: Checksum64.of(checked + storedHeader))
    return result + storedHeader
  }

  /// Reads a prefix; `fileBytes` is the length that the file really has.
  init(prefix: [UInt8], fileBytes: Int) throws(CheckpointError) {
    guard prefix.count >= Self.magic.count, prefix.starts(with: Self.magic) else {
      throw CheckpointError(
        fileBytes < Self.magic.count ? .wrongLength : .wrongFormat,
        fileBytes == 0
          ? "the file is empty"
          : "this is not an .lskd file; lskd-ckpt import makes one of PyTorch's and safetensors' files"
      )
    }
    guard prefix.count == Self.prefixBytes else {
      throw CheckpointError(
        .wrongLength, "the file ends inside its first \(Self.prefixBytes) bytes")
    }
    major = Int(prefix.littleEndian(at: 8, UInt16.self))
    minor = Int(prefix.littleEndian(at: 10, UInt16.self))
    guard major <= Self.majorVersion else {
      throw CheckpointError(
        .newerVersion,
        "written in format version \(major).\(minor); this program reads up to version "
          + "\(Self.majorVersion).x: use a newer one")
    }
    guard major == Self.majorVersion else {
      throw CheckpointError(.wrongFormat, "there is no format version \(major)")
    }
    storedHeaderBytes = Int(prefix.littleEndian(at: 12, UInt32.self))
    headerBytes = Int(prefix.littleEndian(at: 16, UInt32.self))
    self.fileBytes = Int(clamping: prefix.littleEndian(at: 24, UInt64.self))
    try validate(actualBytes: fileBytes)
    guard prefix.littleEndian(at: 20, UInt32.self) == 0 else {
      throw CheckpointError(.malformedHeader, "reserved bytes 20 to 23 are not zero")
    }
  }

  package init(storedHeaderBytes: Int, headerBytes: Int, fileBytes: Int) {
    self.storedHeaderBytes = storedHeaderBytes
    self.headerBytes = headerBytes
    self.fileBytes = fileBytes
  }

  /// The bytes after the last chunk, from the digest's 64 hexadecimal digits.
  package static func trailer(digest: String) -> [UInt8] {
    var result: [UInt8] = []
    var rest = digest[...]
    while !rest.isEmpty {
      result.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
      rest = rest.dropFirst(2)
    }
    result.append(littleEndian: Checksum64.of(result))
    return result
  }

  /// The digest in a trailer as hexadecimal digits; throws when the trailer itself is damaged.
  static func digest(trailer: [UInt8]) throws(CheckpointError) -> String {
    let digest = Array(trailer.prefix(trailerBytes - 8))
    guard trailer.count == trailerBytes,
      Checksum64.of(digest) == trailer.littleEndian(at: trailerBytes - 8, UInt64.self)
    else {
      throw CheckpointError(.checksumMismatch, "the digest at the end of the file is damaged")
    }
    return digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private func validate(actualBytes: Int) throws(CheckpointError) {
    guard fileBytes == actualBytes else {
      throw CheckpointError(
        .wrongLength,
        "the header promises \(fileBytes) bytes, the file has \(actualBytes): "
          + (actualBytes < fileBytes ? "the copy is incomplete" : "something was added to it")
      )
    }
    guard headerBytes <= FormatLimits.headerBytes, storedHeaderBytes <= headerBytes else {
      throw CheckpointError(
        .limitExceeded, "a header of \(headerBytes) bytes; at most \(FormatLimits.headerBytes)")
    }
    guard Self.prefixBytes + storedHeaderBytes + Self.trailerBytes <= fileBytes else {
      throw CheckpointError(.wrongLength, "the file ends inside its header")
    }
  }
}

extension [UInt8] {
  /// Appends the bytes of `value`, least significant first.
  package mutating func append(littleEndian value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }

  /// Reads an integer; the caller has checked that it lies inside.
  func littleEndian<Value: FixedWidthInteger>(at offset: Int, _ type: Value.Type) -> Value {
    withUnsafeBytes {
      Value(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: Value.self))
    }
  }
}
