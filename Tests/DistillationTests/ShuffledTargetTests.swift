import Lipschitz
import Randomness
import TensorCore
import Testing

struct ShuffledTargetTests {
  /// Maps of 1 x 1 positions and channels, so that an image's singular value is the product of its two numbers.
  private func pair(_ values: [Double]) throws -> FeaturePair {
    let maps = try Tensor(values, shape: [values.count, 1, 1, 1])
    return try FeaturePair(
      front: maps, back: try Tensor.full(1, shape: maps.shape, dtype: .float64))
  }

  private func loss(_ target: LipschitzLoss.Target, _ student: [Double], seed: UInt64) throws
    -> Double
  {
    var stream = RandomStream(seed: seed, purpose: .powerIteration)
    return try LipschitzLoss(norm: .singularPair, target: target)(
      student: [pair(student)], teacher: [pair([1, 2, 4, 8])], &stream
    ).scalar()
  }

  @Test(
    "a student equal to its teacher has no loss against its own values, and one against shuffled ones"
  )
  func shuffled() throws {
    let values: [Double] = [1, 2, 4, 8]
    #expect(try loss(.own, values, seed: 1) < 1e-20)
    let losses = try (0..<8).map { try loss(.shuffled, values, seed: $0) }
    #expect(losses.contains { $0 > 0.1 })
    #expect(Set(losses).count > 1)
    #expect(try loss(.shuffled, values, seed: 3) == losses[3])
  }

  @Test("shuffling keeps the teacher's values: a constant student has the same loss")
  func values() throws {
    let own = try loss(.own, [3, 3, 3, 3], seed: 1)
    #expect(own > 0.1)
    for seed in 0..<4 {
      #expect(abs(try loss(.shuffled, [3, 3, 3, 3], seed: UInt64(seed)) - own) < 1e-9)
    }
  }
}
