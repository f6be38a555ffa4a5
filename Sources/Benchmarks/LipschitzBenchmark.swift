import Experiments
import Lipschitz
import ModelZoo
import NeuralNet
import Randomness
import Spectra
import TensorCore
public import Training
import UserErrors

/// Times the Lipschitz term beside the released algorithm, and norms of layers and Jacobians.
public struct LipschitzBenchmark {
  private let batch: Int
  private let repeats: Int
  private let place: ComputePlace
  private let python: PythonProcess?

  /// Measures each work `repeats` times; `python` runs the comparison program of the project's directory.
  public init(batch: Int, repeats: Int, python: String?, place: ComputePlace) throws {
    guard batch > 1, repeats > 0 else {
      throw UsageError("the benchmark needs at least two images and one measurement")
    }
    self.batch = batch
    self.repeats = repeats
    self.place = place
    self.python = try python.map {
      try PythonProcess(
        python: $0, script: "lipschitz.py", arguments: [String(Engine.threads), String(batch)])
    }
  }

  /// The medians and their ratios as text, and what the term takes of memory.
  public func run() throws -> String {
    let term = try Term(batch: batch, device: place.device)
    let norms = try Norms()
    let jacobian = try Jacobian()
    let images = Double(batch)
    let table = try ComparedWork.table(
      [
        ComparedWork(
          name: "term, forward and backward", unit: "images/s", amount: images,
          own: { try term.run(.singularPair) },
          others: [
            (
              "released algorithm, this engine",
              { try Self.seconds { try term.run(.powerIteration(steps: 10)) } }, images
            )
          ] + ComparedWork.others(python, "released algorithm, PyTorch", "term", images)),
        ComparedWork(
          name: "periodic norms of WRN-28-4", unit: "layers/s", amount: Double(norms.count),
          own: { try norms.circular() },
          others: ComparedWork.others(
            python, "NumPy, FFT and SVD", "numpy", Double(norms.count))),
        ComparedWork(
          name: "zero-padded norms of WRN-28-4", unit: "layers/s", amount: Double(norms.count),
          own: { try norms.bounds() }, others: []),
        ComparedWork(
          name: "Jacobian's norm, WRN-28-4", unit: "images/s", amount: Double(Jacobian.images),
          own: { try jacobian.run() }, others: []),
      ], repeats: repeats, device: place.device)
    return table + (try memory(term))
  }

  private static func seconds(_ body: () throws -> Void) rethrows -> Double {
    let start = ContinuousClock.now
    try body()
    return start.duration(to: .now).seconds
  }

  private func memory(_ term: Term) throws -> String {
    func rise(_ norm: SpectralNorm) throws -> Int {
      Engine.releaseHostCache()
      Machine.restartPeakMemory()
      let before = Machine.residentMemory
      try term.run(norm)
      return max(Machine.peakMemory() - before, 0)
    }
    let (own, released) = (try rise(.singularPair), try rise(.powerIteration(steps: 10)))
    var text = String(
      format: "memory of the term: %.1f MiB, of the released algorithm in this engine %.1f MiB",
      Double(own) / 0x1p20, Double(released) / 0x1p20)
    if let python {
      text += String(format: ", in PyTorch %.1f MiB", try python.ask("memory") / 0x1p20)
    }
    return text + "\n"
  }

  /// The maps of setting c: those of WRN-28-4, and of WRN-16-2 with the front ones behind connectors.
  private struct Term {
    private let teacher: [FeaturePair]
    private let fronts: [Tensor]
    private let backs: [Tensor]
    private static let maps: [(channels: Int, side: Int)] = [(64, 32), (128, 16), (256, 8)]

    init(batch: Int, device: Device) throws {
      var stream = RandomStream(seed: 0, purpose: .synthesis)
      func map(_ channels: Int, _ side: Int, isStudent: Bool) throws -> Tensor {
        let shape = [batch, channels, side, side]
        let map = try Tensor(
          stream.uniforms(count: shape.reduce(1, *), low: -0.5, high: 0.5), shape: shape,
          device: device)
        try map.setRequiresGradient(isStudent)
        return map
      }
      let others = try Self.maps.map { try map($0.channels, $0.side, isStudent: false) }
      teacher = try zip(others, others.dropFirst()).map { try FeaturePair(front: $0, back: $1) }
      fronts = try Self.maps.dropLast().map { try map($0.channels, $0.side, isStudent: true) }
      backs = try Self.maps.dropFirst().map { try map($0.channels / 2, $0.side, isStudent: true) }
    }

    func run(_ norm: SpectralNorm) throws {
      var stream = RandomStream(seed: 0, purpose: .powerIteration)
      let student = try zip(fronts, backs).map { try FeaturePair(front: $0, back: $1) }
      _ = try LipschitzLoss(norm: norm)(student: student, teacher: teacher, &stream)
        .gradients(of: fronts + backs)
    }
  }

  /// The convolutions of a network with its start values, for images of 32 x 32 pixels.
  private struct Norms {
    private let layers: [ConvolutionNorm]
    var count: Int { layers.count }

    init() throws {
      let recorded = try Recorded(images: 1)
      let trace = try OperationTrace(of: recorded.logits)
      layers = try trace.steps.compactMap { step in
        guard case .convolution(let weight, let geometry) = step.operation else { return nil }
        return try ConvolutionNorm(
          weight: weight, geometry, input: Array(trace.steps[step.inputs[0]].shape.dropFirst()))
      }
    }

    func circular() throws { for layer in layers { _ = try layer.circularNorm() } }
    func bounds() throws { for layer in layers { _ = try layer.bounds() } }
  }

  /// Twenty power steps on the Jacobians of a few images.
  private struct Jacobian {
    static let images = 4
    private static let steps = 20
    private let recorded: Recorded

    init() throws { recorded = try Recorded(images: Self.images) }

    func run() throws {
      _ = try JacobianNorm(of: recorded.logits, by: recorded.images)
        .powerIteration(steps: Self.steps)
    }
  }

  /// A pass of WRN-28-4 with its graph.
  private struct Recorded {
    let images: Tensor
    let logits: Tensor

    init(images count: Int) throws {
      let network = try Architecture.wideResNet(depth: 28, width: 4).makeNetwork(
        classCount: 100, store: ParameterStore(seed: 0))
      var stream = RandomStream(seed: 0, purpose: .synthesis)
      images = try Tensor(
        stream.uniforms(count: count * 3 * 32 * 32, low: -2, high: 2), shape: [count, 3, 32, 32])
      try images.setRequiresGradient(true)
      logits = try network.logits(of: images, .eval)
    }
  }
}
