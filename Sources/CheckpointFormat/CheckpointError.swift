/// Reading or writing a checkpoint failed. `description` says what, where and what to do.
public struct CheckpointError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The kind of failure, for callers that react to it.
  public enum Code: String, Sendable, CaseIterable {
    /// The system refused an operation (missing file, no permission, full disk).
    case fileAccess
    /// The path names a directory, a device or a pipe.
    case notARegularFile
    /// The file is not of the expected format at all.
    case wrongFormat
    /// The file was written by a newer major version of the format.
    case newerVersion
    /// The file ends early, or its length is not the one in its header.
    case wrongLength
    /// The header breaks a rule of the format.
    case malformedHeader
    /// Stored bytes differ from the ones that were written.
    case checksumMismatch
    /// Compressed bytes do not expand to the size that the header states.
    case corruptData
    /// A size, count or depth is beyond a limit of ``FormatLimits``.
    case limitExceeded
    /// The number of bytes is not the product of shape and element size.
    case sizeMismatch
    /// A tensor or section that was asked for is not there.
    case notFound
    /// A name occurs twice, or cannot be stored.
    case invalidName
    /// The file needs another file (a base checkpoint) that was not given or is another one.
    case missingBase
    /// The content is legal in its format, but refused or not representable here.
    case unsupportedContent
  }

  /// The kind of failure.
  public var code: Code
  /// What is wrong and what to do about it, one sentence.
  public var message: String
  /// Path of the file, when there is one.
  public var file: String?
  /// Section in which it happened, when it is one section's fault.
  public var section: SectionKind?
  /// Tensor in which it happened, when it is one tensor's fault.
  public var tensor: String?

  /// Makes an error; the location may be filled in further up.
  public init(
    _ code: Code, _ message: String, file: String? = nil, section: SectionKind? = nil,
    tensor: String? = nil
  ) {
    self.code = code
    self.message = message
    self.file = file
    self.section = section
    self.tensor = tensor
  }

  /// "file: section model, tensor conv1.weight: message".
  public var description: String {
    let place = [section.map { "section \($0.rawValue)" }, tensor.map { "tensor \($0)" }]
      .compactMap { $0 }.joined(separator: ", ")
    return [file, place.isEmpty ? nil : place, message].compactMap { $0 }.joined(separator: ": ")
  }

  /// The same error with the parts of the location that were unknown so far.
  package func at(file: String? = nil, section: SectionKind? = nil, tensor: String? = nil)
    -> CheckpointError
  {
    var result = self
    result.file = self.file ?? file
    result.section = self.section ?? section
    result.tensor = self.tensor ?? tensor
    return result
  }
}
