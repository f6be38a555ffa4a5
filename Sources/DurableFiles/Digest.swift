import Crypto
public import Foundation

/// SHA-256 digests as 64 lowercase hexadecimal digits, and MD5 where it must be.
public enum Digest {
  /// Digest of bytes in memory.
  public static func sha256(_ data: some DataProtocol) -> String {
    SHA256.hash(data: data).hexadecimal
  }

  /// Digest of a file, read in pieces of 1 MiB.
  public static func sha256(fileAt url: URL) throws(FileError) -> String {
    try digest(SHA256(), of: url)
  }

  /// MD5 of a file as 32 lowercase hexadecimal digits: a check against accidents alone, for files whose authors
  /// published nothing better.
  public static func md5(fileAt url: URL) throws(FileError) -> String {
    try digest(Insecure.MD5(), of: url)
  }

  private static func digest(_ function: some HashFunction, of url: URL) throws(FileError)
    -> String
  {
    guard let handle = FileHandle(forReadingAtPath: url.path) else {
      throw .system("open", url.path)
    }
    defer { try? handle.close() }  // Nothing was written: a failing close loses nothing.
    var hash = function
    do {
      while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
        hash.update(data: piece)
      }
    } catch {
      throw FileError("cannot read \(url.path): \(error.localizedDescription)")
    }
    return hash.finalize().hexadecimal
  }
}

/// SHA-256 of bytes that come piece by piece.
public struct StreamingDigest {
  private var hash = SHA256()

  /// A digest of nothing yet.
  public init() {}

  /// Adds bytes.
  public mutating func update(_ bytes: some DataProtocol) { hash.update(data: bytes) }

  /// The digest of all bytes as 64 lowercase hexadecimal digits.
  public func finalize() -> String { hash.finalize().hexadecimal }
}

extension Sequence<UInt8> {
  fileprivate var hexadecimal: String {
    map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 2 ? digits : "0" + digits
    }.joined()
  }
}
