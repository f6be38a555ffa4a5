import Foundation
public import NeuralNet
public import TensorCore

/// OFD's margin of a channel: the expectation of its negative responses, from the batch norm in front.
///
/// With mu = bias and s = |weight|: m = mu - s exp(-(mu/s)²/2) / (sqrt(2 pi) Phi(-mu/s)) where
/// Phi(-mu/s) > 0.001, else -3 s. A zero s, at which the released code divides by zero, gives the limit
/// min(mu, 0).
public enum Margin {
  /// The margin of one channel, in double precision.
  public static func ofChannel(mean mu: Double, deviation s: Double) -> Double {
    guard s > 0 else { return min(mu, 0) }
    let ratio = mu / s
    let negativeShare = erfc(ratio / 2.0.squareRoot()) / 2
    guard negativeShare > 0.001 else { return -3 * s }
    return mu - s * exp(-ratio * ratio / 2) / ((2 * Double.pi).squareRoot() * negativeShare)
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
