import CheckpointFormat
import DurableFiles
public import Foundation
import ModelZoo
import NeuralNet
import UserErrors

/// Weights from a file with which a detector's or a segmentation's backbone starts.
public struct BackboneFile: Hashable, Sendable {
  /// Which backbone.
  public let backbone: String
  /// Where the file lies.
  public let url: URL
  /// SHA-256 of the file.
  public let sha256: String

  /// Reads `BACKBONE=FILE`. Throws for a backbone that the settings' networks do not have and for a file that cannot be read.
  public init(_ text: String, of settings: [Setting]) throws {
    let words = text.split(separator: "=", maxSplits: 1).map(String.init)
    let known = settings.flatMap { [$0.teacher.backbone, $0.student.backbone] }
      .compactMap { $0 }
    guard !known.isEmpty else {
      throw UsageError("these networks have no backbone that a file could give")
    }
    guard words.count == 2, known.contains(words[0]) else {
      throw UsageError(
        "\"\(text)\" names no backbone; write BACKBONE=FILE with one of "
          + Set(known).sorted().joined(separator: ", "))
    }
    backbone = words[0]
    url = URL(fileURLWithPath: words[1])
    sha256 = try Digest.sha256(fileAt: url)
  }

  /// Overwrites the backbone of a network that has this one.
  func load(into network: any Network, _ architecture: Architecture) throws {
    guard architecture.backbone == backbone else { return }
    guard try Digest.sha256(fileAt: url) == sha256 else {
      throw StateError("\(url.path) has changed since the command began: start it anew")
    }
    let state = try Checkpoint(contentsOf: url, sections: [.model]).sections[.model] ?? []
    do {
      try BackboneWeights(state).load(into: network, architecture)
    } catch let error as StateError {
      throw StateError("\(url.path): \(error)")
    }
  }
}
