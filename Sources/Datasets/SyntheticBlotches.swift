import Randomness

/// Large soft spots of a ground: random numbers on a coarse grid, and between them their mixtures.
struct SyntheticBlotches {
  private static let cell = 25.0
  private let columns: Int
  private let corners: [Double]

  init(size: (width: Int, height: Int), strength: Double, _ stream: inout RandomStream) {
    func corners(_ extent: Int) -> Int { Int(Double(extent) / Self.cell) + 2 }
    columns = corners(size.width)
    var values: [Double] = []
    for _ in 0..<columns * corners(size.height) {
      values.append(stream.between(-strength, strength))
    }
    self.corners = values
  }

  func value(_ x: Double, _ y: Double) -> Double {
    let (column, row) = (Int(x / Self.cell), Int(y / Self.cell))
    let (u, v) = (x / Self.cell - Double(column), y / Self.cell - Double(row))
    let first = row * columns + column
    let upper = corners[first] + u * (corners[first + 1] - corners[first])
    let lower =
      corners[first + columns] + u * (corners[first + columns + 1] - corners[first + columns])
    return upper + v * (lower - upper)
  }
}
