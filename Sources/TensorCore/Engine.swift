internal import CTorch

/// Facts and process-wide switches of libtorch. Programs set them once; no library code does.
public enum Engine {
  /// Version of libtorch, such as `2.13.0`.
  public static var version: String { String(cString: ct_version()) }

  /// Vector instructions that libtorch uses on this CPU, such as `AVX512`.
  public static var cpuCapability: String { String(cString: ct_cpu_capability()) }

  /// Why CUDA cannot be used here, as one sentence without a full stop; nil when it can. The first call loads libtorch's
  /// CUDA part and has to come before any other use of CUDA.
  public static var cudaObstacle: String? { ct_cuda_obstacle().map { String(cString: $0) } }

  /// Number of CUDA devices that libtorch can use; 0 with an obstacle. Loads like `cudaObstacle`.
  public static var cudaDeviceCount: Int { Int(ct_cuda_device_count()) }

  /// Threads of one operation.
  public static var threads: Int { Int(ct_threads()) }

  /// Sets the threads of one operation, for the whole process.
  public static func setThreads(_ count: Int) throws(TensorError) {
    try check("set threads", ct_set_threads(Int32(clamping: count)))
  }

  /// Lets float32 products and convolutions on CUDA use TF32.
  public static func setTF32(_ enabled: Bool) throws(TensorError) {
    try check("set TF32", ct_set_tf32(enabled))
  }

  /// Waits until the work queued on `device` is done.
  public static func synchronize(_ device: Device) throws(TensorError) {
    try check("synchronize", ct_synchronize(device.c))
  }

  /// Most memory that tensors on a CUDA device took at once since `restartPeakMemory`, bytes; nil for the host, and where
  /// libtorch does not tell.
  public static func peakMemory(of device: Device) -> Int? {
    let bytes = Int(ct_device_peak_memory(device.c))
    return bytes > 0 ? bytes : nil
  }

  /// Forgets the peak of a CUDA device.
  public static func restartPeakMemory(of device: Device) {
    ct_restart_device_peak_memory(device.c)
  }

  /// Number of tensor handles alive in the process.
  public static var liveTensors: Int { Int(ct_live_tensors()) }

  /// Gives the large host blocks that are kept for reuse back to the system.
  public static func releaseHostCache() { ct_release_host_cache() }
}
