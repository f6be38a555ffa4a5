/// What a user says about the images of a table.
public struct DataRequest: Sendable {
  /// Directory of the images.
  public var root: String?
  /// Sets of photos to learn from, `YEAR:SET`, separated by commas.
  public var trainingSets: String?
  /// Sets of photos to measure with.
  public var testSets: String?
  /// Directory of the Semantic Boundaries Dataset.
  public var sbd: String?
  /// Whether photos that are missing or damaged are left out.
  public var skipsBad = false
  /// Gets the reasons for photos that are left out, before anything else can fail.
  public var report: @Sendable ([String]) -> Void = { _ in }
  /// Gets the number of photos whose contents were read, and that of all, where they must be.
  public var reading: @Sendable (Int, Int) -> Void = { _, _ in }
  /// Whether photos are read anew for their digests, even where they seem unchanged.
  public var rehashes = false

  /// Says nothing.
  public init() {}

  /// What was said, by the names of the options.
  enum Option: String, CaseIterable {
    case root = "--data"
    case trainingSets = "--train-sets"
    case testSets = "--test-sets"
    case sbd = "--sbd"
    case skipsBad = "--skip-bad"
    case rehashes = "--rehash"
  }

  var given: [Option] {
    let said: [Option: Bool] = [
      .root: root != nil, .trainingSets: trainingSets != nil, .testSets: testSets != nil,
      .sbd: sbd != nil, .skipsBad: skipsBad, .rehashes: rehashes,
    ]
    return Option.allCases.filter { said[$0] ?? false }
  }
}
