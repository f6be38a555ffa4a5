import Foundation
import TensorCore

/// Goes over the steps of a trace and measures its layers.
struct LayerSurvey {
  private(set) var layers: [LayerNorm] = []
  private(set) var factors: [Double?]
  private(set) var pairs: [Int: (first: Int, factor: Double)] = [:]
  private let trace: OperationTrace
  private let seed: UInt64
  /// Steps whose results nothing is computed across.
  private let boundaries: Set<Int>
  private let names: [Int: String]
  private let consumers: [Int]
  /// Convolutions by their step, with the norms beside them multiplied in.
  private var folded: [Int: FoldedConvolution] = [:]
  private var numbers: [LayerNorm.Kind: Int] = [:]

  /// A convolution with what was multiplied into it.
  private struct FoldedConvolution {
    var norm: ConvolutionNorm
    /// The step whose result it gives: its own, or that of the batch norm behind it.
    var end: Int
    /// The step whose result it reads.
    var start: Int
    /// The batch norms that were multiplied in.
    var scales: [Int] = []
    var bounds: NormBounds
    var name: String
  }

  init(
    _ trace: OperationTrace, boundaries: Set<Int>, names: [Int: String], seed: UInt64
  ) {
    self.names = names
    self.trace = trace
    self.seed = seed
    self.boundaries = boundaries
    var consumers = [Int](repeating: 0, count: trace.steps.count)
    for step in trace.steps { for input in step.inputs { consumers[input] += 1 } }
    self.consumers = consumers
    factors = [Double?](repeating: nil, count: trace.steps.count)
  }

  mutating func run(progress: (LayerNorm) throws -> Void) throws {
    for index in trace.steps.indices {
      let before = layers.count
      try measure(index)
      for layer in layers[before...] { try progress(layer) }
    }
    for (index, convolution) in folded {
      factors[index] = convolution.bounds.upper
      // What was multiplied into a convolution counts there.
      for scale in convolution.scales { factors[scale] = 1 }
    }
  }

  /// The name of a layer with parameters.
  private func key(_ index: Int) -> String? {
    guard let name = trace.steps[index].parameter.flatMap({ names[$0] }) else { return nil }
    let ending = ".weight"
    return name.hasSuffix(ending) ? String(name.dropLast(ending.count)) : name
  }

  private mutating func measure(_ index: Int) throws {
    let step = trace.steps[index]
    let input = step.inputs.first.map { Array(trace.steps[$0].shape.dropFirst()) } ?? []
    let output = Array(step.shape.dropFirst())
    let start = ContinuousClock.now
    func add(_ kind: LayerNorm.Kind, stride: Int = 1, _ bounds: NormBounds) {
      factors[index] = bounds.upper
      append(kind, key(index), input, stride, bounds, nil, since: start)
    }
    switch step.operation {
    case .leaf, .other: break
    case .rectifier, .isometry, .selection, .concatenation: factors[index] = 1
    case .sum:
      append(
        .sum, nil, input, 1,
        NormBounds(exactly: Double(step.inputs.count).squareRoot(), .formula), nil, since: start)
    case .scale(let values): add(.batchNorm, try FixedNorms.scale(values))
    case .linear(let weight): add(.linear, try FixedNorms.linear(weight))
    case .mean:
      add(.mean, FixedNorms.mean(of: input.reduce(1, *) / max(output.reduce(1, *), 1)))
    case .maxPool(let kernel, let stride, let padding):
      add(
        .maxPool, stride: stride,
        FixedNorms.maxPool(
          kernel: kernel, stride: stride, padding: padding, input: input, output: output))
    case .averagePool(let kernel, let stride):
      add(
        .averagePool, stride: stride,
        try FixedNorms.averagePool(kernel: kernel, stride: stride, input: input))
    case .bilinear:
      add(
        .interpolation,
        try FixedNorms.interpolation(input: input, output: output) {
          (maps, height, width) throws(TensorError) in
          try maps.resizedBilinear(height: height, width: width)
        })
    case .nearest:
      add(
        .interpolation,
        try FixedNorms.interpolation(input: input, output: output) {
          (maps, height, width) throws(TensorError) in
          try maps.resizedNearest(height: height, width: width)
        })
    case .convolution(let weight, let geometry):
      try measure(index, weight, geometry)
    }
  }

  private mutating func append(
    _ kind: LayerNorm.Kind, _ name: String?, _ input: [Int], _ stride: Int, _ bounds: NormBounds,
    _ convolution: LayerNorm.Convolution?, since start: ContinuousClock.Instant
  ) {
    if name == nil { numbers[kind, default: 0] += 1 }
    layers.append(
      LayerNorm(
        name: name ?? "\(kind.rawValue) \(numbers[kind] ?? 0)", kind: kind, input: input,
        stride: stride, bounds: bounds, convolution: convolution,
        seconds: start.duration(to: .now).seconds))
  }
}

