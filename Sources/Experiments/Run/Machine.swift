import Foundation
import TensorCore

/// What the provenance of a run says about the machine and the suite.
enum Machine {
  /// The processor's name; `unknown` where the system does not tell.
  static var cpuModel: String {
    let text = contents("/proc/cpuinfo")
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line?.split(separator: ":").last.map { $0.trimmingCharacters(in: .whitespaces) }
      ?? "unknown"
  }

  /// Highest resident memory of the process so far, bytes; 0 where the system does not tell.
  static var peakMemory: Int { memory("VmHWM:") }

  /// Resident memory of the process now, bytes; 0 where the system does not tell.
  static var residentMemory: Int { memory("VmRSS:") }

  private static func memory(_ entry: String) -> Int {
    let line = contents("/proc/self/status").split(separator: "\n").first {
      $0.hasPrefix(entry)
    }
    let kibibytes = line?.split(separator: " ").compactMap { Int($0) }.first
    return (kibibytes ?? 0) * 1024
  }

  /// Commit of the sources that the program lies in, and whether they were changed; `unknown` outside.
  static func sourceState() -> (commit: String, dirty: Bool) {
    let directory = URL(fileURLWithPath: contentsOfLink("/proc/self/exe"))
      .deletingLastPathComponent()
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

  private static func contents(_ path: String) -> String {
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

/// Version of the suite.
public enum Suite {
  /// As in the changelog.
  public static let version = "0.1.0"
}
