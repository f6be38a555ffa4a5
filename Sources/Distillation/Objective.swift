public import NeuralNet
public import TensorCore

/// A batch of images with their classes, on the device of the networks.
public struct LabelledBatch {
  /// [N, C, H, W]
  public let images: Tensor
  /// int64 [N]
  public let labels: Tensor

  /// Makes a batch.
  public init(images: Tensor, labels: Tensor) {
    self.images = images
    self.labels = labels
  }

  /// Number of images.
  public var count: Int { images.shape[0] }
}

/// Place in training that a loss may depend on.
public struct StepPosition: Hashable, Sendable {
  /// Epoch, from 0.
  public let epoch: Int
  /// Epochs of the whole training.
  public let epochs: Int
  /// Step over all epochs, from 0; the index of the step's random streams.
  public let step: Int

  /// Makes a place.
  public init(epoch: Int, epochs: Int, step: Int) {
    self.epoch = epoch
    self.epochs = epochs
    self.step = step
  }
}

/// What a training minimises. An objective owns the student, the teacher if there is one and whatever
/// else it trains; it knows no concrete network.
public protocol Objective {
  /// The network that is trained and evaluated.
  var student: any Classifier { get }
  /// The network that it learns from; nil without distillation.
  var teacher: (any Classifier)? { get }
  /// Parameters trained besides the student's, such as connectors; nil when there are none.
  var connectors: ParameterStore? { get }

  /// The weighted terms of the loss of one batch, in reporting order. Moves running statistics.
  func terms(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError) -> [LossTerm]
}
