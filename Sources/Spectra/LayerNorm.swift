/// One layer of a network with its norm as an operator.
public struct LayerNorm: Sendable {
  /// What a layer is.
  public enum Kind: String, Sendable {
    /// A convolution without its bias.
    case convolution
    /// A convolution with the batch norms beside it multiplied into its kernel.
    case foldedConvolution = "folded convolution"
    /// A batch norm by running statistics.
    case batchNorm = "batch norm"
    /// A linear layer without its bias.
    case linear
    /// The sum of several maps.
    case sum
    /// The largest value of each window.
    case maxPool = "max pool"
    /// The mean of each window.
    case averagePool = "average pool"
    /// The mean of a whole map.
    case mean
    /// A map at another size.
    case interpolation
    /// Two convolutions, as one matrix without the ReLU between them.
    case pair
  }

  /// The state-dict name without `.weight`; for layers without parameters the kind and a number.
  public let name: String
  /// What it is.
  public let kind: Kind
  /// Shape of what it reads, without the batch; of the first of several inputs.
  public let input: [Int]
  /// Step between windows; 1 where there are none.
  public let stride: Int
  /// Its norm.
  public let bounds: NormBounds
  /// A convolution's other numbers.
  public let convolution: Convolution?
  /// Seconds that all this took.
  public let seconds: Double

  /// Numbers of a convolution beside its norm as an operator with zero padding.
  public struct Convolution: Hashable, Sendable {
    /// An upper bound whatever the size of the maps.
    public let gram: Double
    /// The norm on periodic maps; nil where stride or kernel do not fit the maps.
    public let circular: Double?
    /// The norm of the reshaped kernel, which bounds nothing.
    public let kernel: Double
  }
}
