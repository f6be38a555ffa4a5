import ModelZoo
import NeuralNet

extension Architecture {
  /// How many feature taps the network has; nil where it cannot be made.
  var tapCount: Int? {
    // A network that cannot be made is refused where it is trained, with the reason.
    try? makeNetwork(classCount: 2, store: .ofShapes()).tapChannels.count
  }
}
