import Randomness
import Spectra
import TensorCore
import Testing

/// Norms of convolutions beside singular values of their matrices, written down column by column.
struct ConvolutionNormTests {
  /// A layer of one of the kinds that networks have.
  struct Layer: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let outputs: Int
    let kernel: Int
    let geometry: OperationTrace.Convolution
    let input: [Int]
  }

  static let layers = [
    Layer(
      testDescription: "3 x 3", outputs: 5, kernel: 3, geometry: .init(padding: 1),
      input: [4, 6, 7]),
    Layer(
      testDescription: "3 x 3 of an even map with stride 2", outputs: 6, kernel: 3,
      geometry: .init(stride: 2, padding: 1), input: [3, 8, 8]),
    Layer(
      testDescription: "3 x 3 of an odd map with stride 2", outputs: 6, kernel: 3,
      geometry: .init(stride: 2, padding: 1), input: [3, 7, 9]),
    Layer(
      testDescription: "dilated by 2", outputs: 4, kernel: 3,
      geometry: .init(padding: 2, dilation: 2), input: [3, 8, 8]),
    Layer(
      testDescription: "in two groups", outputs: 6, kernel: 3,
      geometry: .init(padding: 1, groups: 2), input: [4, 6, 6]),
    Layer(
      testDescription: "every channel by itself, stride 2", outputs: 5, kernel: 3,
      geometry: .init(stride: 2, padding: 1, groups: 5), input: [5, 8, 8]),
    Layer(
      testDescription: "7 x 7 with stride 2", outputs: 8, kernel: 7,
      geometry: .init(stride: 2, padding: 3), input: [3, 12, 12]),
    Layer(
      testDescription: "without padding", outputs: 4, kernel: 3, geometry: .init(),
      input: [3, 7, 7]),
    Layer(
      testDescription: "1 x 1 with stride 2", outputs: 7, kernel: 1, geometry: .init(stride: 2),
      input: [5, 8, 8]),
  ]

  private func norm(_ layer: Layer, seed: UInt64 = 1) throws -> ConvolutionNorm {
    var stream = RandomStream(seed: seed, purpose: .synthesis)
    let shape = [
      layer.outputs, layer.input[0] / layer.geometry.groups, layer.kernel, layer.kernel,
    ]
    let weight = try Tensor(
      stream.normals(count: shape.reduce(1, *), standardDeviation: 1), shape: shape)
    return try ConvolutionNorm(weight: weight, layer.geometry, input: layer.input)
  }

  /// The largest singular value of the whole matrix; one column per pass, nothing shared with what is tested.
  private func truth(_ norm: ConvolutionNorm) throws -> Double {
    let weight = try norm.weight.converted(to: .float64)
    let count = norm.input.reduce(1, *)
    var columns: [Tensor] = []
    for place in 0..<count {
      var unit = [Double](repeating: 0, count: count)
      unit[place] = 1
      let image = try Tensor(unit, shape: [1] + norm.input).convolved(
        weight: weight, stride: norm.geometry.stride, padding: norm.geometry.padding,
        dilation: norm.geometry.dilation, groups: norm.geometry.groups)
      columns.append(try image.reshaped([1, -1]))
    }
    return try Tensor.concatenated(columns).singularValues().largest().scalar()
  }

  @Test("a convolution's norm is the largest singular value of its matrix", arguments: layers)
  func exact(_ layer: Layer) throws {
    let norm = try norm(layer)
    let truth = try truth(norm)
    let found = try norm.bounds()
    #expect(found.certificate == .decomposition)
    #expect(abs(found.lower / truth - 1) < 1e-9)
    #expect(found.lower == found.upper)
  }

  @Test(
    "bounds from a random start hold the norm and lie within 0.1 % of each other", arguments: layers
  )
  func randomStart(_ layer: Layer) throws {
    let norm = try norm(layer)
    let truth = try truth(norm)
    for seed in 0..<3 {
      let found = try norm.bounds(.randomStart, seed: UInt64(seed))
      #expect(found.lower <= truth && truth <= found.upper)
      #expect(found.gap < 1e-3)
    }
  }

  @Test(
    "the bound by Gram matrices holds for the zero-padded and for the periodic map",
    arguments: layers)
  func gram(_ layer: Layer) throws {
    let norm = try norm(layer)
    let bound = try norm.gramBound().upper
    #expect(bound >= (try truth(norm)))
    // Borders apart, it is a tight one.
    #expect(bound < 1.35 * (try truth(norm)))
    if let circular = try norm.circularNorm() { #expect(bound >= circular) }
  }

  @Test("the periodic norm is that of the matrix with wrapped borders", arguments: layers)
  func circular(_ layer: Layer) throws {
    let norm = try norm(layer)
    guard let found = try norm.circularNorm() else {
      #expect(layer.input[1] % layer.geometry.stride != 0 || layer.kernel > layer.input[1])
      return
    }
    #expect(abs(found / (try wrappedTruth(norm)) - 1) < 1e-4)
  }

  /// The matrix of the periodic convolution, entry by entry from its definition.
  private func wrappedTruth(_ norm: ConvolutionNorm) throws -> Double {
    let (shape, geometry, input) = (norm.weight.shape, norm.geometry, norm.input)
    let weights = try norm.weight.values(as: Double.self)
    let (height, width) = (input[1] / geometry.stride, input[2] / geometry.stride)
    let columns = input.reduce(1, *)
    var matrix = [Double](repeating: 0, count: shape[0] * height * width * columns)
    for output in 0..<shape[0] {
      let group = output / (shape[0] / geometry.groups)
      for (y, x) in (0..<height * width).map({ ($0 / width, $0 % width) }) {
        let row = (output * height + y) * width + x
        for channel in 0..<shape[1] {
          for (i, j) in (0..<shape[2] * shape[3]).map({ ($0 / shape[3], $0 % shape[3]) }) {
            let from = (
              (y * geometry.stride + i * geometry.dilation) % input[1],
              (x * geometry.stride + j * geometry.dilation) % input[2]
            )
            let column =
              ((group * shape[1] + channel) * input[1] + from.0) * input[2] + from.1
            matrix[row * columns + column] +=
              weights[((output * shape[1] + channel) * shape[2] + i) * shape[3] + j]
          }
        }
      }
    }
    return try Tensor(matrix, shape: [shape[0] * height * width, columns]).singularValues()
      .largest().scalar()
  }

  @Test("random layers have upper bounds above and lower bounds below their norm")
  func properties() throws {
    var stream = RandomStream(seed: 7, purpose: .synthesis)
    for seed in 0..<12 {
      let groups = 1 + stream.integer(below: 2)
      let layer = Layer(
        testDescription: "", outputs: groups * (1 + stream.integer(below: 4)),
        kernel: 1 + stream.integer(below: 3),
        geometry: .init(
          stride: 1 + stream.integer(below: 2), padding: stream.integer(below: 3),
          dilation: 1 + stream.integer(below: 2), groups: groups),
        input: [
          groups * (1 + stream.integer(below: 3)), 5 + stream.integer(below: 4),
          5 + stream.integer(below: 4),
        ])
      let norm = try norm(layer, seed: UInt64(seed))
      let truth = try truth(norm)
      for method in [ConvolutionNorm.Method.cheapest, .unrolled, .randomStart] {
        let found = try norm.bounds(method, seed: UInt64(seed))
        #expect(found.lower <= truth * (1 + 1e-9), "\(layer) \(method)")
        #expect(found.upper >= truth * (1 - 1e-9), "\(layer) \(method)")
      }
      let upper = try norm.gramBound().upper
      #expect(upper >= truth * (1 - 1e-9), "\(layer): \(upper) and \(truth)")
    }
  }

  @Test("the reshaped kernel's norm is far below the convolution's")
  func kernel() throws {
    // On a constant map nine equal weights add up, in the matrix of the kernel their squares do.
    let weight = try Tensor.full(1, shape: [1, 1, 3, 3])
    let norm = try ConvolutionNorm(weight: weight, .init(padding: 1), input: [1, 40, 40])
    #expect(abs(try norm.kernelNorm() - 3) < 1e-6)
    #expect(try norm.bounds().lower > 8.9)
    #expect(abs(try #require(try norm.circularNorm()) - 9) < 1e-4)
  }
}
