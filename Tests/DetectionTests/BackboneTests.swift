import CheckpointFormat
import ModelZoo
import NeuralNet
import Randomness
import TensorCore
import Testing

/// VGG-16 classifiers as backbones, in narrow networks so that the numbers stay few.
struct BackboneTests {
  private let network: SSD300

  init() throws {
    let made = try Architecture("ssd300-vgg16-narrow16").makeNetwork(
      classCount: 21, store: ParameterStore(seed: 1))
    network = try #require(made as? SSD300)
  }

  /// Tensors of the backbone's convolutions under other names, filled at random, without those of `left`.
  private func convolutions(_ rename: (String) -> String, without left: [String] = []) throws
    -> [StoredTensor]
  {
    try network.store.entries.filter { entry in
      entry.name.hasPrefix("vgg.") && !left.contains { entry.name.hasPrefix($0) }
    }.map { entry in
      try random(rename(String(entry.name.dropFirst("vgg.".count))), entry.tensor.shape)
    }
  }

  private func random(_ name: String, _ shape: [Int]) throws -> StoredTensor {
    var stream = RandomStream(seed: 3, purpose: .initialisation, name: name)
    return try Tensor(
      stream.normals(count: shape.reduce(1, *), standardDeviation: 1), shape: shape
    ).stored(as: name)
  }

  private func values(_ name: String) throws -> [Float] {
    try #require(network.store.tensor(named: name)).values()
  }

  @Test("torchvision's fully connected layers become every fourth channel and every third pixel")
  func layersAreThinned() throws {
    let dense = try random("classifier.0.weight", [256, 32 * 49])
    let denser = try random("classifier.3.weight", [256, 256])
    let state =
      try convolutions({ "features." + $0 }, without: ["vgg.31", "vgg.33"]) + [
        dense, denser, random("classifier.0.bias", [256]), random("classifier.3.bias", [256]),
        random("classifier.6.weight", [10, 256]),
      ]
    try BackboneWeights(state).load(into: network, .ssd300(.vgg16, divisor: 16))
    let (first, second) = (try values("vgg.31.weight"), try values("vgg.33.weight"))
    let (whole, wider) = (
      try Tensor(dense).values(as: Float.self), try Tensor(denser).values(as: Float.self)
    )
    // Output 5, input 7, row 1, column 2 of 64 x 32 x 3 x 3; output 9, input 11 of 64 x 64.
    let found: [Float] = [
      first[((5 * 32 + 7) * 3 + 1) * 3 + 2], second[9 * 64 + 11], try values("vgg.31.bias")[3],
    ]
    let bias: [Float] = try Tensor(random("classifier.0.bias", [256])).values()
    let wanted: [Float] = [
      whole[20 * 32 * 49 + 7 * 49 + 3 * 7 + 6], wider[36 * 256 + 44], bias[12],
    ]
    #expect(found == wanted)
    let plain: [Float] = try Tensor(random("features.2.weight", [4, 4, 3, 3])).values()
    #expect(try values("vgg.2.weight") == plain)
  }

  @Test("weights for levels minus a mean see the same in this suite's input")
  func levelsAreRescaled() throws {
    let state = try convolutions { $0 }
    try BackboneWeights(state).load(into: network, .ssd300(.vgg16, divisor: 16))
    let old = try Tensor(random("0.weight", [4, 3, 3, 3])).values(as: Double.self)
    let oldBias = try Tensor(random("0.bias", [4])).values(as: Double.self)
    let new = try values("vgg.0.weight").map(Double.init)
    let newBias = try values("vgg.0.bias").map(Double.init)
    let levels = [200.0, 17, 90]
    let caffe = [123.0, 117, 104]
    let (mean, deviation) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    for output in 0..<4 {
      var (first, second) = (oldBias[output], newBias[output])
      for channel in 0..<3 {
        for pixel in 0..<9 {
          let place = (output * 3 + channel) * 9 + pixel
          first += old[place] * (levels[channel] - caffe[channel])
          second += new[place] * (levels[channel] / 255 - mean[channel]) / deviation[channel]
        }
      }
      #expect(abs(first - second) < 1e-3 * max(1, abs(first)))
    }
    #expect(throws: StateError.self) {
      try BackboneWeights([]).load(into: network, .ssd300(.vgg16, divisor: 16))
    }
  }
}
