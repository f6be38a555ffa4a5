import Distillation
import Experiments
import Foundation
public import JSON
import Lipschitz
import ModelZoo
import NeuralNet
import Randomness
import Results
public import TensorCore
public import Training
import UserErrors

/// Times training steps of setting c in several variants, interleaved.
public struct StepBenchmark {
  private struct Variant {
    let name: String
    let step: (Int) throws -> Double
    /// Whether the step runs in this process.
    var isOwn = true
    var seconds: [Double] = []
    /// Highest resident memory of the process during one step, bytes.
    var peakMemory: Int?

    /// Middle of the measured times.
    var median: Double { seconds.median }
  }

  private let batch: Int
  private let steps: Int
  private let place: ComputePlace
  private let level: KernelLevel
  private let pytorch: PythonProcess?

  /// Measures `steps` steps per variant after two to warm up; `python` runs the comparison program of the
  /// project's directory. `level` is that of the fused kernels; nil takes the widest.
  public init(
    batch: Int, steps: Int, python: String?, level: KernelLevel? = nil, place: ComputePlace
  ) throws {
    guard batch > 1, steps > 0 else {
      throw UsageError("the benchmark needs at least two images and one step")
    }
    self.batch = batch
    self.steps = steps
    self.place = place
    self.level = level ?? .current
    guard self.level == .none || KernelLevel.available.contains(self.level) else {
      throw UsageError("this processor has no \(self.level); it has \(KernelLevel.available)")
    }
    pytorch = try python.map {
      try PythonProcess(
        python: $0, script: "released_step.py",
        arguments: [
          String(batch), String(Engine.threads), place.device.description,
          place.precision.rawValue,
        ])
    }
  }

  /// Measures all variants, the groups one after the other in the same steps.
  private func measured() throws -> [[Variant]] {
    var groups = try groups()
    for step in 0..<(steps + 2) {
      for group in groups.indices {
        for variant in groups[group].indices {
          let seconds = try groups[group][variant].step(step)
          if step >= 2 { groups[group][variant].seconds.append(seconds) }
        }
      }
    }
    for group in groups.indices {
      for variant in groups[group].indices where groups[group][variant].isOwn {
        Engine.releaseHostCache()
        Machine.restartPeakMemory(of: place.device)
        _ = try groups[group][variant].step(steps + 2)
        groups[group][variant].peakMemory = Machine.peakMemory(of: place.device)
      }
    }
    return groups
  }

  /// The medians as JSON: seconds, images per second and peak memory in bytes by variant.
  public func values() throws -> JSONValue {
    .array(
      try measured().joined().map { variant in
        var members: [String: JSONValue] = [
          "variant": .string(variant.name), "medianSeconds": .number(variant.median),
          "lowestSeconds": .number(variant.seconds.min() ?? 0),
          "imagesPerSecond": .number(Double(batch) / variant.median),
        ]
        members["peakBytes"] = variant.peakMemory.map { .integer($0) }
        return .object(members)
      })
  }

  /// The medians and their ratios as text.
  public func run() throws -> String {
    let groups = try measured()
    var table = TextTable([
      "variant", "median s", "lowest s", "images/s", "against the first", "peak MiB",
    ])
    for group in groups {
      for variant in group {
        table.add([
          variant.name, String(format: "%.3f", variant.median),
          String(format: "%.3f", variant.seconds.min() ?? 0),
          String(format: "%.0f", Double(batch) / variant.median),
          String(format: "%.2f", group[0].median / variant.median),
          variant.peakMemory.map { String(format: "%.0f", Double($0) / 0x1p20) } ?? "",
        ])
      }
    }
    return table.text + (try memory()) + Self.shares(groups.joined())
      + "batch \(batch), \(Engine.threads) threads, \(place.device), \(place.precision), "
      + "libtorch for \(Engine.cpuCapability), fused kernels: \(level)\n"
  }

  /// What the parts of a LONDON step take, from the steps that leave the later ones out.
  private static func shares(_ variants: some Sequence<Variant>) -> String {
    let medians = Dictionary(variants.map { ($0.name, $0.median) }) { first, _ in first }
    guard let whole = medians["london, fast"], let student = medians["student, fast"],
      let teacher = medians[teacherName], let overhaul = medians[overhaulName]
    else { return "" }
    let parts = [
      ("student", student), ("teacher", teacher),
      ("connectors and distances", overhaul - student - teacher),
      ("Lipschitz term", whole - overhaul),
    ]
    return "of a london step: "
      + parts.map { String(format: "\($0) %.0f %%", 100 * $1 / whole) }.joined(separator: ", ")
      + "\n"
  }

  private static let (teacherName, overhaulName) = ("teacher's pass, fast", "ofd, fast")

  private func memory() throws -> String {
    guard let pytorch else { return "" }
    return String(format: "peak MiB of PyTorch %.0f\n", try pytorch.ask("memory") / 0x1p20)
  }

  /// What a variant of the suite's own step switches on.
  private struct Modes {
    var layout: Tensor.Layout
    /// Train-mode teacher and ten differentiated power steps.
    var released = false
    /// Fused kernels in the teacher's pass.
    var fused = true
    /// Fused kernels in training.
    var trained = true
    /// Whether large host blocks are kept from step to step.
    var keepsMemory = true
  }

