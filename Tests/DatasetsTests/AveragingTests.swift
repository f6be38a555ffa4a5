import Datasets
import Testing

struct AveragingTests {
  @Test(
    "a pixel of an averaged image is the mean of its square, rounded half up", arguments: [16, 8])
  func mean(side: Int) throws {
    let whole = try SyntheticCIFAR100(trainCount: 100, testCount: 10).dataset(.train)
    let small = try #require(whole.areaAveraged(side: side))
    let factor = 32 / side
    #expect(small.count == whole.count && small.height == side && small.width == side)
    for index in [0, 57, 99] {
      #expect(small.label(index) == whole.label(index))
      let (pixels, means) = (whole.pixels(index), small.pixels(index))
      for (plane, row, column) in [(0, 0, 0), (1, side - 1, 0), (2, 3, side - 1)] {
        var sum = 0.0
        for y in 0..<factor {
          for x in 0..<factor {
            sum += Double(pixels[(plane * 32 + row * factor + y) * 32 + column * factor + x])
          }
        }
        let mean = (sum / Double(factor * factor) + 0.5).rounded(.down)
        #expect(Double(means[(plane * side + row) * side + column]) == mean)
      }
    }
  }

  @Test(
    "a side that does not divide is refused, the same side changes nothing, another one is other data"
  )
  func sides() throws {
    let whole = try SyntheticCIFAR100(trainCount: 100, testCount: 10).dataset(.test)
    #expect(whole.areaAveraged(side: 12) == nil && whole.areaAveraged(side: 0) == nil)
    #expect(whole.areaAveraged(side: 64) == nil)
    #expect(whole.areaAveraged(side: 32)?.digest == whole.digest)
    #expect(whole.areaAveraged(side: 16)?.digest != whole.digest)
  }

  @Test("a part of an averaged set holds the images of the part")
  func parts() throws {
    let whole = try SyntheticCIFAR100(trainCount: 200, testCount: 10).dataset(.train)
    let first = try #require(whole.subset(fraction: 0.5, seed: 1).areaAveraged(side: 16))
    let second = try #require(whole.areaAveraged(side: 16)).subset(fraction: 0.5, seed: 1)
    #expect(first.count == second.count)
    #expect((0..<first.count).allSatisfy { first.pixels($0) == second.pixels($0) })
  }
}
