internal import CCrypto
public import Foundation

/// SHA-256 digests as 64 lowercase hexadecimal digits, and MD5 where it must be.
public enum Digest {
  /// Digest of bytes in memory.
  public static func sha256(_ data: some ContiguousBytes) -> String {
    var digest = StreamingDigest()
    digest.update(data)
    return digest.finalize()
  }

  /// Digest of a file, read in pieces of 1 MiB.
  public static func sha256(fileAt url: URL) throws(FileError) -> String {
    try digest(.sha256, of: url)
  }

  /// MD5 of a file as 32 lowercase hexadecimal digits: a check against accidents alone, for files whose authors
  /// published nothing better.
  public static func md5(fileAt url: URL) throws(FileError) -> String {
    try digest(.md5, of: url)
  }

  private static func digest(_ function: StreamingDigest.Function, of url: URL) throws(FileError)
    -> String
  {
    guard let handle = FileHandle(forReadingAtPath: url.path) else {
      throw .system("open", url.path)
    }
    defer { try? handle.close() }  // Nothing was written: a failing close loses nothing.
    var hash = StreamingDigest(function)
    do {
      while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
        hash.update(piece)
      }
    } catch {
      throw FileError("cannot read \(url.path): \(error.reason)")
    }
    return hash.finalize()
  }
}

/// SHA-256 of bytes that come piece by piece, by the system's libcrypto.
public struct StreamingDigest: ~Copyable {
  enum Function {
    case sha256, md5

    var implementation: OpaquePointer? {
      switch self {
      case .sha256: EVP_sha256()
      case .md5: EVP_md5()
      }
    }
  }

  private let context: OpaquePointer

  /// A digest of nothing yet.
  public init() { self.init(.sha256) }

  init(_ function: Function) {
    guard let context = EVP_MD_CTX_new(),
      EVP_DigestInit_ex(context, function.implementation, nil) == 1
    else {
      preconditionFailure("libcrypto has no memory left, or its configuration forbids the digest")
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  /// Adds bytes.
  public mutating func update(_ bytes: some ContiguousBytes) {
    bytes.withUnsafeBytes {
      // Fails only where a digest was read already, which `finalize` rules out by consuming it.
      let status = EVP_DigestUpdate(context, $0.baseAddress, $0.count)
      assert(status == 1)
    }
  }

  /// The digest of all bytes in lowercase hexadecimal digits.
  public consuming func finalize() -> String {
    var bytes = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var count: UInt32 = 0
    let status = EVP_DigestFinal_ex(context, &bytes, &count)
    assert(status == 1)
    return bytes.prefix(Int(count)).hexadecimal
  }
}

extension Sequence<UInt8> {
  fileprivate var hexadecimal: String {
    map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 2 ? digits : "0" + digits
    }.joined()
  }
}
