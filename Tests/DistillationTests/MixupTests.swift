import Distillation
import ModelZoo
import NeuralNet
import TensorCore
import Testing

struct MixupTests {
  @Test("mixed images and losses are the stated combinations, the same for the same step")
  func combination() throws {
    let values = (0..<12).map(Double.init)
    let batch = LabelledBatch(
      images: try Tensor(values, shape: [3, 1, 2, 2]),
      labels: try Tensor([4, 5, 6] as [Int64], shape: [3]))
    let mixup = Mixup(seed: 9)
    let mixed = try mixup(batch, step: 2)
    let again = try mixup(batch, step: 2)
    #expect(mixed.share == again.share)
    #expect((0..<1).contains(mixed.share))
    #expect(try mixup(batch, step: 3).share != mixed.share)
    let partners = try mixed.others.values(as: Int64.self).map { Int($0) - 4 }
    #expect(partners.sorted() == [0, 1, 2])
    let actual = try mixed.images.values(as: Double.self)
    for image in 0..<3 {
      for pixel in 0..<4 {
        let expected =
          mixed.share * values[4 * image + pixel]
          + (1 - mixed.share) * values[4 * partners[image] + pixel]
        #expect(abs(actual[4 * image + pixel] - expected) < 1e-12)
      }
    }
  }
}
