import Distillation
import Lipschitz
import NeuralNet
import Randomness
import Results
import TensorCore

/// Measures the transmitting matrices of a training's networks on fixed images: with running statistics, without a graph and
/// from random numbers of its own, so that the training cannot tell.
struct LipschitzProbe {
  /// Batches of images, each of one size.
  private let batches: [Tensor]

  /// Takes the images; nil where there are none.
  init?(_ batches: [Tensor]) {
    guard !batches.isEmpty else { return nil }
    self.batches = batches
  }

  /// The constants of all modules as they are now. Nil where the taps make no pairs, or numbers are not finite.
  func measure(_ objective: any Objective) throws -> RunRecord.Lipschitz? {
    guard objective.student.tapChannels.count > 1 else { return nil }
    var values: [Values] = []
    do throws(TensorError) {
      for images in batches {
        let found = try withoutGradient { () throws(TensorError) in try constants(images, objective)
        }
        if values.isEmpty {
          values = found
        } else {
          for index in values.indices { values[index].append(found[index]) }
        }
      }
    } catch {
      // Maps of unequal sides have no matrix.
      guard error.code == .refused else { throw error }
      return nil
    }
    let measured = RunRecord.Lipschitz(
      images: batches.reduce(0) { $0 + $1.shape[0] },
      modules: values.map { .init(teacher: $0.teacher, raw: $0.raw, connected: $0.connected) })
    return measured.isFinite ? measured : nil
  }

  /// One module's constants, image by image.
  private struct Values {
    var teacher: [Double]?
    var raw: [Double]
    var connected: [Double]?

    mutating func append(_ other: Values) {
      teacher? += other.teacher ?? []
      raw += other.raw
      connected? += other.connected ?? []
    }
  }

  private func constants(_ images: Tensor, _ objective: any Objective) throws(TensorError)
    -> [Values]
  {
    let taps = try objective.student.features(of: images, .eval).taps
    let own = try Self.values(fronts: taps, backs: taps)
    let connected = try objective.connected(taps, .eval).map { fronts throws(TensorError) in
      try Self.values(fronts: fronts, backs: taps)
    }
    let teacher = try objective.teacher.map { network throws(TensorError) in
      let taps = try network.features(of: images, .eval).taps
      return try Self.values(fronts: taps, backs: taps)
    }
    return own.enumerated().map { index, raw in
      Values(teacher: teacher?[index], raw: raw, connected: connected?[index])
    }
  }

  private static func values(fronts: [Tensor], backs: [Tensor]) throws(TensorError) -> [[Double]] {
    var stream = RandomStream(seed: 0, purpose: .powerIteration)
    var values: [[Double]] = []
    for pair in try TapPairing.all.pairs(fronts: fronts, backs: backs) {
      values.append(try SpectralNorm.singularPair.value(of: pair, &stream).values(as: Double.self))
    }
    return values
  }
}
