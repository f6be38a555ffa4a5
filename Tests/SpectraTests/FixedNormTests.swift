import Randomness
import Spectra
import TensorCore
import Testing

/// Norms of layers without a kernel.
struct FixedNormTests {
  /// The largest singular value of what `body` makes of unit vectors.
  private func truth(_ shape: [Int], _ body: (Tensor) throws -> Tensor) throws -> Double {
    let count = shape.reduce(1, *)
    var units = [Double](repeating: 0, count: count * count)
    for place in 0..<count { units[place * count + place] = 1 }
    return try body(try Tensor(units, shape: [count] + shape)).reshaped([count, -1])
      .singularValues().largest().scalar()
  }

  @Test("a linear layer's norm is its weight's largest singular value")
  func linear() throws {
    // Orthogonal rows of lengths 2 and 3.
    let weight = try Tensor([2.0, 0, 0, 0, 0, 3], shape: [2, 3])
    #expect(abs(try FixedNorms.linear(weight).upper - 3) < 1e-12)
  }

  @Test("means of windows, apart and overlapping", arguments: [(2, 2), (3, 1), (3, 2), (2, 3)])
  func averagePool(kernel: Int, stride: Int) throws {
    let truth = try truth([1, 7, 8]) { try $0.averagePooled(kernel: kernel, stride: stride) }
    let found = try FixedNorms.averagePool(kernel: kernel, stride: stride, input: [1, 7, 8])
    #expect(abs(found.upper - truth) < 1e-9)
  }

  @Test("the mean of a map")
  func mean() throws {
    let truth = try truth([2, 3, 5]) { try $0.mean([2, 3]) }
    #expect(abs(FixedNorms.mean(of: 15).upper - truth) < 1e-9)
  }

  @Test(
    "a pixel that is the largest of four windows attains the norm of overlapping largest values")
  func maxPool() throws {
    let found = FixedNorms.maxPool(
      kernel: 3, stride: 2, padding: 1, input: [1, 8, 8], output: [1, 4, 4])
    #expect(found.upper == 2)
    var image = [Double](repeating: 0, count: 64)
    image[3 * 8 + 3] = 1
    let pooled = try Tensor(image, shape: [1, 1, 8, 8]).maxPooled(kernel: 3, stride: 2, padding: 1)
    #expect(try pooled.squared().sum().scalar().squareRoot() == found.lower)
    let apart = FixedNorms.maxPool(
      kernel: 2, stride: 2, padding: 0, input: [1, 8, 8], output: [1, 4, 4])
    #expect(apart.upper == 1)
  }
}
