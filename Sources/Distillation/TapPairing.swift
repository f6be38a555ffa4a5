public import Lipschitz
public import TensorCore

/// Which neighbouring taps make the pairs of the Lipschitz term. How the term extends beyond a classifier's stages is
/// documented nowhere.
public enum TapPairing: String, Hashable, Sendable, CaseIterable {
  /// All of them.
  case all
  /// Those up to the last but one tap: of a segmentation the stages and the pyramid, without the decoder, whose map is finer
  /// than the pyramid's.
  case encoder
  /// Those of the first four taps: of a segmentation the backbone's stages.
  case backbone

  private static let backboneTaps = 4

  /// (front i, back i+1)
  public func pairs(fronts: [Tensor], backs: [Tensor]) throws(TensorError) -> [FeaturePair] {
    let count =
      switch self {
      case .all: fronts.count
      case .encoder: fronts.count - 1
      case .backbone: min(fronts.count, Self.backboneTaps)
      }
    var pairs: [FeaturePair] = []
    for (front, back) in zip(fronts.prefix(count), backs.prefix(count).dropFirst()) {
      pairs.append(try FeaturePair(front: front, back: back))
    }
    return pairs
  }
}
