import NeuralNet
import Randomness
import TensorCore
import Testing

/// Batch norm over replicas beside one process's over the joined batch, in float64.
struct SyncBatchNormTests {
  /// Everything that a norm gives, in the order of the joined batch.
  private struct Result: Sendable {
    var output: [Double]
    var inputGradient: [Double]
    var weightGradient: [Double]
    var biasGradient: [Double]
    var runningMean: [Double]
    var runningVariance: [Double]
    var batches: Double
  }

  private static let shape = [5, 3, 4, 2]

  private static func numbers(_ purpose: String, _ count: Int) -> [Double] {
    var stream = RandomStream(seed: 1, purpose: .initialisation, name: purpose)
    return stream.normals(count: count, standardDeviation: 1).map { Double($0) }
  }

  /// The norm on images `part` of the joined batch; the loss is a fixed weighted sum of the outputs.
  private static func run(
    _ part: Range<Int>, twice: Bool, layout: Tensor.Layout, group: ProcessGroup?
  ) throws -> Result {
    let store = ParameterStore(seed: 1, dtype: .float64, layout: layout, replicas: group)
    let norm = try BatchNorm2d(store.root, channels: shape[1])
    try norm.weight.assign(Tensor([0.5, -1.5, 2], shape: [3]))
    try norm.bias.assign(Tensor([0.1, 0.2, -0.3], shape: [3]))
    // Far from zero, so that a careless variance loses its digits.
    let whole = try Tensor(numbers("x", 120), shape: shape) + 1000
    let factors = try Tensor(numbers("dy", 120), shape: shape)
    let x = try whole.narrowed(axis: 0, start: part.lowerBound, length: part.count)
      .converted(layout: layout).cloned()
    try x.setRequiresGradient(true)
    let y = twice ? try norm.countedTwice(x, .train) : try norm(x, .train)
    let dy = try factors.narrowed(axis: 0, start: part.lowerBound, length: part.count)
    try (y * dy).sum().backward()
    func gradient(_ tensor: Tensor) throws -> [Double] {
      try #require(try tensor.gradient()).values(as: Double.self)
    }
    return Result(
      output: try y.values(as: Double.self), inputGradient: try gradient(x),
      weightGradient: try gradient(norm.weight), biasGradient: try gradient(norm.bias),
      runningMean: try norm.runningMean.values(as: Double.self),
      runningVariance: try norm.runningVariance.values(as: Double.self),
      batches: try norm.batchesTracked.scalar())
  }

  private func expectNear(_ x: [Double], _ y: [Double], scale: Double = 1, _ name: String) {
    #expect(x.count == y.count, "\(name)")
    let difference = zip(x, y).map { abs($0 - $1) }.max() ?? 0
    #expect(difference <= 1e-12 * scale, "\(name): \(difference)")
  }

  @Test(
    "two replicas normalise their unequal parts as one process normalises the whole batch",
    arguments: [1, 2, 3], [false, true])
  func equalsOneProcess(first: Int, twice: Bool) throws {
    for layout in [Tensor.Layout.contiguous, .channelsLast] {
      let parts = try ReplicaThreads.run(2) { group in
        try Self.run(
          group.isLeader ? 0..<first : first..<5, twice: twice, layout: layout, group: group)
      }
      let whole = try Self.run(0..<5, twice: twice, layout: layout, group: nil)
      expectNear(parts[0].output + parts[1].output, whole.output, "output")
      expectNear(
        parts[0].inputGradient + parts[1].inputGradient, whole.inputGradient, "input gradient")
      let sum = { (key: KeyPath<Result, [Double]>) in
        zip(parts[0][keyPath: key], parts[1][keyPath: key]).map { $0 + $1 }
      }
      expectNear(sum(\.weightGradient), whole.weightGradient, scale: 10, "weight gradient")
      expectNear(sum(\.biasGradient), whole.biasGradient, scale: 10, "bias gradient")
      for part in parts {
        expectNear(part.runningMean, whole.runningMean, scale: 1000, "running mean")
        expectNear(part.runningVariance, whole.runningVariance, "running variance")
        #expect(part.batches == whole.batches)
      }
    }
  }

  @Test("a replica that leaves makes the others fail with a sentence")
  func lostReplica() throws {
    let messages = try ReplicaThreads.run(2, timeout: 5) { group in
      guard group.isLeader else { return "" }
      do { try group.barrier() } catch { return "\(error)" }
      return "no error"
    }
    #expect(messages[0].contains("another replica has ended"))
  }

  @Test("gradients are summed, and one that a replica lacks counts as zero")
  func gradients() throws {
    let sums = try ReplicaThreads.run(3) { group in
      let tensors = try (0..<3).map { _ in try Tensor.full(1, shape: [2], dtype: .float64) }
      for tensor in tensors { try tensor.setRequiresGradient(true) }
      try (tensors[0] * Double(group.rank + 1)).sum().backward()
      if group.rank == 1 { try (tensors[1] * 5).sum().backward() }
      try group.allReduceGradients(of: tensors)
      return try tensors.map { try $0.gradient()?.values(as: Double.self) }
    }
    for sum in sums { #expect(sum == [[6, 6], [5, 5], nil]) }
  }
}
