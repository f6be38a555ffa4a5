public import DurableFiles
public import Foundation
import JSON

/// The results of a device's check in Markdown.
public struct DeviceCheckPage {
  private let root: [String: JSONValue]
  private let steps: [[String: JSONValue]]

  /// Reads the file that `DeviceCheck` wrote; throws for any other.
  public init(contentsOf file: URL) throws(FileError) {
    let bytes = try FileError.reading(file)
    do { root = try JSONValue(json: bytes).object ?? [:] } catch {
      throw FileError("\(file.path) is no result of gpu-check: \(error)")
    }
    steps = (root["steps"]?.array ?? []).compactMap(\.object)
    guard !steps.isEmpty, steps.allSatisfy({ $0["step"]?.string != nil }) else {
      throw FileError("\(file.path) is no result of gpu-check: it has no list of steps")
    }
  }

  /// A section of a page, with a table of the steps and one of each step's speeds.
  public var markdown: String {
    var lines = [
      "## Libtorch \(root["libtorch"]?.string ?? "unknown"), \(root["device"]?.string ?? "unknown")",
      "",
    ]
    if let machine { lines += [machine, ""] }
    lines += ["| check | outcome | seconds |", "|---|---|---|"]
    for step in steps {
      let reason = step["reason"]?.string.map { ": \($0)" } ?? ""
      lines.append(
        "| \(step["step"]?.string ?? "") | \(step["outcome"]?.string ?? "")\(reason) | \(rounded(step["seconds"], 0)) |"
      )
    }
    for step in steps {
      guard let variants = step["variants"]?.array?.compactMap(\.object), !variants.isEmpty else {
        continue
      }
      lines += ["", "### A \(step["step"]?.string ?? "step")", ""] + speeds(variants)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The host and the suite, where the check looked at them.
  private var machine: String? {
    guard let found = steps.compactMap({ $0["machine"]?.object }).first else { return nil }
    let (processor, suite) = (found["processor"]?.object ?? [:], found["suite"]?.object ?? [:])
    let state = suite["changed"] == .bool(true) ? ", changed" : ""
    return "Host: "
      + "\(processor["model"]?.string ?? "unknown"), \(rounded(processor["cores"], 0)) cores; commit "
      + "\(suite["commit"]?.string ?? "unknown")\(state)."
  }

  /// Medians of all variants, and how many times faster than PyTorch eager those are of whose method it ran, too: the word
  /// before the comma.
  private func speeds(_ variants: [[String: JSONValue]]) -> [String] {
    var lines = [
      "| variant | ms a step, median | lowest | images/s | times PyTorch eager | peak MiB |",
      "|---|---|---|---|---|---|",
    ]
    for variant in variants {
      let name = variant["variant"]?.string ?? ""
      let eager = variants.first {
        $0["variant"]?.string == "\(name.prefix { $0 != "," }), PyTorch eager"
      }
      let ratio = eager.flatMap { $0["medianSeconds"]?.double }.flatMap { first in
        variant["medianSeconds"]?.double.map { String(format: "%.2f", first / $0) }
      }
      lines.append(
        "| \(name) | \(rounded(variant["medianSeconds"], 1, times: 1000)) "
          + "| \(rounded(variant["lowestSeconds"], 1, times: 1000)) "
          + "| \(rounded(variant["imagesPerSecond"], 0)) | \(ratio ?? "-") "
          + "| \(rounded(variant["peakBytes"], 0, times: 1 / 0x1p20)) |")
    }
    return lines
  }

  private func rounded(_ value: JSONValue?, _ digits: Int, times factor: Double = 1) -> String {
    guard let number = value?.double else { return "-" }
    return String(format: "%.\(digits)f", number * factor)
  }
}
