internal import CTorch

extension Tensor {
  /// Copies all elements, converted to `Element`, to the host in row-major order. Waits for the device.
  public func values<Element: TensorElement>(
    as type: Element.Type = Element.self
  ) throws(TensorError) -> [Element] {
    let count = self.count
    var status = ct_status.CT_OK
    let values = [Element](unsafeUninitializedCapacity: count) { buffer, initialized in
      guard let start = buffer.baseAddress else { return }
      status = ct_tensor_to_host(
        pointer, Element.dtype.c, start, count * MemoryLayout<Element>.stride)
      initialized = status == .CT_OK ? count : 0
    }
    try check("copy to host", status)
    return values
  }

  /// Copies the bytes of all elements, in their own dtype and row-major order, to the host.
  public func bytes() throws(TensorError) -> [UInt8] {
    let dtype = try self.dtype()
    let size = count * dtype.byteCount
    var status = ct_status.CT_OK
    let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, initialized in
      guard let start = buffer.baseAddress else { return }
      status = ct_tensor_to_host(pointer, dtype.c, start, size)
      initialized = status == .CT_OK ? size : 0
    }
    try check("copy to host", status)
    return bytes
  }

  /// The only element of a tensor of one element, as a double. Waits for the device.
  public func scalar() throws(TensorError) -> Double {
    let values = try self.values(as: Double.self)
    guard let value = values.first, values.count == 1 else {
      throw TensorError(
        operation: "scalar", code: .refused, message: "the tensor has \(values.count) elements")
    }
    return value
  }

  /// Memory order of the elements of an image tensor.
  public enum Layout: String, Sendable {
    /// [N, C, H, W]
    case contiguous
    /// [N, H, W, C] in memory; the logical shape stays [N, C, H, W].
    case channelsLast
  }

  /// Converts dtype, device or memory order; shares the data when nothing changes.
  public func converted(
    to dtype: DType? = nil, device: Device? = nil, layout: Layout? = nil
  ) throws(TensorError) -> Tensor {
    let target = if let dtype { dtype } else { try self.dtype() }
    let order: ct_layout =
      switch layout {
      case nil: .CT_LAYOUT_KEEP
      case .contiguous: .CT_LAYOUT_CONTIGUOUS
      case .channelsLast: .CT_LAYOUT_CHANNELS_LAST
      }
    let place = (device ?? self.device).c
    return try produce("convert") { ct_tensor_convert(pointer, target.c, place, order, $0) }
  }

  /// A copy of the data that autograd knows nothing about.
  public func cloned() throws(TensorError) -> Tensor {
    try produce("clone") { ct_tensor_clone(pointer, $0) }
  }

  /// Overwrites the data, in place and outside autograd. Throws when the shapes differ.
  public func assign(_ source: Tensor) throws(TensorError) {
    try check("assign", ct_tensor_assign(pointer, source.pointer))
  }

  /// Overwrites every element, in place and outside autograd.
  public func fill(_ value: Double) throws(TensorError) {
    try check("fill", ct_tensor_fill(pointer, value))
  }
}
