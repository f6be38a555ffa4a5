import Foundation

/// What the kernel tells about the machine.
extension Machine {
  /// Cores that this process may use.
  package static var usableCores: Int { ProcessInfo.processInfo.activeProcessorCount }

  /// Names of the processor's features: `flags` on x86, `Features` on ARM.
  static var cpuFlags: [String] {
    let line = contents("/proc/cpuinfo").split(separator: "\n").first {
      $0.hasPrefix("flags") || $0.hasPrefix("Features")
    }
    return line?.split(separator: ":").last?.split(separator: " ").map(String.init) ?? []
  }

  /// Memory of the machine and what a program could get now, bytes; 0 where the system does not tell.
  static var memory: (total: Int, available: Int) {
    let lines = contents("/proc/meminfo").split(separator: "\n")
    func bytes(_ entry: String) -> Int {
      let line = lines.first { $0.hasPrefix(entry) }
      return 1024 * (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0)
    }
    return (bytes("MemTotal:"), bytes("MemAvailable:"))
  }

  /// The limit of memory of the control group, bytes; nil without one.
  static var memoryLimit: Int? {
    ["/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"].lazy
      .compactMap { Int(contents($0).trimmingCharacters(in: .whitespacesAndNewlines)) }
      // The older form writes a very large number for none.
      .first { $0 < 1 << 50 }
  }

  /// Whether a driver for NVIDIA's devices is loaded.
  static var hasNVIDIADriver: Bool {
    ["/proc/driver/nvidia/version", "/dev/nvidiactl", "/dev/dxg"].contains {
      FileManager.default.fileExists(atPath: $0)
    }
  }

  /// The file of a shared library that this process has loaded, by its name.
  static func loadedLibrary(_ isWanted: (String) -> Bool) -> URL? {
    for line in contents("/proc/self/maps").split(separator: "\n") {
      // Address, rights, offset, device, inode; then the path, in which there may be spaces.
      let words = line.split(separator: " ", maxSplits: 5)
      guard words.count == 6 else { continue }
      let file = URL(fileURLWithPath: words[5].trimmingCharacters(in: .whitespaces))
      if isWanted(file.lastPathComponent) { return file }
    }
    return nil
  }
}
