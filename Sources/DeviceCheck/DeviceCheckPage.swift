public import Foundation
import JSON

/// The results of a device's check in Markdown.
public struct DeviceCheckPage {
  private let root: [String: JSONValue]
  private let steps: [[String: JSONValue]]

  /// Reads the file that `DeviceCheck` wrote.
  public init(contentsOf file: URL) throws {
    root = try JSONValue(json: Data(contentsOf: file)).object ?? [:]
    steps = (root["steps"]?.array ?? []).compactMap(\.object)
  }

  /// A section of a page, with a table of the steps and one of each step's speeds.
  public var markdown: String {
    var lines = [
      "## Libtorch \(text(root["libtorch"]) ?? "unknown"), \(text(root["device"]) ?? "unknown")",
      "",
      machine, "", "| check | outcome | seconds |", "|---|---|---|",
    ]
    for step in steps {
      let reason = text(step["reason"]).map { ": \($0)" } ?? ""
      lines.append(
        "| \(text(step["step"]) ?? "") | \(text(step["outcome"]) ?? "")\(reason) | \(rounded(step["seconds"], 0)) |"
      )
    }
    for step in steps {
      guard let variants = step["variants"]?.array?.compactMap(\.object), !variants.isEmpty else {
        continue
      }
      lines += ["", "### A \(text(step["step"]) ?? "step")", ""] + speeds(variants)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private var machine: String {
    let found = steps.compactMap { $0["machine"]?.object }.first ?? [:]
    let (processor, suite) = (found["processor"]?.object ?? [:], found["suite"]?.object ?? [:])
    let state = suite["changed"] == .bool(true) ? ", changed" : ""
    return "Host: "
      + "\(text(processor["model"]) ?? "unknown"), \(rounded(processor["cores"], 0)) cores; commit "
      + "\(text(suite["commit"]) ?? "unknown")\(state)."
  }

  /// Medians of a group's variants, and how many times faster they are than the first of their group, PyTorch eager where
  /// it was at hand; a group is what begins with the same word.
  private func speeds(_ variants: [[String: JSONValue]]) -> [String] {
    var lines = [
      "| variant | ms a step, median | lowest | images/s | times PyTorch eager | peak MiB |",
      "|---|---|---|---|---|---|",
    ]
    for variant in variants {
      let name = text(variant["variant"]) ?? ""
      let eager = variants.first {
        text($0["variant"]) == "\(name.prefix { $0 != "," }), PyTorch eager"
      }
      let ratio = eager.flatMap { number($0["medianSeconds"]) }.flatMap { first in
        number(variant["medianSeconds"]).map { String(format: "%.2f", first / $0) }
      }
      lines.append(
        "| \(name) | \(rounded(variant["medianSeconds"], 1, times: 1000)) "
          + "| \(rounded(variant["lowestSeconds"], 1, times: 1000)) "
          + "| \(rounded(variant["imagesPerSecond"], 0)) | \(ratio ?? "-") "
          + "| \(rounded(variant["peakBytes"], 0, times: 1 / 0x1p20)) |")
    }
    return lines
  }

  private func text(_ value: JSONValue?) -> String? { value?.string }

  private func number(_ value: JSONValue?) -> Double? {
    switch value {
    case .number(let number): number
    case .integer(let number): Double(number)
    default: nil
    }
  }

  private func rounded(_ value: JSONValue?, _ digits: Int, times factor: Double = 1) -> String {
    guard let number = number(value) else { return "-" }
    return String(format: "%.\(digits)f", number * factor)
  }
}
