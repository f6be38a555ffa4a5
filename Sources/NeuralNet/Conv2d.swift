public import TensorCore

/// Two-dimensional convolution; registers `weight` [O, I, K, K] and, with a bias, `bias` [O].
public struct Conv2d {
  /// How the numbers start.
  public enum Start: Sendable {
    /// Normal with standard deviation sqrt(2 / (K² O)), as in the OFD and Wide ResNet code.
    case fanOut
    /// Normal with standard deviation sqrt(2 / (K² I)) (He et al. 2015).
    case fanIn
    /// Uniform in ±1/sqrt(K² I), PyTorch's default.
    case uniform
    /// Uniform in ±sqrt(6 / (K² (I + O))), with a bias of zero (Glorot and Bengio 2010).
    case balanced
  }

  /// Kernel size, stride and padding of a square convolution.
  public struct Geometry: Hashable, Sendable {
    /// Side of the kernel.
    public let kernel: Int
    /// Step between windows.
    public let stride: Int
    /// Zeros added on each side.
    public let padding: Int
    /// Distance between the pixels of a window.
    public let dilation: Int
    /// Groups of channels, each of which sees itself alone.
    public let groups: Int

    /// Makes a geometry.
    public init(
      kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1
    ) {
      self.kernel = kernel
      self.stride = stride
      self.padding = padding
      self.dilation = dilation
      self.groups = groups
    }
  }

  /// [O, I, K, K]
  public let weight: Tensor
  /// [O]
  public let bias: Tensor?
  private let geometry: Geometry
  private let inputs: Int
  private let outputs: Int

  /// A bias starts uniform in ±1/sqrt(K² I) unless the start says otherwise.
  public init(
    _ path: ParameterPath, inputs: Int, outputs: Int, _ geometry: Geometry, start: Start = .fanOut,
    hasBias: Bool = false
  ) throws(TensorError) {
    precondition(inputs % geometry.groups == 0 && outputs % geometry.groups == 0)
    let area = Double(geometry.kernel * geometry.kernel)
    let seen = inputs / geometry.groups
    let bound = 1 / (area * Double(seen)).squareRoot()
    let initial: Initialiser =
      switch start {
      case .fanOut: .normal(standardDeviation: (2 / (area * Double(outputs))).squareRoot())
      case .fanIn: .normal(standardDeviation: (2 / (area * Double(seen))).squareRoot())
      case .uniform: .uniform(bound: bound)
      case .balanced: .uniform(bound: (6 / (area * Double(seen + outputs))).squareRoot())
      }
    weight = try path.parameter(
      "weight", shape: [outputs, seen, geometry.kernel, geometry.kernel], initial)
    bias =
      hasBias
      ? try path.parameter(
        "bias", shape: [outputs], start == .balanced ? .constant(0) : .uniform(bound: bound)) : nil
    self.geometry = geometry
    self.inputs = inputs
    self.outputs = outputs
  }

  /// [N, I, H, W] to [N, O, H', W'].
  public func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
    try x.convolved(
      weight: weight, bias: bias, stride: geometry.stride, padding: geometry.padding,
      dilation: geometry.dilation, groups: geometry.groups)
  }

  /// The values of a call, with a gradient to `x` alone.
  public func held(_ x: Tensor) throws(TensorError) -> Tensor {
    try x.convolved(
      weight: try weight.detached(), bias: try bias?.detached(), stride: geometry.stride,
      padding: geometry.padding, dilation: geometry.dilation, groups: geometry.groups)
  }

  /// Whether `fused` applies: 3 x 3, stride 1, padding 1, channels in the kernels' groups.
  public var canBeFused: Bool {
    bias == nil && geometry == Geometry(kernel: 3, padding: 1)
      && (inputs | outputs) % FusedConvolution.channelGroup == 0
  }

  /// Channels up to which the fused kernels train; beyond, transforming the filters at every step costs more than is saved.
  private static let mostTrainedChannels = 256
  /// Whether `fused` applies and pays in training.
  var trainsFused: Bool { canBeFused && max(inputs, outputs) <= Self.mostTrainedChannels }

  /// The convolution as a kernel without a graph, with the weight as it is now.
  public func fused() throws(TensorError) -> FusedConvolution {
    try FusedConvolution(weight: weight)
  }

  /// Adds the multiply-adds for one image of `size` and moves `size` to that of the result.
  public func count(_ size: inout ImageSize, into multiplyAdds: inout Int) {
    func extent(_ length: Int) -> Int {
      let reach = geometry.dilation * (geometry.kernel - 1) + 1
      return (length + 2 * geometry.padding - reach) / geometry.stride + 1
    }
    size = ImageSize(height: extent(size.height), width: extent(size.width))
    multiplyAdds +=
      geometry.kernel * geometry.kernel * inputs / geometry.groups * outputs * size.height
      * size.width
  }
}

/// Height and width of a feature map in pixels.
public struct ImageSize: Hashable, Sendable {
  /// Rows.
  public var height: Int
  /// Columns.
  public var width: Int

  /// Makes a size.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}
