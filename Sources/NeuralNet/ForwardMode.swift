/// What batch normalisation does in a forward pass. A value that the caller passes, not a state of the
/// network: the same network may be evaluated while it is being trained.
public struct ForwardMode: Hashable, Sendable {
  /// Whether the batch's own statistics normalise and move the running ones.
  public let usesBatchStatistics: Bool
  /// Share of the batch in the new running statistics.
  public let momentum: Double

  /// Normalises by the batch; PyTorch's default momentum.
  public static let train = ForwardMode(usesBatchStatistics: true, momentum: 0.1)
  /// Normalises by the running statistics and changes nothing.
  public static let eval = ForwardMode(usesBatchStatistics: false, momentum: 0.1)

  /// Makes a mode; momentum 1 replaces the running statistics by the batch's.
  public init(usesBatchStatistics: Bool, momentum: Double) {
    self.usesBatchStatistics = usesBatchStatistics
    self.momentum = momentum
  }
}
