import Distillation
import Lipschitz
import NeuralNet
import Results
import TensorCore
import TestSupport
import Testing
import Training

/// What is measured beside a training.
@Suite(.serialized)
struct ProbeTests {
  private func run(measuring: Bool, stopAt step: Int? = nil) throws -> (
    state: [[UInt8]], witness: Witness
  ) {
    try inTemporaryDirectory { folder in
      let stop = StopRequest()
      let witness = Witness(stop: stop, at: step)
      var fixture = try Fixture(in: folder, measuresLipschitz: measuring)
      var outcome = try fixture.trainer.run(stop: stop, observer: witness)
      if step != nil {
        #expect(outcome != .finished)
        fixture = try Fixture(in: folder, measuresLipschitz: measuring)
        let second = Witness(stop: StopRequest())
        outcome = try fixture.trainer.run(stop: StopRequest(), observer: second)
        #expect(second.start == nil)
        witness.epochs += second.epochs
        witness.steps += second.steps
      }
      #expect(outcome == .finished)
      return (try fixture.state(), witness)
    }
  }

  @Test("measuring transmitting matrices changes no byte of a training")
  func changesNothing() throws {
    let (with, without) = (try run(measuring: true), try run(measuring: false))
    #expect(with.state == without.state)
    #expect(with.witness.steps.map(\.total) == without.witness.steps.map(\.total))
    #expect(with.witness.epochs.allSatisfy { $0.lipschitz != nil && $0.telemetrySeconds > 0 })
    #expect(without.witness.epochs.allSatisfy { $0.lipschitz == nil })
  }

  @Test("a training that was stopped inside an epoch measures what one that was not does")
  func resumes() throws {
    let (whole, parts) = (try run(measuring: true), try run(measuring: true, stopAt: 6))
    #expect(whole.witness.start == parts.witness.start)
    #expect(whole.witness.epochs.map(\.lipschitz) == parts.witness.epochs.map(\.lipschitz))
    #expect(whole.witness.epochs.map(\.gradients) == parts.witness.epochs.map(\.gradients))
  }

  @Test("the constants are the largest singular values of the networks' own maps")
  func values() throws {
    try inTemporaryDirectory { folder in
      let fixture = try Fixture(in: folder)
      let witness = Witness(stop: StopRequest())
      _ = try fixture.trainer.run(stop: StopRequest(), observer: witness)
      let last = try #require(witness.epochs.last?.lipschitz)
      #expect(last.modules.count == 2)
      let images = try #require(
        try fixture.evaluator.probeImages(like: fixture.objective.student.store).first)
      #expect(last.images == images.shape[0])
      try withoutGradient {
        let taps = try fixture.objective.student.features(of: images, .eval).taps
        let fronts = try #require(try fixture.objective.connected(taps, .eval))
        for (index, module) in last.modules.enumerated() {
          for (front, spread) in [(taps[index], module.raw), (fronts[index], module.connected)] {
            let values = try FeaturePair(front: front, back: taps[index + 1]).transmittingMatrix()
              .singularValues().largest([1]).values(as: Double.self)
            let mean = values.reduce(0, +) / Double(values.count)
            #expect(abs(try #require(spread).mean / mean - 1) < 1e-4)
          }
          #expect(module.teacher != nil && module.rawDistance ?? 0 > 0)
        }
      }
    }
  }

  @Test("a term's gradient is split into body and connectors, with its cosines")
  func gradients() throws {
    let witness = try run(measuring: true).witness
    for epoch in witness.epochs {
      let found = try #require(epoch.gradients)
      #expect(found.terms.map(\.name) == ["ce", "lipschitz", "ofd"])
      for term in found.terms {
        let whole = (term.body * term.body + term.connectors * term.connectors).squareRoot()
        #expect(abs(whole / (try #require(epoch.gradientNorms[term.name])) - 1) < 1e-9)
      }
      // Cross-entropy knows no connectors.
      #expect(found.terms[0].connectors == 0 && found.terms[1].connectors > 0)
      #expect(found.cosines.count == 3)
      #expect(found.cosines.allSatisfy { abs($0.value) <= 1 + 1e-6 })
    }
  }
}
