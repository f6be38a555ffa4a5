/// The data set of a run by name and digests.
public struct DataReference: Hashable, Sendable {
  /// Name of the data set.
  public let id: String
  /// Digest by split.
  public let hashes: [String: String]

  /// Where it is not the paper's.
  public var deviations: [String] = []

  /// Makes a reference.
  public init(id: String, hashes: [String: String]) {
    self.id = id
    self.hashes = hashes
  }
}
