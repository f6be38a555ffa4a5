public import NeuralNet
public import TensorCore

#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

/// Variational information distillation (Ahn et al. 2019): per tap the negative logarithm of a Gaussian around a
/// regression from the student's map, with one trained variance per channel and without its constant; summed over
/// taps.
public struct VariationalInformation: FeatureLoss {
  /// Variances at the start and at least.
  public static let usualConstants = [
    "first_variance": Estimate.firstVariance, "smallest_variance": Estimate.smallestVariance,
  ]
  private let estimates: [Estimate]

  /// Registers `taps.i.regressor.*` and `taps.i.log_scale`.
  public init(student: any Network, teacher: any Network, store: ParameterStore)
    throws(TensorError)
  {
    var estimates: [Estimate] = []
    for (index, sizes) in zip(student.tapChannels, teacher.tapChannels).enumerated() {
      estimates.append(
        try Estimate(store.root / "taps" / index, inputs: sizes.0, outputs: sizes.1))
    }
    self.estimates = estimates
  }

  /// The loss over all taps.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    var terms: [Tensor] = []
    for (estimate, (own, other)) in zip(estimates, try lesson.activatedTaps()) {
      terms.append(try estimate(own, other))
    }
    return try Tensor.sum(terms)
  }

  /// The estimate of one tap: three 1 x 1 convolutions with ReLU between them, and the variances.
  public struct Estimate {
    static let smallestVariance = 1e-5
    static let firstVariance = 5.0
    private let regressor: [Conv2d]
    private let logScale: Tensor

    /// Registers `regressor.0`, `.2`, `.4` and `log_scale` under `path`.
    public init(_ path: ParameterPath, inputs: Int, outputs: Int) throws(TensorError) {
      var regressor: [Conv2d] = []
      for (place, width) in [inputs, outputs, outputs].enumerated() {
        regressor.append(
          try Conv2d(
            path / "regressor" / (2 * place), inputs: width, outputs: outputs, .init(kernel: 1),
            start: .uniform))
      }
      self.regressor = regressor
      // softplus(start) is the first variance.
      let start = log(exp(Self.firstVariance - Self.smallestVariance) - 1)
      logScale = try path.parameter("log_scale", shape: [outputs], .constant(start))
    }

    /// The loss of one pair of maps [N, C, H, W].
    public func callAsFunction(_ own: Tensor, _ other: Tensor) throws(TensorError) -> Tensor {
      let (x, target) = try Tensor.pooledAlike(own, other.detached())
      var mean = x
      for (place, layer) in regressor.enumerated() {
        mean = try layer(place == 0 ? mean : mean.relu())
      }
      let variance = try (logScale.softplus() + Self.smallestVariance).reshaped([1, -1, 1, 1])
      let error = try (mean - target).squared() / variance
      return try (try error + (try variance.logarithm())).mean() * 0.5
    }
  }
}
