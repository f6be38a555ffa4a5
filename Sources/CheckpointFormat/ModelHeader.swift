/// What the header of a model's file says about its network: entries of the metadata by their names.
public struct ModelHeader: Hashable, Sendable {
  /// Name of the network.
  public var architecture: String
  /// Extent of its logits.
  public var classes: Int
  /// Name of the pipeline that prepares its images; nil where a file from elsewhere names none.
  public var pipeline: String?

  /// Classes that a network may have: a number from a file must not ask for all memory.
  public static let classLimit = 1...100_000

  private static let kind = "model"

  /// Makes a header.
  public init(architecture: String, classes: Int, pipeline: String?) {
    self.architecture = architecture
    self.classes = classes
    self.pipeline = pipeline
  }

  /// Reads the entries; nil where no network is named or the number of classes lies outside of the limit.
  public init?(_ metadata: [String: String]) {
    guard let architecture = metadata["architecture"],
      let classes = metadata["classes"].flatMap({ Int($0) }), Self.classLimit.contains(classes)
    else { return nil }
    self.init(architecture: architecture, classes: classes, pipeline: metadata["pipeline"])
  }

  /// The entries.
  public var metadata: [String: String] {
    var entries = [
      "kind": Self.kind, "architecture": architecture, "classes": String(classes),
    ]
    entries["pipeline"] = pipeline
    return entries
  }
}
