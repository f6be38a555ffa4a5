public import TensorCore

/// DIST (Huang et al. 2022): T² times (inter + intra), where inter is 1 - Pearson's correlation of an image's class
/// probabilities in both networks and intra that of a class's probabilities over the batch; means over images and
/// classes. Weights 1 and 1.
public struct StrongerTeacher: FeatureLoss, Hashable, Sendable {
  /// T
  public let temperature: Double
  /// The logits alone.
  public var inputs: LossInputs { .student }
  /// T
  public var constants: [String: Double] { ["temperature": temperature] }

  /// Makes a loss; T = 4 as the authors use on CIFAR-100.
  public init(temperature: Double = 4) { self.temperature = temperature }

  /// The loss of the logits.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    try relation(lesson.student.logits, lesson.teacher.logits)
  }

  /// The loss of logits [N, classes].
  public func relation(_ own: Tensor, _ other: Tensor) throws(TensorError) -> Tensor {
    let p = try (own / temperature).logSoftmax().exponential()
    let q = try (try other.detached() / temperature).logSoftmax().exponential()
    let inter = try Self.distance(p, q)
    let intra = try Self.distance(try p.transposed(), try q.transposed())
    return try (inter + intra) * (temperature * temperature)
  }

  /// 1 - mean over rows of Pearson's correlation.
  private static func distance(_ x: Tensor, _ y: Tensor) throws(TensorError) -> Tensor {
    let (a, b) = (try centred(x), try centred(y))
    let product = try (try norm(a) * (try norm(b))) + 1e-8
    return try (try (a * b).sum([1]) / product).mean() * -1 + 1
  }

  private static func centred(_ x: Tensor) throws(TensorError) -> Tensor {
    try x - (try x.mean([1], keepingAxes: true))
  }

  private static func norm(_ x: Tensor) throws(TensorError) -> Tensor {
    try x.squared().sum([1]).atLeast(1e-30).squareRoot()
  }
}
