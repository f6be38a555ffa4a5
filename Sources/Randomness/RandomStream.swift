/// What a random number is for. Streams of different purposes never share numbers, so that adding a
/// draw to one place leaves every other place as it was.
public enum RandomPurpose: String, CaseIterable, Sendable {
  case initialisation
  case sampleOrder
  case augmentation
  case powerIteration
  case synthesis
  case subset
  case mixup
  case contrast
  case dropout
  case resampling
  case corruption
}

/// A counter-based stream of random bits: number `i` of a stream is a pure function of its key and `i`.
///
/// The generator is SplitMix64 (Steele, Lea, Flood 2014) addressed by counter. A stream is derived from
/// one root seed by purpose and indices, so what sample `index` of epoch `epoch` sees depends neither on
/// threads nor on devices nor on where a run was resumed.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: UInt64
  private var counter: UInt64 = 0

  /// Derives the stream of `purpose` and `indices` (epoch, sample, step, ... in that order) from `seed`.
  public init(seed: UInt64, purpose: RandomPurpose, _ indices: UInt64...) {
    var key = Self.mix(seed ^ Self.hash(purpose.rawValue))
    for index in indices {
      key = Self.mix(key &+ (index &+ 1) &* Self.increment)
    }
    self.key = key
  }

  /// The stream of a named part of `purpose`: initial weights are drawn per parameter name, so that
  /// adding a layer does not change the start values of the others.
  public init(seed: UInt64, purpose: RandomPurpose, name: String) {
    self.init(seed: seed, purpose: purpose, Self.hash(name))
  }

  /// The stream of a named part of `purpose` at an index.
  public init(seed: UInt64, purpose: RandomPurpose, name: String, _ index: UInt64) {
    self.init(seed: seed, purpose: purpose, Self.hash(name), index)
  }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    counter &+= 1
    return Self.mix(key &+ counter &* Self.increment)
  }

  /// Uniform in [0, 1) with 53 random bits.
  public mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Uniform integer in 0 ..< `bound`; `bound` must be positive.
  public mutating func integer(below bound: Int) -> Int {
    Int(next(upperBound: UInt64(bound)))
  }

  private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

  private static func mix(_ value: UInt64) -> UInt64 {
    var z = value
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// FNV-1a over the UTF-8 bytes.
  private static func hash(_ text: String) -> UInt64 {
    text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }
}
