import Distillation
public import Foundation
import ModelZoo
import NeuralNet
public import TensorCore

/// How far a network's numbers in float32 on a device lie from golden ones, which were computed elsewhere in float64.
public struct GoldenNetwork {
  /// The file's name.
  public let name: String
  /// The largest deviation of each quantity, as a multiple of the tolerance that the file states for float32.
  public private(set) var deviations: [Quantity: Double] = [:]
  /// Numbers that were compared.
  public private(set) var comparisons = 0

  /// What is compared.
  public enum Quantity: String, Sendable, CaseIterable {
    /// Logits, relative to the largest.
    case output
    /// Taps, relative to the largest value of each.
    case taps
    /// The loss, relative.
    case loss
    /// Norms of the parameters' gradients, relative.
    case gradients

    /// Its name among the tolerances of a file.
    var tolerance: String { self == .gradients ? "grad_worst_param_l2" : rawValue }
  }

  /// Compares the network of a file, in evaluation and, where its labels are stored, in training; nil for a file
  /// whose network this suite does not have or does not train with one label per image.
  public init?(_ file: URL, on device: Device) throws {
    name = file.deletingPathExtension().lastPathComponent
    let node = try ReferenceNode(file: file)
    guard let architecture = Self.architecture(name) else { return nil }
    let bounds = try node.at("recommended_tolerance").at("float32_run")
    for item in try node.at("cases").list() {
      let images = try FillRule.images(
        item.at("input_name").text(), shape: item.at("input_shape").integers()
      ).converted(to: .float32, device: device)
      let make = { () throws -> any Network in
        let store = ParameterStore(seed: 0, device: device)
        let network = try architecture.makeNetwork(
          classCount: try node.at("num_classes").integer(), store: store)
        try store.fill(try node.at("name_prefix").text())
        return network
      }
      let evaluated = try make()
      let features = try withoutGradient { () throws(TensorError) in
        try evaluated.features(of: images, .eval)
      }
      try compare(features, item.at("eval"), bounds)
      let training = try item.at("train")
      if try training.at("labels").optional("data") != nil {
        try compareTraining(make(), images, training, bounds)
      }
    }
  }

  /// Detectors have no logits, and PyramidNet-200 would take most of the time.
  private static func architecture(_ name: String) -> Architecture? {
    guard ["wrn-", "cifar-", "pyramidnet-110", "deeplabv3plus-"].contains(where: name.hasPrefix)
    else { return nil }
    do { return try Architecture(name) } catch { return nil }
  }

  private mutating func compareTraining(
    _ network: any Network, _ images: Tensor, _ expected: ReferenceNode, _ bounds: ReferenceNode
  ) throws {
    let features = try network.features(of: images, .train)
    try compare(features, expected, bounds)
    let labels = try expected.at("labels").tensor().converted(device: images.device)
    let loss = try features.logits.crossEntropy(labels: labels)
    try note(loss.scalar(), expected.at("loss").number(), nil, .loss, bounds)
    try loss.backward()
    let rows = try expected.at("gradients").list().map { try $0.list() }
    // Some gradients are zero but for rounding, which follows from the size of the others.
    let floor = try rows.map { try $0[1].number() }.reduce(0, max) * 1e-3
    for row in rows {
      guard let gradient = try network.store.tensor(named: row[0].text())?.gradient() else {
        throw row[0].malformed("a parameter with a gradient")
      }
      let norm = try gradient.values(as: Double.self).reduce(0) { $0 + $1 * $1 }.squareRoot()
      let golden = try row[1].number()
      try note(norm, golden, max(golden, floor), .gradients, bounds)
    }
  }

  private mutating func compare(
    _ features: Features, _ expected: ReferenceNode, _ bounds: ReferenceNode
  ) throws {
    try compare(features.logits, expected.at("output"), .output, bounds)
    let taps = try expected.at("taps").list()
    guard taps.count == features.taps.count else {
      throw expected.malformed("\(features.taps.count) taps")
    }
    for (tap, golden) in zip(features.taps, taps) { try compare(tap, golden, .taps, bounds) }
  }

  /// All elements of a tensor that is stored whole, the sampled ones of a summary.
  private mutating func compare(
    _ tensor: Tensor, _ expected: ReferenceNode, _ quantity: Quantity, _ bounds: ReferenceNode
  ) throws {
    let values = try tensor.values(as: Double.self)
    let isWhole = expected.optional("data") != nil
    let golden = try expected.at(isWhole ? "data" : "values").numbers()
    let indices = isWhole ? Array(golden.indices) : try expected.at("indices").integers()
    let scale = isWhole ? golden.map(abs).max() ?? 0 : try expected.at("max_abs").number()
    for (index, number) in zip(indices, golden) {
      guard values.indices.contains(index) else {
        throw expected.malformed("indices of the tensor")
      }
      try note(values[index], number, scale, quantity, bounds)
    }
  }

  /// Notes |a - b| over the tolerance at `scale`; without one, at the golden number's own size.
  private mutating func note(
    _ actual: Double, _ golden: Double, _ scale: Double?, _ quantity: Quantity,
    _ bounds: ReferenceNode
  ) throws {
    comparisons += 1
    let bound = try bounds.at(quantity.tolerance).number() * (scale ?? abs(golden))
    let deviation = abs(actual - golden) / max(bound, .leastNormalMagnitude)
    // Not a number is the largest deviation of all.
    deviations[quantity] = max(deviations[quantity] ?? 0, deviation.isNaN ? .infinity : deviation)
  }
}
