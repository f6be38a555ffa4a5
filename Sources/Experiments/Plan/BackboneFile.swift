import CheckpointFormat
import DurableFiles
public import Foundation
import ModelZoo
import NeuralNet

/// Weights from a file with which a detector's backbone starts.
public struct BackboneFile: Hashable, Sendable {
  /// Which backbone.
  public let backbone: String
  /// Where the file lies.
  public let url: URL
  /// SHA-256 of the file.
  public let sha256: String

  /// Reads `BACKBONE=FILE`. Throws for an unknown backbone and for a file that cannot be read.
  public init(_ text: String) throws {
    let words = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard words.count == 2, SSD300.Backbone(rawValue: words[0]) != nil else {
      let known = SSD300.Backbone.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("\"\(text)\" names no backbone; write BACKBONE=FILE with one of \(known)")
    }
    backbone = words[0]
    url = URL(fileURLWithPath: words[1])
    sha256 = try Digest.sha256(fileAt: url)
  }

  /// Overwrites the backbone of a detector that has this one.
  func load(into network: any Network, _ architecture: Architecture) throws {
    guard let detector = network as? SSD300, case .ssd300(let own, _) = architecture,
      own.rawValue == backbone
    else { return }
    let state = try Checkpoint(contentsOf: url, sections: [.model]).sections[.model] ?? []
    do { try BackboneWeights(state).load(into: detector, own) } catch let error as StateError {
      throw StateError("\(url.path): \(error)")
    }
  }
}
