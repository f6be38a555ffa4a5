/// The data set of a run by name and digests.
public struct DataReference: Hashable, Sendable {
  /// Name of the data set.
  public let id: String
  /// Digest by split.
  public let hashes: [String: String]

  /// Whether its images are made instead of taken.
  public var isSynthetic = false

  /// Where it is not the paper's, besides being synthetic.
  public var deviations: [String] = []

  /// Makes a reference.
  public init(id: String, hashes: [String: String]) {
    self.id = id
    self.hashes = hashes
  }
}
