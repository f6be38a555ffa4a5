import NeuralNet
import Testing

struct ScheduleTests {
  private func rate(_ step: Int) -> Double {
    // Ten steps an epoch: two epochs rise, eight fall.
    Schedule.cosine(base: 0.4, warmUpEpochs: 2, epochs: 10)
      .learningRate(epoch: step / 10, step: step, stepsInTotal: 100)
  }

  @Test("a cosine rises in equal steps to its base, is half of it midway and nears zero at the end")
  func cosine() {
    #expect(rate(0) > 0)
    #expect(abs((rate(1) - rate(0)) - (rate(19) - rate(18))) < 1e-12)
    #expect(rate(19) < 0.4 && rate(20) == 0.4)
    #expect(abs(rate(60) - 0.2) < 1e-12)
    #expect((20..<99).allSatisfy { rate($0) > rate($0 + 1) })
    #expect(rate(99) > 0 && rate(99) < 1e-3)
  }

  @Test("a cosine without a warm-up starts at its base and drops nowhere")
  func plainCosine() {
    let schedule = Schedule.cosine(base: 0.1, warmUpEpochs: 0, epochs: 3)
    #expect(schedule.learningRate(epoch: 0, step: 0, stepsInTotal: 30) == 0.1)
    #expect(schedule.dropEpochs.isEmpty)
  }
}
