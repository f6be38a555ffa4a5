import Datasets
import Foundation
import Testing

struct CorruptionTests {
  private func images() throws -> ImageDataset {
    try SyntheticCIFAR100(trainCount: 20, testCount: 20).dataset(.test)
  }

  private func worse(_ kind: ImageCorruption.Kind, _ strength: Int) throws -> ImageDataset {
    let all = ImageCorruption.all
    let wanted = try #require(all.first { $0.kind == kind && $0.strength == strength })
    return try images().corrupted(by: wanted)
  }

  /// Mean distance of pixels from those of the images as they are.
  private func distance(_ other: ImageDataset) throws -> Double {
    let own = try images()
    var sum = 0
    for index in 0..<own.count {
      for (one, two) in zip(own.pixels(index), other.pixels(index)) {
        sum += abs(Int(one) - Int(two))
      }
    }
    return Double(sum) / Double(own.count * own.pixels(0).count)
  }

  @Test("every corruption is the same each time, keeps labels and grows with its strength")
  func strengths() throws {
    #expect(ImageCorruption.all.count == 9)
    for kind in ImageCorruption.Kind.allCases {
      var last = 0.0
      for strength in 1...3 {
        let images = try worse(kind, strength)
        let again = try worse(kind, strength)
        #expect((0..<images.count).allSatisfy { images.pixels($0) == again.pixels($0) })
        #expect(
          try (0..<images.count).map(images.label) == (0..<images.count).map(self.images().label))
        let now = try distance(images)
        #expect(now > last, "\(kind) \(strength)")
        last = now
      }
    }
  }

  @Test("contrast keeps the mean, noise has the deviation that it says")
  func values() throws {
    let own = try images().pixels(3).map(Double.init)
    let flat = try worse(.contrast, 3).pixels(3).map(Double.init)
    let mean = own.reduce(0, +) / Double(own.count)
    #expect(abs(flat.reduce(0, +) / Double(flat.count) - mean) < 0.5)
    #expect(zip(own, flat).allSatisfy { abs(mean + ($0 - mean) / 4 - $1) <= 0.5 + 1e-9 })
    // Values far from both ends, whose noise is not cut off.
    let noisy = try worse(.noise, 1)
    var differences: [Double] = []
    for index in 0..<20 {
      for (one, two) in zip(try images().pixels(index), noisy.pixels(index))
      where (64...192).contains(one) { differences.append(Double(two) - Double(one)) }
    }
    let square = differences.reduce(0) { $0 + $1 * $1 } / Double(differences.count)
    #expect(differences.count > 5000 && abs(square.squareRoot() - 8) < 0.3)
  }
}
