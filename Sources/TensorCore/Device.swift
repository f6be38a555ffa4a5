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

  /// Why libtorch cannot run on this device here, as one sentence without a full stop; nil when it can.
  public var obstacle: String? {
    guard case .cuda(let index) = self else { return nil }
    if let obstacle = Engine.cudaObstacle { return obstacle }
    let count = Engine.cudaDeviceCount
    return index < count ? nil : "libtorch finds \(count) CUDA devices, counted from 0"
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
