internal import CTorch

/// Instructions for which the suite has fused kernels. A program takes the widest that the processor has.
public enum KernelLevel: String, Sendable, CaseIterable {
  /// 16 floats at once.
  case avx512
  /// 8 floats at once, with FMA.
  case avx2
  /// 4 floats at once.
  case neon
  /// No fused kernels: libtorch's own compute.
  case none

  /// What the calling thread takes.
  public static var current: KernelLevel {
    ct_kernel_level().flatMap { KernelLevel(rawValue: String(cString: $0)) } ?? .none
  }

  /// Those that this processor has, the widest first; without `none`.
  public static var available: [KernelLevel] {
    var levels: [KernelLevel] = []
    while let name = ct_available_kernel_level(Int32(levels.count)),
      let level = KernelLevel(rawValue: String(cString: name))
    { levels.append(level) }
    return levels
  }
}

/// Runs `body` with the kernels of `level` on this thread; the gradients of what it computes take the same. Throws
/// for a level that this processor does not have.
public func withKernels<Result>(
  _ level: KernelLevel, _ body: () throws -> Result
) throws -> Result {
  let previous = KernelLevel.current
  guard ct_force_kernel_level(level.rawValue) else {
    throw TensorError(
      operation: "kernels", code: .refused, message: "this CPU has no \(level.rawValue)")
  }
  defer { _ = ct_force_kernel_level(previous.rawValue) }
  return try body()
}
