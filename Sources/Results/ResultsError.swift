import DurableFiles

/// A run folder, a record or a set of records cannot be used.
public struct ResultsError: Error, CustomStringConvertible, Sendable, Equatable {
  /// The kind of a failure, for callers that react to it.
  public enum Code: String, Sendable {
    /// The file system refused an operation.
    case file
    /// A file is not what it claims to be.
    case damaged
    /// A file was written by a newer version of the suite.
    case newerVersion
    /// Another process owns the run folder.
    case claimed
  }

  /// What kind of failure this is.
  public let code: Code

  /// What is wrong, where, and what to do about it.
  public let description: String

  /// Makes an error from its kind and its sentence.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  /// Keeps the sentence of a failed file operation.
  init(_ error: FileError) { self.init(.file, error.description) }
}
