internal import CTorch

/// Facts and process-wide switches of libtorch. Programs set them once; no library code does.
public enum Engine {
  /// Version of libtorch, such as `2.13.0`.
  public static var version: String { String(cString: ct_version()) }

  /// Vector instructions that libtorch uses on this CPU, such as `AVX512`.
  public static var cpuCapability: String { String(cString: ct_cpu_capability()) }

  /// Number of CUDA devices that libtorch can use.
  public static var cudaDeviceCount: Int { Int(ct_cuda_device_count()) }

  /// Threads of one operation.
  public static var threads: Int { Int(ct_threads()) }

  /// Sets the threads of one operation, for the whole process.
  public static func setThreads(_ count: Int) throws(TensorError) {
    try check("set threads", ct_set_threads(Int32(clamping: count)))
  }

  /// Waits until the work queued on `device` is done.
  public static func synchronize(_ device: Device) throws(TensorError) {
    try check("synchronize", ct_synchronize(device.c))
  }

  /// Number of tensor handles alive in the process.
  public static var liveTensors: Int { Int(ct_live_tensors()) }

  /// Gives the large host blocks that are kept for reuse back to the system.
  public static func releaseHostCache() { ct_release_host_cache() }
}
