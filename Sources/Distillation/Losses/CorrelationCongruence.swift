public import NeuralNet
public import TensorCore

/// Correlation congruence (Peng et al. 2019) in RepDistiller's form: with d = |s - t| of both networks' embeddings,
/// the mean over neighbours b, b + 1 in the batch of the sum of d_b d_{b+1}. Both embeddings are trained.
public struct CorrelationCongruence: FeatureLoss {
  /// Numbers of an embedding.
  public static let usualWidth = 128
  /// Their number.
  public static let usualConstants = ["embedding_width": Double(usualWidth)]
  private let own: Linear
  private let other: Linear

  /// Registers `embed_s.*` and `embed_t.*`, to `width` numbers.
  public init(
    student: any Network, teacher: any Network, width: Int = usualWidth, store: ParameterStore
  ) throws(TensorError) {
    own = try Linear(
      store.root / "embed_s" / "linear", inputs: student.tapChannels.last ?? 0, outputs: width)
    other = try Linear(
      store.root / "embed_t" / "linear", inputs: teacher.tapChannels.last ?? 0, outputs: width)
  }

  /// The loss of the last taps, averaged over positions.
  public func callAsFunction(_ lesson: Lesson) throws(TensorError) -> Tensor {
    let (student, teacher) = try lesson.embeddings()
    return try Self.congruence(try own(student), try other(teacher))
  }

  /// The loss of embeddings [N, D], N > 1.
  public static func congruence(_ own: Tensor, _ other: Tensor) throws(TensorError) -> Tensor {
    let distance = try (own - other).absolute()
    let pairs = own.shape[0] - 1
    let first = try distance.narrowed(axis: 0, start: 0, length: pairs)
    let second = try distance.narrowed(axis: 0, start: 1, length: pairs)
    return try (first * second).sum([1]).mean()
  }
}
