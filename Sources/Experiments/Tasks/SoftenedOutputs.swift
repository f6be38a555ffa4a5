import Distillation

/// How the outputs of a task's networks are softened and compared.
struct SoftenedOutputs: Sendable {
  /// The outputs, in words.
  let taps: String
  /// The loss at a temperature.
  let loss: @Sendable (Double) -> any FeatureLoss & Sendable
}
