import Foundation
package import TensorCore

/// What the provenance of a run says about the machine and the suite.
package enum Machine {
  /// The processor's name; `unknown` where the system does not tell.
  static var cpuModel: String {
    let text = contents("/proc/cpuinfo")
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
      ?? "unknown"
  }

  /// Forgets the peak so far, so that `peakMemory` is that of what follows. Where the system refuses, it
  /// stays that of the process.
  package static func restartPeakMemory(of device: Device = .cpu) {
    Engine.restartPeakMemory(of: device)
    guard let handle = FileHandle(forWritingAtPath: "/proc/self/clear_refs") else { return }
    do { try handle.write(contentsOf: Data("5".utf8)) } catch { return }
  }

  /// Highest memory of tensors on a CUDA device since `restartPeakMemory`, or highest resident memory on the host, bytes;
  /// 0 where the system does not tell.
  package static func peakMemory(of device: Device = .cpu) -> Int {
    Engine.peakMemory(of: device) ?? memory("VmHWM:")
  }

  /// Resident memory of the process now, bytes; 0 where the system does not tell.
  package static var residentMemory: Int { memory("VmRSS:") }

  private static func memory(_ entry: String) -> Int {
    let line = contents("/proc/self/status").split(separator: "\n").first {
      $0.hasPrefix(entry)
    }
    // A tab, and spaces only before numbers of fewer than eight digits.
    let kibibytes = line?.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }.first
    return (kibibytes ?? 0) * 1024
  }

  /// Commit of the program's sources and whether they were changed; `unknown` outside of a clone.
  ///
  /// `make build` writes both beside the programs, as they were when it built. Without that file, or
  /// with one older than the program, the clone in which the program lies tells, once per process.
  static let sourceState: (commit: String, dirty: Bool) = {
    let program = URL(fileURLWithPath: contentsOfLink("/proc/self/exe"))
    let stamp = program.deletingLastPathComponent().appendingPathComponent("source-state.txt")
    if isNewer(stamp, than: program) {
      let words = contents(stamp.path).split(whereSeparator: \.isWhitespace)
      if words.count == 2 { return (String(words[0]), words[1] == "dirty") }
    }
    return stateOfClone(around: program)
  }()

  private static func isNewer(_ first: URL, than second: URL) -> Bool {
    // A file without a date is no stamp.
    let dates = [first, second].map {
      try? $0.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
    }
    guard let first = dates[0] ?? nil, let second = dates[1] ?? nil else { return false }
    return first >= second
  }

  private static func stateOfClone(around program: URL) -> (commit: String, dirty: Bool) {
    let directory = program.deletingLastPathComponent()
    let commit = git(["rev-parse", "HEAD"], in: directory)
    guard let commit, !commit.isEmpty else { return ("unknown", false) }
    return (commit, git(["status", "--porcelain"], in: directory) != "")
  }

  private static func git(_ arguments: [String], in directory: URL) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-C", directory.path] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return nil }
    let bytes = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  static func contents(_ path: String) -> String {
    guard let handle = FileHandle(forReadingAtPath: path) else { return "" }
    return String(decoding: handle.readDataToEndOfFile(), as: UTF8.self)
  }

  private static func contentsOfLink(_ path: String) -> String {
    do {
      return try FileManager.default.destinationOfSymbolicLink(atPath: path)
    } catch {
      return CommandLine.arguments[0]
    }
  }
}
