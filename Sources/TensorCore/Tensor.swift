internal import CTorch

/// Owns one reference to a tensor of libtorch.
final class TensorHandle {
  let pointer: OpaquePointer

  init(owning pointer: OpaquePointer) { self.pointer = pointer }

  deinit { ct_tensor_free(pointer) }
}

/// An n-dimensional array of libtorch, on any device, with autograd.
///
/// A `Tensor` is a reference: copies share data. It is not `Sendable`; one thread uses it at a time.
/// Every operation that can fail throws `TensorError`.
public struct Tensor {
  let handle: TensorHandle

  init(owning pointer: OpaquePointer) { handle = TensorHandle(owning: pointer) }

  var pointer: OpaquePointer { handle.pointer }

  /// Whether both are one tensor of libtorch under one name, not merely equal or of shared memory.
  public func isSame(as other: Tensor) -> Bool { handle === other.handle }

  /// Copies row-major `values` to `device`, converted to `dtype` (their own one when nil).
  ///
  /// Throws when their number does not fit `shape`.
  public init<Element: TensorElement>(
    _ values: [Element], shape: [Int], dtype: DType? = nil, device: Device = .cpu
  ) throws(TensorError) {
    let extents = shape.map(Int64.init)
    let tensor = try produce("tensor") { out in
      values.withUnsafeBytes { bytes in
        withExtendedLifetime(values) {
          ct_tensor_from_host(
            bytes.baseAddress, bytes.count,
            Element.dtype.c, extents, Int32(extents.count), device.c, out)
        }
      }
    }
    self = try tensor.converted(to: dtype ?? Element.dtype)
  }

  /// Copies row-major bytes of elements of `dtype` to `device`.
  public init(bytes: some Collection<UInt8>, shape: [Int], dtype: DType, device: Device = .cpu)
    throws(TensorError)
  {
    let extents = shape.map(Int64.init)
    let copy = Array(bytes)
    self = try produce("tensor") { out in
      copy.withUnsafeBytes { bytes in
        ct_tensor_from_host(
          bytes.baseAddress, bytes.count,
          dtype.c, extents, Int32(extents.count), device.c, out)
      }
    }
  }

  /// A tensor with every element equal to `value`.
  public static func full(
    _ value: Double, shape: [Int], dtype: DType = .float32, device: Device = .cpu
  ) throws(TensorError) -> Tensor {
    let extents = shape.map(Int64.init)
    return try produce("full") {
      ct_tensor_full(value, dtype.c, extents, Int32(extents.count), device.c, $0)
    }
  }

  /// Number of axes.
  public var rank: Int { Int(ct_tensor_rank(pointer)) }

  /// Row-major extents.
  public var shape: [Int] { (0..<rank).map { Int(ct_tensor_extent(pointer, Int32($0))) } }

  /// Number of elements.
  public var count: Int { shape.reduce(1, *) }

  /// Where the data lie.
  public var device: Device { Device(ct_tensor_device(pointer)) }

  /// The element type. Throws for a type that the suite does not use.
  public func dtype() throws(TensorError) -> DType {
    var dtype = ct_dtype.CT_FLOAT32
    try check("dtype", ct_tensor_dtype(pointer, &dtype))
    return DType(dtype)
  }
}
