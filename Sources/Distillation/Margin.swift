import Foundation
public import NeuralNet
public import TensorCore

/// OFD's margin of a channel: the expectation of its negative responses, from the batch norm in front.
///
/// With mu = bias and s = |weight|: m = mu - s exp(-(mu/s)²/2) / (sqrt(2 pi) Phi(-mu/s)) where
/// Phi(-mu/s) > 0.001, else -3 s. A zero s, at which the released code divides by zero, gives the limit
/// min(mu, 0).
public enum Margin {
  /// Below this share of negative responses a margin is so many deviations.
  private static let (smallestShare, fallback) = (0.001, -3.0)
  /// Both.
  public static let constants = [
    "margin_smallest_share": smallestShare, "margin_fallback": fallback,
  ]

  /// The margin of one channel, in double precision.
  public static func ofChannel(mean mu: Double, deviation s: Double) -> Double {
    guard s > 0 else { return min(mu, 0) }
    let ratio = mu / s
    let negativeShare = erfc(ratio / 2.0.squareRoot()) / 2
    guard negativeShare > smallestShare else { return fallback * s }
    return mu - s * exp(-ratio * ratio / 2) / ((2 * Double.pi).squareRoot() * negativeShare)
  }

  /// The margins [C_i] of all taps of a teacher: from the batch norm in front of a tap; where there is none the mean of
  /// the channel's negative responses to `samples`, batches of images [N, 3, H, W], and 0 for a channel without any.
  public static func ofTaps(_ teacher: TeacherPass, samples: [Tensor]) throws(TensorError)
    -> [Tensor]
  {
    var margins: [Tensor?] = []
    for norm in teacher.network.tapNorms {
      margins.append(try norm.map { norm throws(TensorError) in try ofChannels(norm) })
    }
    guard margins.contains(where: { $0 == nil }) else { return margins.compactMap { $0 } }
    precondition(!samples.isEmpty, "a teacher without batch norms needs samples for its margins")
    var sums: [(negatives: Tensor, count: Tensor)?] = margins.map { _ in nil }
    for images in samples {
      let taps = try teacher.features(of: images, at: .first).taps
      for (index, tap) in taps.enumerated() where margins[index] == nil {
        let below = try tap.negated().relu()
        let sum = try below.sum([0, 2, 3]).negated()
        let count = try (try below.isGreater(than: 0).converted(to: tap.dtype())).sum([0, 2, 3])
        sums[index] =
          if let before = sums[index] { (try before.0 + sum, try before.1 + count) } else {
            (sum, count)
          }
      }
    }
    for (index, sum) in sums.enumerated() {
      if let sum { margins[index] = try sum.negatives / (try sum.count.atLeast(1)) }
    }
    return margins.compactMap { $0 }
  }

  /// Margins [C] of a batch norm, computed in double precision and rounded to float32 as released.
  public static func ofChannels(_ norm: BatchNorm2d) throws(TensorError) -> Tensor {
    let means = try norm.bias.values(as: Double.self)
    let deviations = try norm.weight.values(as: Double.self).map(abs)
    let margins = zip(means, deviations).map { Float(ofChannel(mean: $0, deviation: $1)) }
    return try Tensor(
      margins, shape: [margins.count], dtype: try norm.bias.dtype(), device: norm.bias.device)
  }
}
