import Distillation
import ModelZoo
import NeuralNet
import Randomness
import TensorCore
import Testing
import Training

struct FeatureLossTests {
  private func network(_ seed: UInt64) throws -> any Classifier {
    try Architecture.wideResNet(depth: 10, width: 1).makeNetwork(
      classCount: 10, store: ParameterStore(seed: seed))
  }

  private func batch() throws -> LabelledBatch {
    var stream = RandomStream(seed: 5, purpose: .synthesis)
    return LabelledBatch(
      images: try Tensor(
        stream.normals(count: 8 * 3 * 256, standardDeviation: 1), shape: [8, 3, 16, 16]),
      labels: try Tensor([0, 3, 5, 9, 1, 2, 4, 7] as [Int64], shape: [8]))
  }

  @Test("losses without parameters of their own fall and teach the student only")
  func fall() throws {
    let losses: [(any FeatureLoss, Double)] = [
      (AttentionTransfer(), 1000), (SimilarityPreserving(), 3000), (NeuronSelectivity(), 50),
      (ProbabilisticTransfer(), 30_000), (RelationalDistillation(), 1),
      (DecoupledDistillation(), 1),
    ]
    for (loss, weight) in losses {
      let teacher = try network(2)
      let objective = try FeatureLossObjective(
        student: network(1), teacher: TeacherPass(teacher, .eval), name: "x", loss: loss,
        weight: weight)
      let optimizer = try SGD(trainedParameters(of: objective), .init())
      let before = try teacher.store.entries.map { try $0.tensor.bytes() }
      var values: [Double] = []
      for step in 0..<10 {
        let position = StepPosition(epoch: 0, epochs: 1, step: step)
        values.append(try objective.terms(batch(), at: position)[1].value.scalar())
        try trainStep(objective, optimizer, batch(), at: position, learningRate: 0.001)
      }
      let isFinite = values.allSatisfy { $0.isFinite }
      #expect(isFinite, "\(loss): \(values)")
      #expect(values[9] < values[0], "\(loss): \(values)")
      let after = try teacher.store.entries.map { try $0.tensor.bytes() }
      #expect(after == before)
    }
  }
}