  /// PyTorch where it is asked for, the suite's reference mode, its default, and the default without one
  /// of its parts each.
  private func groups() throws -> [[Variant]] {
    let reference = Modes(layout: .contiguous, released: true, fused: false, trained: false)
    let fast = Modes(layout: place.layout, fused: level != .none, trained: level != .none)
    var (untaught, plain, unkept) = (fast, fast, fast)
    untaught.fused = false
    plain.fused = false
    plain.trained = false
    var turned = plain
    turned.layout = plain.layout == .contiguous ? .channelsLast : .contiguous
    let order = turned.layout == .contiguous ? "contiguous" : "channels last"
    unkept.keepsMemory = false
    return [
      try compared(
        "student",
        [
          variant("student, reference", .student, reference),
          variant("student, fast", .student, fast),
          variant("student, fast, no fused kernels", .student, plain),
          variant("student, fast, memory not kept", .student, unkept),
        ]),
      try compared(
        "london",
        [
          variant("london, reference", .london, reference),
          variant("london, fast", .london, fast),
          variant("london, fast, memory not kept", .london, unkept),
          variant(Self.overhaulName, Method(.ofd), fast),
          try teacherVariant(fast),
          variant("london, fast, no fused kernels in the teacher", .london, untaught),
          variant("london, fast, no fused kernels", .london, plain),
          variant("london, fast, no fused kernels, \(order)", .london, turned),
        ]),
    ]
  }

  private func compared(_ name: String, _ variants: [Variant]) throws -> [Variant] {
    guard let pytorch else { return variants }
    return [
      Variant(name: "\(name), PyTorch eager", step: { _ in try pytorch.ask(name) }, isOwn: false)
    ] + variants
  }

  private func variant(_ name: String, _ method: Method, _ modes: Modes) throws -> Variant {
    let objective = try objective(method, modes)
    let optimizer = try SGD(trainedParameters(of: objective), .init())
    return Variant(name: name) { step in
      let seconds = try withKernels(modes.trained ? level : .none) {
        try time(objective, optimizer, modes.layout, step)
      }
      if !modes.keepsMemory { Engine.releaseHostCache() }
      return seconds
    }
  }

  private func objective(_ method: Method, _ modes: Modes) throws -> any Objective {
    let setting = try Setting("c")
    let store = {
      ParameterStore(seed: 0, device: place.device, layout: modes.layout)
    }
    let student = try setting.student.makeNetwork(classCount: 100, store: store())
    guard method != .student else { return TaskObjective(student: student) }
    let teacher = try TeacherPass(
      setting.teacher.makeNetwork(classCount: 100, store: store()),
      modes.released ? .train : .eval, fused: modes.fused && place.fuses)
    let overhaul = try FeatureOverhaulObjective(
      student: student, teacher: teacher, connectors: store(), coefficient: 1e-3)
    guard method == .london else { return overhaul }
    return LipschitzGuidedObjective(
      overhaul,
      loss: LipschitzLoss(norm: modes.released ? .powerIteration(steps: 10) : .singularPair),
      weight: setting.released.lipschitzWeight, seed: 0)
  }

  /// The teacher's pass alone.
  private func teacherVariant(_ modes: Modes) throws -> Variant {
    let store = ParameterStore(seed: 0, device: place.device, layout: modes.layout)
    let network = try Setting("c").teacher.makeNetwork(classCount: 100, store: store)
    try network.store.freeze()
    let fused = modes.fused && place.fuses ? try network.graphFree() : nil
    return Variant(name: Self.teacherName) { step in
      let images = try batch(modes.layout, step).images
      return try withKernels(level) {
        let start = ContinuousClock.now
        try place.precision.run(on: place.device) { () throws(TensorError) in
          try withoutGradient { () throws(TensorError) in
            if let fused {
              _ = try fused.features(of: images, .eval)
            } else {
              _ = try network.features(of: images, .eval)
            }
          }
        }
        try Engine.synchronize(place.device)
        return start.duration(to: .now).seconds
      }
    }
  }

  private func batch(_ layout: Tensor.Layout, _ step: Int) throws -> LabelledBatch {
    var stream = RandomStream(seed: 0, purpose: .synthesis, UInt64(step))
    let images = try Tensor(
      stream.uniforms(count: batch * 3 * 32 * 32, low: -2, high: 2), shape: [batch, 3, 32, 32],
      device: place.device
    ).converted(layout: layout)
    let labels = try Tensor(
      (0..<batch).map { Int64($0 % 100) }, shape: [batch], device: place.device)
    return LabelledBatch(images: images, labels: labels)
  }

  private func time(
    _ objective: any Objective, _ optimizer: SGD, _ layout: Tensor.Layout, _ step: Int
  ) throws -> Double {
    let batch = try batch(layout, step)
    let start = ContinuousClock.now
    let position = StepPosition(epoch: 0, epochs: 1, step: step)
    try trainStep(
      objective, optimizer, batch, at: position, learningRate: 0.01, precision: place.precision)
    try Engine.synchronize(place.device)
    return start.duration(to: .now).seconds
  }
}
