public import CheckpointFormat
public import NeuralNet
import TensorCore

/// Weights of an image classifier as the start of a detector's or a segmentation's backbone.
///
/// Taken are torchvision's ResNets, VGG-16 and MobileNetV2, the latter also under the flat names of older files, the
/// MobileNet of the released ImageNet code and ssd.pytorch's reduced VGG-16, by their names. Classifier layers are left out; those of torchvision's VGG-16 become the dilated fc6 and the
/// fc7 by taking every fourth channel and every third pixel. The reduced VGG-16 expects levels minus a mean; its first
/// layer is rescaled to this suite's input, exactly but for the padded border.
public struct BackboneWeights {
  private var tensors: [String: Weight] = [:]

  /// Numbers in row-major order.
  struct Weight {
    var shape: [Int]
    var values: [Float]
  }

  /// Reads a classifier's state. Throws for tensors that are no floating-point numbers.
  public init(_ state: [StoredTensor]) throws {
    for stored in state where !stored.name.hasSuffix("num_batches_tracked") {
      tensors[stored.name] = Weight(
        shape: stored.shape, values: try Tensor(stored).values(as: Float.self))
    }
  }

  /// Overwrites the backbone of `network`; the other layers stay as they are. Throws, with nothing changed, where a
  /// tensor is missing or has another shape.
  public func load(into network: any Network, _ architecture: Architecture) throws {
    let named: [String: Weight] =
      switch architecture {
      case .ssd300(.vgg16, _): try vggNames()
      case .deepLab(.mobilenet, _): flatNames()
      default: behindPrefix { $0 }
      }
    let prefix = if case .ssd300(.vgg16, _) = architecture { "vgg." } else { Self.prefix }
    let entries = network.store.entries.filter {
      $0.role != .alias && $0.name.hasPrefix(prefix) && !$0.isCounter
    }
    for entry in entries {
      guard let found = named[entry.name] else {
        throw StateError("the backbone's weights have no tensor for \(entry.name)")
      }
      guard found.shape == entry.tensor.shape else {
        throw StateError(
          "the backbone's weights have shape \(found.shape) for \(entry.name), the network needs "
            + "\(entry.tensor.shape); narrow networks take none")
      }
    }
    for entry in entries {
      guard let found = named[entry.name] else { continue }
      try entry.tensor.assign(try Tensor(found.values, shape: found.shape))
    }
  }

  private static let prefix = "backbone."

  private func behindPrefix(_ name: (String) -> String) -> [String: Weight] {
    Dictionary(tensors.map { (Self.prefix + name($0), $1) }) { first, _ in first }
  }

  /// torchvision groups the layers of MobileNetV2's blocks, `features.2.conv.1.0.weight`, which the DeepLab code counts
  /// through, `features.2.conv.3.weight`. What ends a block stands outside of the groups, of which the first block has
  /// one and every other two.
  private func flatNames() -> [String: Weight] {
    guard tensors["features.1.conv.0.0.weight"] != nil else { return behindPrefix { $0 } }
    return behindPrefix { name in
      let words = name.split(separator: ".").map(String.init)
      guard words.count > 4, words[2] == "conv", let place = Int(words[3]) else { return name }
      let groups = words[1] == "1" ? 1 : 2
      let layer =
        if let inner = Int(words[4]) { 3 * place + inner } else { 2 * groups + place }
      return "features.\(words[1]).conv.\(layer).\(words[words.count - 1])"
    }
  }

  private func vggNames() throws -> [String: Weight] {
    if tensors["0.weight"] != nil {
      let named = Dictionary(uniqueKeysWithValues: tensors.map { ("vgg." + $0, $1) })
      return Self.rescaled(named)
    }
    var named: [String: Weight] = [:]
    for (name, weight) in tensors where name.hasPrefix("features.") {
      named["vgg." + name.dropFirst("features.".count)] = weight
    }
    for (old, new, side, kept) in [
      ("classifier.0", "vgg.31", 7, 3), ("classifier.3", "vgg.33", 1, 1),
    ] {
      guard let weight = tensors[old + ".weight"], let bias = tensors[old + ".bias"] else {
        throw StateError(
          "these are no weights of VGG-16: neither 0.weight nor \(old).weight is among them")
      }
      named[new + ".weight"] = try Self.thinned(weight, side: side, keeping: kept)
      named[new + ".bias"] = Weight(
        shape: [bias.values.count / Self.channelStep],
        values: Self.every(Self.channelStep, bias.values))
    }
    return named
  }

  private static let channelStep = 4
  private static let pixelStep = 3

  private static func every(_ step: Int, _ values: [Float]) -> [Float] {
    stride(from: 0, to: values.count / step * step, by: step).map { values[$0] }
  }

  /// A linear layer over maps of `side` x `side` pixels as a convolution with a quarter of the outputs and `kept` x
  /// `kept` of the pixels; where the layer before was thinned, too (`side` 1), with a quarter of the inputs.
  static func thinned(_ weight: Weight, side: Int, keeping kept: Int) throws -> Weight {
    guard weight.shape.count == 2, weight.shape[1] % (side * side) == 0 else {
      throw StateError("a linear layer of VGG-16 has shape \(weight.shape)")
    }
    let outputs = weight.shape[0] / channelStep
    let inputStep = side == 1 ? channelStep : 1
    let inputs = weight.shape[1] / (side * side) / inputStep
    var values: [Float] = []
    values.reserveCapacity(outputs * inputs * kept * kept)
    for output in 0..<outputs {
      for input in 0..<inputs {
        let start =
          output * channelStep * weight.shape[1] + input * inputStep * side * side
        for y in 0..<kept {
          for x in 0..<kept {
            values.append(weight.values[start + y * pixelStep * side + x * pixelStep])
          }
        }
      }
    }
    return Weight(shape: [outputs, inputs, kept, kept], values: values)
  }

  /// Weights for levels minus a mean as weights for this suite's input, (level / 255 - mean) / deviation.
  private static func rescaled(_ named: [String: Weight]) -> [String: Weight] {
    guard var weight = named["vgg.0.weight"], var bias = named["vgg.0.bias"],
      weight.shape.count == 4, weight.shape[1] == 3
    else { return named }
    let area = weight.shape[2] * weight.shape[3]
    let means: [Float] = [0.485 * 255 - 123, 0.456 * 255 - 117, 0.406 * 255 - 104]
    let deviations: [Float] = [0.229 * 255, 0.224 * 255, 0.225 * 255]
    for index in weight.values.indices {
      let channel = index / area % 3
      bias.values[index / (3 * area)] += weight.values[index] * means[channel]
      weight.values[index] *= deviations[channel]
    }
    var result = named
    result["vgg.0.weight"] = weight
    result["vgg.0.bias"] = bias
    return result
  }
}
