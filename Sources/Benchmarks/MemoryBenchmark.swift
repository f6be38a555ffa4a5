import Experiments
import Distillation
import Experiments
import Foundation
import ModelZoo
import NeuralNet
import Randomness
import TensorCore
public import Training
import UserErrors

/// Memory and time of plain training steps of one network: does it fit?
public enum MemoryBenchmark {
  /// Trains `steps` steps of `batch` random 32 x 32 images after one that warms up, and prints the highest resident
  /// memory of the process and the median time.
  public static func run(
    network name: String, batch: Int, steps: Int, place: ComputePlace
  ) throws -> String {
    let architecture: Architecture
    do { architecture = try Architecture(name) } catch { throw UsageError("\(error)") }
    let store = ParameterStore(seed: 0, device: place.device, layout: place.layout)
    let network = try architecture.makeNetwork(classCount: 100, store: store)
    let objective = TaskObjective(student: network)
    let optimizer = try SGD(trainedParameters(of: objective), .init())
    var stream = RandomStream(seed: 0, purpose: .synthesis)
    let images = try Tensor(
      stream.uniforms(count: batch * 3 * 32 * 32, low: -2, high: 2), shape: [batch, 3, 32, 32],
      device: place.device
    ).converted(layout: place.layout)
    let labels = try Tensor(
      (0..<batch).map { Int64($0 % 100) }, shape: [batch], device: place.device)
    Machine.restartPeakMemory(of: place.device)
    var seconds: [Double] = []
    for step in 0...steps {
      let start = ContinuousClock.now
      try trainStep(
        objective, optimizer, LabelledBatch(images: images, labels: labels),
        at: StepPosition(epoch: 0, epochs: 1, step: step), learningRate: 0.01)
      try Engine.synchronize(place.device)
      if step > 0 { seconds.append(start.duration(to: .now).seconds) }
    }
    let memory = String(format: "%.0f", Double(Machine.peakMemory(of: place.device)) / 0x1p20)
    let median = String(format: "%.2f", seconds.median)
    return
      "\(architecture), batch \(batch): \(memory) MiB of host memory at the most, \(median) s a step "
      + "(median of \(steps)), \(Engine.threads) threads, \(place.device)"
  }
}
