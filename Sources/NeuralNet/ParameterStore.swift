import Randomness
public import TensorCore

/// Owns the parameters and buffers of one network, in PyTorch's state-dict order and under its names.
///
/// Modules register their tensors here through a `ParameterPath` when they are made, so that the names
/// follow from the structure of the code: `store.root / "block1" / "layer" / 0 / "conv1"`.
public final class ParameterStore {
  /// Whether an entry is trained or only carried along.
  public enum Role: Sendable {
    /// Trained by the optimizer.
    case parameter
    /// Updated by the forward pass or never: running statistics, counters.
    case buffer
    /// Another name of an entry before it, which the state dict lists, too.
    case alias
  }

  /// A tensor with its state-dict key.
  public struct Entry {
    /// The state-dict key, such as `block1.layer.0.conv1.weight`.
    public let name: String
    /// Trained or carried along.
    public let role: Role
    /// Whether it only counts batches, which inference never reads.
    public let isCounter: Bool
    /// The data.
    public let tensor: Tensor
  }

  /// Type of floating-point parameters: `float32` in training, `float64` for reference checks.
  public let dtype: DType
  /// Where the tensors live.
  public let device: Device
  /// Memory order of convolution weights and activations.
  public let layout: Tensor.Layout
  /// The replicas that train these parameters together; nil for one process. Norms by the batch then take
  /// the batches of all of them.
  public let replicas: ProcessGroup?
  /// All entries in the order in which modules registered them.
  public private(set) var entries: [Entry] = []
  private var positions: [String: Int] = [:]
  private let seed: UInt64
  /// Whether parameters start from random numbers, or from zeros.
  let drawsStartValues: Bool

  /// An empty store for a network of which only shapes are wanted: its parameters are zero.
  public static func ofShapes() -> ParameterStore {
    ParameterStore(seed: 0, drawsStartValues: false)
  }

  /// An empty store whose start values derive from `seed` by name.
  public convenience init(
    seed: UInt64, dtype: DType = .float32, device: Device = .cpu,
    layout: Tensor.Layout = .contiguous, replicas: ProcessGroup? = nil
  ) {
    self.init(
      seed: seed, drawsStartValues: true, dtype: dtype, device: device, layout: layout,
      replicas: replicas)
  }

  private init(
    seed: UInt64, drawsStartValues: Bool, dtype: DType = .float32, device: Device = .cpu,
    layout: Tensor.Layout = .contiguous, replicas: ProcessGroup? = nil
  ) {
    self.seed = seed
    self.drawsStartValues = drawsStartValues
    self.dtype = dtype
    self.device = device
    self.layout = layout
    self.replicas = replicas
  }

  /// The path of names without a prefix.
  public var root: ParameterPath { ParameterPath(store: self, prefix: "") }

  /// The trained tensors, in order.
  public var parameters: [Tensor] {
    entries.filter { $0.role == .parameter }.map(\.tensor)
  }

  /// Number of trained numbers.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

  /// The tensor of a state-dict key; nil when there is none.
  public func tensor(named name: String) -> Tensor? {
    positions[name].map { entries[$0].tensor }
  }

  func add(_ name: String, _ role: Role, _ tensor: Tensor, isCounter: Bool = false) {
    precondition(positions[name] == nil, "\(name) is registered twice")
    positions[name] = entries.count
    entries.append(Entry(name: name, role: role, isCounter: isCounter, tensor: tensor))
  }

  /// Lists the entries whose names begin with `prefix` once more, under names that begin with `other`.
  func alias(_ prefix: String, as other: String) {
    for entry in entries where entry.name.hasPrefix(prefix) {
      add(
        other + entry.name.dropFirst(prefix.count), .alias, entry.tensor,
        isCounter: entry.isCounter)
    }
  }

  /// The random numbers of a part of the network in a training step.
  func dropoutStream(for name: String, step: Int) -> RandomStream {
    RandomStream(seed: seed, purpose: .dropout, name: name, UInt64(clamping: step))
  }

  func stream(for name: String) -> RandomStream {
    RandomStream(seed: seed, purpose: .initialisation, name: name)
  }

  /// Makes every parameter constant, as a teacher's are: autograd then builds no graph over them.
  public func freeze() throws(TensorError) { try setTrained(false) }

  /// Whether autograd builds a graph over the parameters.
  public func setTrained(_ isTrained: Bool) throws(TensorError) {
    for parameter in parameters { try parameter.setRequiresGradient(isTrained) }
  }

  /// Forgets the gradients of all parameters.
  public func clearGradients() throws(TensorError) {
    for parameter in parameters { try parameter.clearGradient() }
  }
}