// MARK: - Convolutions

extension LayerSurvey {
  private mutating func measure(
    _ index: Int, _ weight: Tensor, _ geometry: OperationTrace.Convolution
  ) throws {
    let start = ContinuousClock.now
    let (source, stride) = sampled(trace.steps[index].inputs[0])
    var whole = geometry
    whole.stride *= stride
    let input = Array(trace.steps[source].shape.dropFirst())
    let norm = try ConvolutionNorm(weight: weight, whole, input: input)
    let bounds = try norm.bounds(seed: seed)
    append(
      .convolution, key(index), input, whole.stride, bounds,
      .init(
        gram: try norm.gramBound().upper, circular: try norm.circularNorm(),
        kernel: try norm.kernelNorm()), since: start)
    var own = FoldedConvolution(
      norm: norm, end: index, start: source, bounds: bounds, name: layers[layers.count - 1].name)
    try fold(&own)
    folded[index] = own
    try pair(index, own)
  }

  /// The step that a convolution reads and the stride at which it does: a strided convolution with a 1 x 1 kernel may take
  /// its pixels first.
  private func sampled(_ input: Int) -> (source: Int, stride: Int) {
    var (source, stride) = (input, 1)
    while consumers[source] == 1, let before = trace.steps[source].inputs.first {
      switch trace.steps[source].operation {
      case .selection(let axis, let step) where axis == 3: stride *= step
      case .selection(let axis, _) where axis == 2: break
      case .isometry where trace.steps[source].shape != trace.steps[before].shape:
        return (source, stride)
      case .isometry: break
      default: return (source, stride)
      }
      source = before
    }
    return (source, stride)
  }

  /// Multiplies the batch norms beside a convolution into its kernel, where nothing else reads what lies between.
  private mutating func fold(_ own: inout FoldedConvolution) throws {
    let start = ContinuousClock.now
    var weight = own.norm.weight
    var names = [own.name]
    if let (scale, values) = onlyReader(of: own.end) {
      weight = try weight * (try values.detached().reshaped([-1, 1, 1, 1]))
      own.end = scale
      own.scales.append(scale)
      names.append(key(scale) ?? "")
    }
    if own.norm.geometry.groups == 1, isPrivate(own.start),
      case .scale(let values) = trace.steps[own.start].operation,
      let before = trace.steps[own.start].inputs.first
    {
      weight = try weight * (try values.detached().reshaped([1, -1, 1, 1]))
      own.scales.append(own.start)
      names.insert(key(own.start) ?? "", at: 0)
      own.start = before
    }
    guard names.count > 1 else { return }
    own.norm = try ConvolutionNorm(weight: weight, own.norm.geometry, input: own.norm.input)
    own.bounds = try own.norm.bounds(seed: seed)
    own.name = names.joined(separator: " ")
    append(
      .foldedConvolution, own.name, own.norm.input, own.norm.geometry.stride, own.bounds, nil,
      since: start)
  }

  /// Whether one step alone reads a result, which is no boundary.
  private func isPrivate(_ index: Int) -> Bool {
    consumers[index] == 1 && !boundaries.contains(index)
  }

  /// The batch norm that alone reads a result.
  private func onlyReader(of index: Int) -> (scale: Int, factors: Tensor)? {
    guard isPrivate(index),
      let reader = trace.steps.indices.first(where: { trace.steps[$0].inputs.contains(index) }),
      case .scale(let factors) = trace.steps[reader].operation
    else { return nil }
    return (reader, factors)
  }

  /// Bounds a convolution together with the one before it, where a ReLU and nothing else lies between.
  private mutating func pair(_ index: Int, _ second: FoldedConvolution) throws {
    guard case .rectifier = trace.steps[second.start].operation, isPrivate(second.start),
      let middle = trace.steps[second.start].inputs.first, isPrivate(middle),
      let (step, first) = folded.first(where: { $0.value.end == middle })
    else { return }
    let start = ContinuousClock.now
    let a = try LinearOperator.convolution(
      weight: first.norm.weight, first.norm.geometry, input: first.norm.input)
    let b = try LinearOperator.convolution(
      weight: second.norm.weight, second.norm.geometry, input: second.norm.input)
    let both = try LinearOperator(inputShape: a.inputShape) { x throws(TensorError) in
      try b(try a(x))
    }
    let bounds =
      try UnrolledNorm.fits(both)
      ? UnrolledNorm.norm(of: both) : RandomStartLanczos.norm(of: both, seed: seed)
    append(
      .pair, "\(first.name) \(second.name)", a.inputShape, 1, bounds, nil, since: start)
    pairs[index] = (step, (bounds.upper + first.bounds.upper * second.bounds.upper) / 2)
  }
}
