import Randomness

/// Photos on disk that something is learnt from or measured with.
public protocol PhotoSet {
  /// What the photos are, for run records.
  var name: String { get }
  /// SHA-256 over what is known of them.
  var digest: String { get }
  /// Names of the photos, in order.
  var ids: [String] { get }
  /// Number of photos.
  var count: Int { get }
  /// Images that were left out, each with the reason.
  var leftOut: [String] { get }
  /// Sets one photo of `share` aside, at random, so that a hyper-parameter can be chosen without the test set. Both
  /// parts keep the order and hold a photo at least, where there are two.
  func splitHeldOut(oneOf share: Int, seed: UInt64) -> (training: Self, heldOut: Self)
}

extension PhotoSet {
  /// Makes a sample of every source, on all processors and in order.
  ///
  /// The first one that is bad is an error. Where `skipsBad` it is left out instead, and what stays is decoded by
  /// `decode` once, so that nothing bad is met later; `report` gets the reasons before anything else can fail.
  static func samples<Source: Sendable, Sample: Sendable>(
    of sources: [Source], skipsBad: Bool, report: ([String]) -> Void,
    _ sample: @Sendable (Source) throws(DatasetError) -> Sample,
    decode: @Sendable (Sample) throws(DatasetError) -> Void
  ) throws(DatasetError) -> (kept: [Sample], leftOut: [String]) {
    let results = concurrentMap(count: sources.count) { number in
      Result { () throws(DatasetError) in
        let made = try sample(sources[number])
        if skipsBad { try decode(made) }
        return made
      }
    }
    var kept: [Sample] = []
    var leftOut: [String] = []
    for result in results {
      switch result {
      case .success(let sample): kept.append(sample)
      case .failure(let error):
        guard skipsBad else { throw error }
        leftOut.append(error.description)
      }
    }
    if !leftOut.isEmpty { report(leftOut) }
    return (kept, leftOut)
  }
}

extension Array {
  /// Sets one element of `share` aside, at random, and one at least.
  func splitHeldOut(oneOf share: Int, seed: UInt64) -> (training: [Element], heldOut: [Element]) {
    var stream = RandomStream(seed: seed, purpose: .subset)
    let chosen = Set(stream.permutation(of: count).prefix(Swift.max(1, count / share)))
    func part(_ isHeldOut: Bool) -> [Element] {
      enumerated().filter { chosen.contains($0.offset) == isHeldOut }.map(\.element)
    }
    return (part(false), part(true))
  }
}
