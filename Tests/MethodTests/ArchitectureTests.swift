import ModelZoo
import NeuralNet
import TensorCore
import Testing

/// Every kind of network of the registry, at the sizes of the paper.
struct ArchitectureTests {
  private static let all: [Architecture] =
    [
      .wideResNet(depth: 16, width: 2), .wideResNet(depth: 28, width: 4), .cifarResNet(depth: 56),
      .pyramidNet(depth: 110, alpha: 84, isBottleneck: false),
      .pyramidNet(depth: 200, alpha: 240, isBottleneck: true), .imageNetMobileNet(divisor: 1),
    ]
    + [18, 34, 50, 101, 152].map { .imageNetResNet(depth: $0, divisor: 1) }
    + SSD300.Backbone.allCases.map { .ssd300($0, divisor: 1) }
    + DeepLabV3Plus.Backbone.allCases.map { .deepLab($0, divisor: 1) }

  @Test("a network is made by its name and answers an image with finite numbers", arguments: all)
  func runs(_ architecture: Architecture) throws {
    #expect(try Architecture("\(architecture)") == architecture)
    let classes = 21
    let side =
      switch architecture {
      case .ssd300: 300
      case .deepLab: 65
      case .imageNetResNet, .imageNetMobileNet: 64
      case .wideResNet, .cifarResNet, .pyramidNet: 32
      }
    let network = try architecture.makeNetwork(
      classCount: classes, store: ParameterStore(seed: 1))
    let values = (0..<3 * side * side).map { Float($0 % 17) / 8 - 1 }
    let images = try Tensor(values, shape: [1, 3, side, side])
    let features = try withoutGradient { () throws(TensorError) in
      try network.features(of: images, .eval)
    }
    switch architecture {
    case .ssd300:
      #expect(features.logits.shape == [1, 8732, classes])
      #expect(features.offsets?.shape == [1, 8732, 4])
    case .deepLab: #expect(features.logits.shape == [1, classes, side, side])
    case .wideResNet, .cifarResNet, .pyramidNet, .imageNetResNet, .imageNetMobileNet:
      #expect(features.logits.shape == [1, classes])
    }
    #expect(features.taps.map { $0.shape[1] } == network.tapChannels)
    #expect(network.tapNorms.count == network.tapChannels.count)
    for answer in [features.logits] + features.taps + [features.offsets].compactMap({ $0 }) {
      let numbers = try answer.values(as: Float.self)
      #expect(!numbers.contains { !$0.isFinite })
      #expect(Set(numbers).count > 1)
    }
    let size = ImageSize(height: side, width: side)
    #expect(network.multiplyAdds(imageSize: size) > network.store.parameterCount / 2)
  }
}
