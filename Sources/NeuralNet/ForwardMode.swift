/// What batch normalisation and dropout do in a forward pass. A value that the caller passes, not a state of the
/// network: the same network may be evaluated while it is being trained.
public struct ForwardMode: Hashable, Sendable {
  /// Whether the batch's own statistics normalise and move the running ones.
  public let usesBatchStatistics: Bool
  /// Share of the batch in the new running statistics.
  public let momentum: Double
  /// The training step whose random numbers choose what dropout leaves out; nil leaves nothing out.
  public private(set) var dropoutStep: Int?

  /// Normalises by the batch, drops nothing; PyTorch's default momentum.
  public static let train = ForwardMode(usesBatchStatistics: true, momentum: 0.1)
  /// Normalises by the running statistics and changes nothing.
  public static let eval = ForwardMode(usesBatchStatistics: false, momentum: 0.1)

  /// Makes a mode; momentum 1 replaces the running statistics by the batch's.
  public init(usesBatchStatistics: Bool, momentum: Double) {
    self.usesBatchStatistics = usesBatchStatistics
    self.momentum = momentum
  }

  /// The same with dropout as in step `step`, where the batch normalises; an evaluation drops nothing.
  public func droppingOut(at step: Int) -> ForwardMode {
    var mode = self
    if usesBatchStatistics { mode.dropoutStep = step }
    return mode
  }
}
