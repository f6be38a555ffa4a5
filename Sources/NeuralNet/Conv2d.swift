public import TensorCore

/// Two-dimensional convolution; registers `weight` [O, I, K, K] and no bias.
public struct Conv2d {
  /// Kernel size, stride and padding of a square convolution.
  public struct Geometry: Hashable, Sendable {
    /// Side of the kernel.
    public let kernel: Int
    /// Step between windows.
    public let stride: Int
    /// Zeros added on each side.
    public let padding: Int

    /// Makes a geometry.
    public init(kernel: Int, stride: Int = 1, padding: Int = 0) {
      self.kernel = kernel
      self.stride = stride
      self.padding = padding
    }
  }

  /// [O, I, K, K]
  public let weight: Tensor
  private let geometry: Geometry
  private let inputs: Int
  private let outputs: Int

  /// Start values: normal with standard deviation sqrt(2 / (K² O)), as in the OFD and Wide ResNet code.
  public init(
    _ path: ParameterPath, inputs: Int, outputs: Int, _ geometry: Geometry
  ) throws(TensorError) {
    let fanOut = Double(geometry.kernel * geometry.kernel * outputs)
    weight = try path.parameter(
      "weight", shape: [outputs, inputs, geometry.kernel, geometry.kernel],
      .normal(standardDeviation: (2 / fanOut).squareRoot()))
    self.geometry = geometry
    self.inputs = inputs
    self.outputs = outputs
  }

  /// [N, I, H, W] to [N, O, H', W'].
  public func callAsFunction(_ x: Tensor) throws(TensorError) -> Tensor {
    try x.convolved(weight: weight, stride: geometry.stride, padding: geometry.padding)
  }

  /// Whether `fused` applies: 3 x 3, stride 1, padding 1, channels in the kernels' groups.
  public var canBeFused: Bool {
    geometry == Geometry(kernel: 3, padding: 1)
      && (inputs | outputs) % FusedConvolution.channelGroup == 0
  }

  /// The convolution as a kernel without a graph, with the weight as it is now.
  public func fused() throws(TensorError) -> FusedConvolution {
    try FusedConvolution(weight: weight)
  }

  /// Adds the multiply-adds for one image of `size` and moves `size` to that of the result.
  public func count(_ size: inout ImageSize, into multiplyAdds: inout Int) {
    func extent(_ length: Int) -> Int {
      (length + 2 * geometry.padding - geometry.kernel) / geometry.stride + 1
    }
    size = ImageSize(height: extent(size.height), width: extent(size.width))
    multiplyAdds +=
      geometry.kernel * geometry.kernel * inputs * outputs * size.height * size.width
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
