import Randomness

/// Photos on disk that something is learnt from or measured with.
public protocol PhotoSet {
  /// What the photos are, for run records.
  var name: String { get }
  /// SHA-256 over what is known of them.
  var digest: String { get }
  /// Number of photos.
  var count: Int { get }
  /// Images that were left out, each with the reason.
  var leftOut: [String] { get }
  /// Sets one photo of `share` aside, at random, so that a hyper-parameter can be chosen without the test set. Both
  /// parts keep the order and hold a photo at least, where there are two.
  func splitHeldOut(oneOf share: Int, seed: UInt64) -> (training: Self, heldOut: Self)
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
