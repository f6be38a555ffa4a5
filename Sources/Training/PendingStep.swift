import Distillation
import TensorCore

/// A step whose losses have not been read from the device yet.
struct PendingStep {
  let terms: [ReportedTerm]
  let gradients: TermGradients?
  let images: Int
  let learningRate: Double
  let position: StepPosition
  let step: Int
  let seconds: Double
  let sharedSeconds: Double
}

extension [ReportedTerm] {
  /// Adds the terms of a further part of the batch.
  mutating func add(_ part: [ReportedTerm]) throws(TensorError) {
    guard !isEmpty else { return self = part }
    for index in indices { self[index].value = try self[index].value + part[index].value }
  }
}
