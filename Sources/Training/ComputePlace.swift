public import TensorCore

/// Which of several implementations computes.
public enum Kernels: String, Sendable, CaseIterable {
  /// The memory order with the fastest kernels of the place, and the suite's fused kernels where they exist, for teachers
  /// and for training.
  case fast
  /// Contiguous maps and libtorch's own kernels, as in the released code.
  case reference
}

/// Where and how networks are computed; nothing here is part of what a run is.
public struct ComputePlace: Sendable {
  /// Where networks run.
  public var device: Device
  /// Arithmetic of the forward pass.
  public var precision: Precision
  /// Kernels and memory order.
  public var kernels: Kernels

  /// Makes a place.
  public init(
    device: Device = .cpu, precision: Precision = .float32, kernels: Kernels = .fast
  ) {
    self.device = device
    self.precision = precision
    self.kernels = kernels
  }

  /// Memory order of images and convolution weights. cuDNN's float32 convolutions are faster on contiguous maps, all
  /// others, which tensor cores or the suite's kernels compute, with channels last.
  public var layout: Tensor.Layout {
    let isPlainCUDA = device != .cpu && precision == .float32
    return kernels == .reference || isPlainCUDA ? .contiguous : .channelsLast
  }
  /// The kernels with the instructions that the suite's own ones take on this host, such as `fast (avx512)`.
  public var kernelsInUse: String {
    let level = KernelLevel.current
    guard kernels == .fast, precision != .bfloat16, device == .cpu, level != .none else {
      return kernels.rawValue
    }
    return "\(kernels.rawValue) (\(level.rawValue))"
  }
  /// Whether graph-free passes take fused kernels; autocast needs libtorch's own.
  public var fuses: Bool { kernels == .fast && precision != .bfloat16 }
}
