import Distillation
import NeuralNet
import Results
import TensorCore

/// Gradients of the weighted terms of a loss at one step, over everything that is trained.
struct TermGradients {
  /// Euclidean length of each term's gradient; 0 for a term without one.
  private(set) var norms: [String: Double] = [:]
  /// Their parts, and how they lie to each other.
  private(set) var relations = RunRecord.Gradients(terms: [], cosines: [])

  /// Differentiates each term by itself; the graph stays. Of `parameters` the first `bodyCount` are the student's.
  init(
    of terms: [LossTerm], _ parameters: [Tensor], bodyCount: Int, _ share: ReplicaShare
  ) throws {
    var found: [(name: String, gradients: [Tensor?])] = []
    for term in terms {
      guard term.value.requiresGradient else {
        norms[term.name] = 0
        continue
      }
      let contribution = try share.of(try term.contribution())
      var gradients: [Tensor?] = []
      for gradient in try contribution.gradients(of: parameters, retainingGraph: true) {
        gradients.append(
          try gradient.map { gradient throws(TensorError) in try share.sum(gradient) })
      }
      let body = try Self.product(gradients[..<bodyCount], gradients[..<bodyCount])
      let connectors = try Self.product(gradients[bodyCount...], gradients[bodyCount...])
      norms[term.name] = (body + connectors).squareRoot()
      relations.terms.append(
        .init(name: term.name, body: body.squareRoot(), connectors: connectors.squareRoot()))
      found.append((term.name, gradients))
    }
    relations.terms.sort { $0.name < $1.name }
    found.sort { $0.name < $1.name }
    for (index, first) in found.enumerated() {
      for second in found[(index + 1)...] {
        let lengths = (norms[first.name] ?? 0) * (norms[second.name] ?? 0)
        let product = try Self.product(first.gradients[...], second.gradients[...])
        relations.cosines.append(
          .init(
            first: first.name, second: second.name, value: lengths > 0 ? product / lengths : 0))
      }
    }
  }

  private static func product(_ first: ArraySlice<Tensor?>, _ second: ArraySlice<Tensor?>)
    throws(TensorError) -> Double
  {
    var sum = 0.0
    for case (let x?, let y?) in zip(first, second) { sum += try (try x * y).sum().scalar() }
    return sum
  }
}
