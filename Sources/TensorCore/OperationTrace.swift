internal import CTorch

/// The steps by which a tensor was computed, as autograd recorded them: what a network is, read off its forward pass.
///
/// Only what requires a gradient is recorded, so images and parameters must. Steps come behind those that they read.
public struct OperationTrace {
  /// What a step does.
  public enum Operation {
    /// Nothing: the tensor is an image or a parameter.
    case leaf(Tensor)
    /// A convolution with `weight` [O, I / groups, KH, KW].
    case convolution(weight: Tensor, Convolution)
    /// A batch norm by running statistics, as factors [C].
    case scale(Tensor)
    /// A linear layer with `weight` [O, I].
    case linear(weight: Tensor)
    /// The sum of its inputs.
    case sum
    /// ReLU or ReLU6.
    case rectifier
    /// The largest value of each window.
    case maxPool(kernel: Int, stride: Int, padding: Int)
    /// The mean of each window.
    case averagePool(kernel: Int, stride: Int)
    /// The mean over some axes.
    case mean
    /// Its inputs side by side.
    case concatenation
    /// Every `step`-th element along an axis, or a part of it.
    case selection(axis: Int, step: Int)
    /// Bilinear interpolation of maps.
    case bilinear
    /// Nearest-neighbour interpolation of maps.
    case nearest
    /// All elements in another order, or beside constants.
    case isometry
    /// Anything else, by libtorch's name of its derivative.
    case other(String)
  }

  /// Geometry of a convolution.
  public struct Convolution: Hashable, Sendable {
    /// Step between windows, along rows and columns alike.
    public var stride: Int
    /// Zeros on each side.
    public var padding: Int
    /// Distance between the pixels of a window.
    public var dilation: Int
    /// Groups of channels.
    public var groups: Int

    /// Makes a geometry.
    public init(stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1) {
      self.stride = stride
      self.padding = padding
      self.dilation = dilation
      self.groups = groups
    }
  }

  /// One step.
  public struct Step {
    /// What it does.
    public let operation: Operation
    /// Steps whose results it reads; constants and a layer's own parameters are left out.
    public let inputs: [Int]
    /// Shape of its result.
    public let shape: [Int]
    /// The leaf of a layer's weight.
    public let parameter: Int?
  }

  /// All steps, inputs first; the last one's result is the tensor.
  public let steps: [Step]
  private let handle: TraceHandle

  /// Reads how `tensor` was computed. Throws where autograd recorded nothing.
  public init(of tensor: Tensor) throws(TensorError) {
    var opened: OpaquePointer?
    try check("trace", ct_trace_open(tensor.pointer, &opened))
    guard let opened else {
      throw TensorError(operation: "trace", code: .unknown, message: "no result")
    }
    handle = TraceHandle(owning: opened)
    var steps: [Step] = []
    for index in 0..<ct_trace_count(opened) { steps.append(try Self.step(index, of: opened)) }
    self.steps = steps
  }

  /// The step whose result `tensor` is, or the leaf that it is; nil where it is neither.
  public func index(of tensor: Tensor) throws(TensorError) -> Int? {
    var index: Int32 = -1
    try check("trace", ct_trace_index(handle.pointer, tensor.pointer, &index))
    return index < 0 ? nil : Int(index)
  }

  private static func step(_ index: Int32, of trace: OpaquePointer) throws(TensorError) -> Step {
    var step = ct_step()
    try check("trace", ct_trace_step(trace, index, &step))
    let inputs = UnsafeBufferPointer(start: step.inputs, count: Int(step.input_count))
    let numbers = UnsafeBufferPointer(start: step.numbers, count: Int(step.number_count))
    return Step(
      operation: try operation(step, numbers.map { Int($0) }, index, trace),
      inputs: inputs.filter { $0 >= 0 }.map { Int($0) },
      shape: UnsafeBufferPointer(start: step.shape, count: Int(step.rank)).map { Int($0) },
      parameter: step.parameter < 0 ? nil : Int(step.parameter))
  }

  private static func operation(
    _ step: ct_step, _ numbers: [Int], _ index: Int32, _ trace: OpaquePointer
  ) throws(TensorError) -> Operation {
    func operand() throws(TensorError) -> Tensor {
      try produce("trace") { ct_trace_operand(trace, index, $0) }
    }
    let name = step.name.map { String(cString: $0) } ?? ""
    switch step.kind {
    case .CT_STEP_LEAF: return .leaf(try operand())
    case .CT_STEP_CONVOLUTION:
      guard numbers[0] == numbers[1], numbers[2] == numbers[3], numbers[4] == numbers[5] else {
        return .other(name)
      }
      return .convolution(
        weight: try operand(),
        Convolution(
          stride: numbers[0], padding: numbers[2], dilation: numbers[4], groups: numbers[6]))
    case .CT_STEP_SCALE: return .scale(try operand())
    case .CT_STEP_LINEAR: return .linear(weight: try operand())
    case .CT_STEP_SUM: return .sum
    case .CT_STEP_RECTIFIER: return .rectifier
    case .CT_STEP_MAX_POOL:
      return .maxPool(kernel: numbers[0], stride: numbers[1], padding: numbers[2])
    case .CT_STEP_AVERAGE_POOL: return .averagePool(kernel: numbers[0], stride: numbers[1])
    case .CT_STEP_MEAN: return .mean
    case .CT_STEP_CONCATENATION: return .concatenation
    case .CT_STEP_SELECTION: return .selection(axis: numbers[0], step: numbers[1])
    case .CT_STEP_BILINEAR: return .bilinear
    case .CT_STEP_NEAREST: return .nearest
    case .CT_STEP_ISOMETRY: return .isometry
    case .CT_STEP_OTHER: return .other(name)
    }
  }
}

/// Owns one trace of the library.
private final class TraceHandle {
  let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { ct_trace_close(pointer) }
}
