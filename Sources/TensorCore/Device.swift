internal import CTorch

/// Where tensors live and operations run. A value that callers pass on, never a process-wide setting.
public enum Device: Hashable, Sendable, CustomStringConvertible {
  /// The host.
  case cpu
  /// The CUDA device of this number.
  case cuda(Int)

  /// Reads `cpu`, `cuda` (the first device) or `cuda:N`; nil for anything else.
  public init?(_ text: String) {
    switch text {
    case "cpu": self = .cpu
    case "cuda": self = .cuda(0)
    default:
      guard text.hasPrefix("cuda:"), let index = Int(text.dropFirst(5)), (0..<128).contains(index)
      else { return nil }
      self = .cuda(index)
    }
  }

  /// The form that `init(_:)` reads.
  public var description: String {
    switch self {
    case .cpu: "cpu"
    case .cuda(let index): "cuda:\(index)"
    }
  }

  /// Whether libtorch can run on this device here.
  public var isAvailable: Bool {
    switch self {
    case .cpu: true
    case .cuda(let index): index < Engine.cudaDeviceCount
    }
  }

  var c: ct_device {
    switch self {
    case .cpu: ct_device(index: -1)
    case .cuda(let index): ct_device(index: Int32(index))
    }
  }

  init(_ device: ct_device) {
    self = device.index < 0 ? .cpu : .cuda(Int(device.index))
  }
}
