internal import CTorch

/// An operation of the tensor library failed.
public struct TensorError: Error, CustomStringConvertible, Sendable {
  /// What kind of failure it was.
  public enum Code: String, Sendable {
    /// Memory of the host or of a device is exhausted.
    case outOfMemory
    /// libtorch refused the operation: shapes, dtypes, devices or the state of autograd.
    case refused
    /// Anything else that happened below.
    case unknown
  }

  /// The operation that failed, such as `conv2d`.
  public let operation: String
  /// The kind of failure.
  public let code: Code
  /// The library's own explanation, without its backtrace.
  public let message: String

  /// Makes an error.
  public init(operation: String, code: Code, message: String) {
    self.operation = operation
    self.code = code
    self.message = message
  }

  /// One line: operation and explanation.
  public var description: String { "\(operation): \(message)" }
}

/// Turns a status of the C boundary into a thrown error.
func check(_ operation: String, _ status: ct_status) throws(TensorError) {
  let code: TensorError.Code
  switch status {
  case .CT_OK: return
  case .CT_OUT_OF_MEMORY: code = .outOfMemory
  case .CT_TORCH: code = .refused
  case .CT_UNKNOWN: code = .unknown
  }
  let message = String(cString: ct_last_error()).split(separator: "\n").first.map(String.init)
  throw TensorError(operation: operation, code: code, message: message ?? "no explanation")
}

/// Runs a C function that hands out one tensor and takes ownership of it.
func produce(
  _ operation: String, _ body: (UnsafeMutablePointer<OpaquePointer?>) -> ct_status
) throws(TensorError) -> Tensor {
  guard let tensor = try produceOptional(operation, body) else {
    throw TensorError(operation: operation, code: .unknown, message: "no result")
  }
  return tensor
}

/// The same for a C function whose result may be absent.
func produceOptional(
  _ operation: String, _ body: (UnsafeMutablePointer<OpaquePointer?>) -> ct_status
) throws(TensorError) -> Tensor? {
  var handle: OpaquePointer?
  try check(operation, body(&handle))
  return handle.map { Tensor(owning: $0) }
}
