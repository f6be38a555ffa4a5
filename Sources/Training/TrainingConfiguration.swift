public import NeuralNet
package import TensorCore

/// Arithmetic of the forward pass.
public enum Precision: String, Sendable, CaseIterable {
  /// Everything in the parameters' own type, on CUDA without TF32.
  case float32
  /// On CUDA, matrix products and convolutions of float32 numbers rounded to TF32; elsewhere like `float32`.
  case tf32
  /// Convolutions and matrix products in bfloat16, chosen by libtorch's autocast.
  case bfloat16

  /// Runs a forward pass in this arithmetic.
  package func run<Output>(
    on device: Device, _ body: () throws(TensorError) -> Output
  ) throws(TensorError) -> Output {
    switch self {
    case .float32, .tf32: try body()
    case .bfloat16: try withAutocast(.bfloat16, on: device, body)
    }
  }
}

/// How one training runs. What it trains on and minimises comes from the loader and the objective.
public struct TrainingConfiguration: Hashable, Sendable {
  /// Passes over the training set.
  public var epochs: Int
  /// Epochs before those, in which the objective prepares itself.
  public var preparationEpochs = 0
  /// Learning rate of the preparation.
  public var preparationRate = 0.0
  /// Epochs, counted from the first one of all, in which only the connectors learn. Outside of a preparation they learn
  /// at the plain rate there, as in the released code, whose own factor is lost at its first step.
  public var connectorEpochs = 0
  /// Learning rate by epoch and step.
  public var schedule: Schedule
  /// Constants of the optimizer.
  public var optimizer: SGD.Configuration
  /// Whether the momentum starts from zero where the learning rate drops, as in the released code, which
  /// builds its optimizer anew there.
  public var restartsMomentumAtDrops: Bool
  /// Arithmetic of the forward pass.
  public var precision: Precision
  /// The most images that pass through the networks together; larger batches are taken in parts, whose gradients add up to
  /// the batch's. Norms see a part, and so do losses that compare images. Nil for whole batches.
  public var imagesAtOnce: Int?
  /// Seconds between two resume checkpoints inside an epoch.
  public var checkpointSeconds: Double
  /// Whether transmitting matrices are measured before the first step and after every epoch.
  public var measuresLipschitz = true
  /// Steps between two readings of the losses. Each reading waits for the device.
  public var reportInterval: Int

  /// Makes a configuration; it reads the losses at every step and saves every two minutes.
  public init(
    epochs: Int, schedule: Schedule, optimizer: SGD.Configuration = .init(),
    restartsMomentumAtDrops: Bool
  ) {
    self.epochs = epochs
    self.schedule = schedule
    self.optimizer = optimizer
    self.restartsMomentumAtDrops = restartsMomentumAtDrops
    precision = .float32
    checkpointSeconds = 120
    reportInterval = 1
  }
}
