public import NeuralNet
public import TensorCore

/// A batch of images with their classes, on the device of the networks.
public struct LabelledBatch {
  /// [N, C, H, W]
  public let images: Tensor
  /// int64 [N]; [N, boxes] for a detector, 0 for background; [N, H, W] for a segmentation, 255 for void.
  public let labels: Tensor
  /// [N, boxes, 4]: where a detector's boxes should move; nil for other tasks.
  public let offsets: Tensor?
  /// Positions in the data set; empty where no method asks for them.
  public let indices: [Int]
  private var shared: Int?

  /// Makes a batch.
  public init(images: Tensor, labels: Tensor, offsets: Tensor? = nil, indices: [Int] = []) {
    self.images = images
    self.labels = labels
    self.offsets = offsets
    self.indices = indices
  }

  /// Number of images.
  public var count: Int { images.shape[0] }
  /// The same of all replicas together, where several share the batch.
  public var wholeCount: Int { shared ?? count }

  /// The batch in so many parts, whose sizes differ by one at most; itself as one.
  public func parts(_ pieces: Int) throws(TensorError) -> [LabelledBatch] {
    guard pieces > 1 else { return [self] }
    var parts: [LabelledBatch] = []
    for piece in 0..<pieces {
      let (start, end) = (count * piece / pieces, count * (piece + 1) / pieces)
      func cut(_ tensor: Tensor) throws(TensorError) -> Tensor {
        try tensor.narrowed(axis: 0, start: start, length: end - start)
      }
      var others: Tensor?
      if let offsets { others = try cut(offsets) }
      parts.append(
        LabelledBatch(
          images: try cut(images), labels: try cut(labels), offsets: others,
          indices: indices.isEmpty ? [] : Array(indices[start..<end])))
    }
    return parts
  }

  /// The batch as a replica's part of one of so many images.
  public func part(ofImages whole: Int) -> LabelledBatch {
    var part = self
    part.shared = whole
    return part
  }
}

/// Place in training that a loss may depend on.
public struct StepPosition: Hashable, Sendable {
  /// Whether the method still prepares itself: trains a paraphraser, or the student's body alone.
  public let isPreparation: Bool
  /// Epoch of the phase, from 0.
  public let epoch: Int
  /// Epochs of the phase.
  public let epochs: Int
  /// Step over all epochs of both phases, from 0; the index of the step's random streams.
  public let step: Int

  /// How the student runs here.
  public var mode: ForwardMode { ForwardMode.train.droppingOut(at: step) }

  /// Where a training starts.
  static let first = StepPosition(epoch: 0, epochs: 1, step: 0)

  /// Makes a place.
  public init(epoch: Int, epochs: Int, step: Int, isPreparation: Bool = false) {
    self.epoch = epoch
    self.epochs = epochs
    self.step = step
    self.isPreparation = isPreparation
  }
}

/// What a training minimises. An objective owns the student, the teacher if there is one and whatever
/// else it trains; it knows no concrete network.
public protocol Objective {
  /// The network that is trained and evaluated.
  var student: any Network { get }
  /// The network that it learns from; nil without distillation.
  var teacher: (any Network)? { get }
  /// Parameters trained besides the student's, such as connectors; nil when there are none.
  var connectors: ParameterStore? { get }

  /// The student's taps as the method holds them against the teacher's, in `mode` and with gradients to the taps alone; moves
  /// nothing. Nil where nothing stands between.
  func connected(_ taps: [Tensor], _ mode: ForwardMode) throws(TensorError) -> [Tensor]?

  /// The weighted terms of the loss of one batch; those of the preparation where the position says so, in reporting order. Moves running statistics.
  func terms(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError) -> [LossTerm]
}

extension Objective {
  /// nil
  public func connected(_ taps: [Tensor], _ mode: ForwardMode) throws(TensorError) -> [Tensor]? {
    nil
  }
}

/// An objective that also hands out the taps of its one forward pass, so that the Lipschitz term can join it.
public protocol TapObjective: Objective {
  /// The terms of a batch and the taps behind them.
  func pass(_ batch: LabelledBatch, at position: StepPosition) throws(TensorError) -> TapPass
}

/// What one forward pass of both networks gives.
public struct TapPass {
  /// The method's terms.
  public let terms: [LossTerm]
  /// The student's taps, before the ReLU.
  public let student: [Tensor]
  /// The same behind the method's connectors; the taps themselves where it has none.
  public let connected: [Tensor]
  /// The teacher's taps, before the ReLU.
  public let teacher: [Tensor]
}
