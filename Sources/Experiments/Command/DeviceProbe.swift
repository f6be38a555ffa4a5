import Distillation
import ModelZoo
import NeuralNet
import TensorCore

/// Measures how fast this device trains a convolutional network.
enum DeviceProbe {
  /// Operations per second, as `RunCost` counts them, of the fastest of four training steps of WRN-16-2
  /// after one to warm up.
  static func operationsPerSecond(_ options: RunOptions) throws -> Double {
    let images = 64
    let store = ParameterStore(seed: 0, device: options.place.device, layout: options.place.layout)
    let network = try Architecture.wideResNet(depth: 16, width: 2).makeNetwork(
      classCount: 100, store: store)
    let batch = LabelledBatch(
      images: try Tensor.full(0.5, shape: [images, 3, 32, 32], device: options.place.device)
        .converted(layout: options.place.layout),
      labels: try Tensor(
        [Int64](repeating: 0, count: images), shape: [images], device: options.place.device)
    )
    let objective = TaskObjective(student: network)
    var fastest = Double.infinity
    for step in 0..<5 {
      let start = ContinuousClock.now
      let position = StepPosition(epoch: 0, epochs: 1, step: step)
      try objective.terms(batch, at: position).total().backward()
      try store.clearGradients()
      try Engine.synchronize(options.place.device)
      if step > 0 { fastest = min(fastest, start.duration(to: .now).seconds) }
    }
    let size = ImageSize(height: 32, width: 32)
    return 6 * Double(images * network.multiplyAdds(imageSize: size)) / fastest
  }
}
