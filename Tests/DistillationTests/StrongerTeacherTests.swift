import Distillation
import Foundation
import TensorCore
import Testing

/// DIST has no golden vectors; these values follow from its definition.
struct StrongerTeacherTests {
  // The authors add 1e-8 to products of norms, which small norms feel.
  @Test("equal logits cost nothing, and opposite ones 2 for images and 2 for classes, times T²")
  func knownValues() throws {
    let own = try Tensor([log(2.0), 0, 0, log(2.0)], shape: [2, 2])
    let other = try Tensor([0, log(2.0), log(2.0), 0], shape: [2, 2])
    for temperature in [1.0, 4] {
      let loss = StrongerTeacher(temperature: temperature)
      #expect(abs(try loss.relation(own, own).scalar()) < 1e-4)
      let opposite = try loss.relation(own, other).scalar()
      #expect(abs(opposite - 4 * temperature * temperature) < 1e-4)
    }
  }
}
