/// A training could not go on.
public enum TrainingError: Error, CustomStringConvertible, Sendable {
  /// A loss term is NaN or infinite. `lastFinite` names the checkpoint of the state before, if any.
  case notFinite(term: String, value: Double, epoch: Int, step: Int, lastFinite: String?)
  /// The losses are finite, and what the network answers when it is measured is not.
  case outputNotFinite(OutputNotFinite, epoch: Int, step: Int, lastFinite: String?)
  /// A resume checkpoint belongs to another training.
  case foreignCheckpoint(file: String, reason: String)
  /// The training set gives no batch.
  case noBatches(String)

  /// One sentence: what, where and what to do.
  public var description: String {
    switch self {
    case .notFinite(let term, let value, let epoch, let step, let lastFinite):
      "the loss term \"\(term)\" became \(value) at step \(step) (epoch \(epoch)); "
        + Self.words(lastFinite)
    case .outputNotFinite(let failure, let epoch, let step, let lastFinite):
      "\(failure) after step \(step) (epoch \(epoch)); \(Self.words(lastFinite))"
    case .foreignCheckpoint(let file, let reason):
      "\(file) does not continue this training: \(reason); move it away to start anew"
    case .noBatches(let sentence): sentence
    }
  }

  private static func words(_ lastFinite: String?) -> String {
    lastFinite.map { "the last finite checkpoint is \($0)" }
      ?? "no checkpoint was written before it"
  }
}

extension Error {
  /// Whether a loss or what the network answers left the numbers, which is a result of a training and no fault of its
  /// surroundings.
  public var isDivergence: Bool {
    switch self as? TrainingError {
    case .notFinite, .outputNotFinite: true
    case .foreignCheckpoint, .noBatches, nil: false
    }
  }
}
