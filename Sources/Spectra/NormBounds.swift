/// A lower and an upper bound of an operator's norm, or of a Lipschitz constant, with what vouches for them.
public struct NormBounds: Hashable, Sendable {
  /// Not above the norm.
  public var lower: Double
  /// Not below the norm, as far as the certificate says.
  public var upper: Double
  /// What vouches for the upper bound; the lower one needs nobody.
  public var certificate: Certificate

  /// Makes bounds.
  public init(lower: Double, upper: Double, _ certificate: Certificate) {
    self.lower = lower
    self.upper = upper
    self.certificate = certificate
  }

  /// A number that is known exactly.
  public init(exactly value: Double, _ certificate: Certificate) {
    self.init(lower: value, upper: value, certificate)
  }

  /// Upper over lower bound less one; 0 for a zero norm.
  public var gap: Double { upper > lower ? upper / max(lower, .leastNormalMagnitude) - 1 : 0 }
}

/// Why an upper bound holds.
public enum Certificate: Hashable, Sendable {
  /// Probability over random starts with which an upper bound may fail that rests on one.
  public static let failure = 1e-6

  /// A formula.
  case formula
  /// All singular values were computed, by libtorch's decompositions: exact up to rounding.
  case decomposition
  /// A branch and bound over frequencies by powers of Gram matrices (Delattre et al. 2023), whose survivors were decomposed: exact
  /// up to rounding.
  case frequencies
  /// The same on a finer grid of frequencies, times what can be missed between two of them: whatever the size of the maps.
  case gram
  /// So many Lanczos steps from a random start: `failure` bounds the probability, over starts, that the norm lies above
  /// (Kuczyński and Woźniakowski 1992, theorem 4.2, for every spectrum). `residual` is |AᵀA v - σ² v| / σ² of the vector
  /// that was found: so close to its square lies that of a singular value.
  case randomStart(steps: Int, failure: Double, residual: Double)
  /// Products and sums of the layers' upper bounds over the network's graph.
  case graph
}

extension Certificate: CustomStringConvertible {
  /// One word, as in JSON.
  public var description: String {
    switch self {
    case .formula: "formula"
    case .decomposition: "svd"
    case .frequencies: "fft+svd"
    case .gram: "gram"
    case .randomStart: "lanczos"
    case .graph: "graph"
    }
  }
}
