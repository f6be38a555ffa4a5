import Experiments
import ModelZoo
import NeuralNet
import TensorCore
import Testing

/// Every network that a table asks for.
struct ArchitectureTests {
  private static let all = Set(
    (Setting.all(.classification) + Setting.all(.detection) + Setting.all(.segmentation))
      .flatMap { [$0.teacher, $0.student] }
  ).sorted { "\($0)" < "\($1)" }

  @Test("a network is made by its name and answers an image with finite numbers", arguments: all)
  func runs(_ architecture: Architecture) throws {
    #expect(try Architecture("\(architecture)") == architecture)
    let classes = 21
    let side =
      switch architecture {
      case .ssd300: 300
      case .deepLab: 65
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
    case .wideResNet, .cifarResNet, .pyramidNet: #expect(features.logits.shape == [1, classes])
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
