package import Foundation

extension Error {
  /// What a person is told of a failure: of Foundation's file operations the system's reason, because their own
  /// descriptions are dumps; of a decoding the place in the document; of any other error its description.
  package var reason: String {
    if let error = self as? DecodingError { return error.sentence }
    let error = self as NSError
    guard [NSCocoaErrorDomain, NSPOSIXErrorDomain].contains(error.domain) else { return "\(self)" }
    let cause = (error.userInfo[NSUnderlyingErrorKey] as? any Error).map { $0 as NSError }
    for candidate in [cause, error].compactMap({ $0 }) where candidate.domain == NSPOSIXErrorDomain
    {
      return String(cString: strerror(Int32(clamping: candidate.code)))
    }
    return error.userInfo["NSDebugDescription"] as? String ?? localizedDescription
  }

  /// The reason behind the file that Foundation names, if it names one: all that there is to say where nobody said
  /// what was tried.
  package var reasonWithFile: String {
    let file = (self as NSError).userInfo[NSFilePathErrorKey] as? String
    return (file.map { "\($0): " } ?? "") + reason
  }
}

extension DecodingError {
  fileprivate var sentence: String {
    switch self {
    case .keyNotFound(let key, let context):
      "\"\(key.stringValue)\" is missing at \(context.place)"
    case .valueNotFound(_, let context): "no value at \(context.place)"
    case .typeMismatch(_, let context): "a value of another type at \(context.place)"
    case .dataCorrupted(let context): "\(context.debugDescription) (at \(context.place))"
    @unknown default: "it cannot be decoded"
    }
  }
}

extension DecodingError.Context {
  fileprivate var place: String {
    let path = codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }
    return path.isEmpty ? "the top level" : "\"\(path.joined(separator: "."))\""
  }
}

extension FileError {
  /// Runs an operation of Foundation on the file at `url` and words its failure: "cannot ACTION PATH: REASON".
  package static func wording<Output>(
    _ action: String, _ url: URL, _ body: () throws -> Output
  ) throws(FileError) -> Output {
    do { return try body() } catch {
      throw FileError("cannot \(action) \(url.path): \(error.reason)")
    }
  }

  /// The bytes of a file.
  package static func reading(_ url: URL) throws(FileError) -> Data {
    try wording("read", url) { try Data(contentsOf: url) }
  }

  /// The names in a directory, sorted.
  package static func names(in url: URL) throws(FileError) -> [String] {
    try wording("list", url) {
      try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
    }
  }

  /// Removes a file.
  package static func remove(_ url: URL) throws(FileError) {
    try wording("remove", url) { try FileManager.default.removeItem(at: url) }
  }

  /// Makes the directory and those above it, where they do not exist.
  package static func makeDirectory(_ url: URL) throws(FileError) {
    try wording("make the directory", url) {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }
  }
}
