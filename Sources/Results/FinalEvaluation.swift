public import Foundation

/// What was measured of a finished run's network beside its metrics, image by image of the test set.
public struct FinalEvaluation: Codable, Hashable, Sendable {
  /// Agreement with a run's teacher on the test images.
  public struct Fidelity: Codable, Hashable, Sendable {
    /// Images for which both choose the same class, %.
    public var agreement: Double
    /// Mean Kullback-Leibler divergence of the network's probabilities from the teacher's, nats.
    public var divergence: Double

    /// Makes the numbers.
    public init(agreement: Double, divergence: Double) {
      self.agreement = agreement
      self.divergence = divergence
    }
  }

  /// The test images, made worse in one way.
  public struct Corruption: Codable, Hashable, Sendable {
    /// How: `noise`, `blur`, `contrast`.
    public var kind: String
    /// How much, from 1.
    public var strength: Int
    /// Images whose class is not the first choice, %.
    public var error: Double

    /// Makes a result.
    public init(kind: String, strength: Int, error: Double) {
      self.kind = kind
      self.strength = strength
      self.error = error
    }
  }

  /// SHA-256 of the checkpoint that was measured.
  public var checkpoint: String
  /// Test images.
  public var images: Int
  /// One bit per image in their order, the lowest bit of a byte first: whether its class was the first choice.
  public var correct: Data
  /// SHA-256 of the file of choices and confidences.
  public var predictions: String
  /// Different classes among the choices; 1 for a constant predictor.
  public var choices: Int
  /// What the best network gets that says the same of every image.
  public var constantPredictor: Measures
  /// Expected calibration error over fifteen equal bins of confidence, %.
  public var calibrationError: Double
  /// Beside the run's teacher; nil without one.
  public var fidelity: Fidelity?
  /// On worse images.
  public var corruptions: [Corruption]

  /// Makes an evaluation.
  public init(
    checkpoint: String, images: Int, correct: Data, predictions: String, choices: Int,
    constantPredictor: Measures, calibrationError: Double, fidelity: Fidelity?,
    corruptions: [Corruption]
  ) {
    self.checkpoint = checkpoint
    self.images = images
    self.correct = correct
    self.predictions = predictions
    self.choices = choices
    self.constantPredictor = constantPredictor
    self.calibrationError = calibrationError
    self.fidelity = fidelity
    self.corruptions = corruptions
  }

  /// Whether the class of image `index` was the first choice.
  public func isCorrect(_ index: Int) -> Bool {
    correct[correct.startIndex + index >> 3] >> (index & 7) & 1 == 1
  }

  /// Whether the numbers can be what they say.
  var isSound: Bool {
    images > 0 && correct.count == (images + 7) / 8 && choices > 0
  }
}
