import CheckpointFormat
import Foundation
import TestSupport
import Testing
import Training

/// Resume files of this training whose numbers make no sense.
struct ResumeDamageTests {
  /// Stops a training, replaces a tensor of its resume file and goes on.
  private func resume(
    replacing name: String, in section: SectionKind, with values: [Double], as type: ElementType
  ) throws {
    try inTemporaryDirectory { folder in
      let stop = StopRequest()
      _ = try Fixture(in: folder).trainer.run(stop: stop, observer: Witness(stop: stop, at: 2))
      let file = folder.appendingPathComponent("resume.lskd")
      var checkpoint = try Checkpoint(contentsOf: file)
      let place = try #require(
        checkpoint.sections[section]?.firstIndex { $0.name == name }, "\(name) is not there")
      let bytes = values.flatMap { value in
        type == .int64
          ? withUnsafeBytes(of: Int64(value).littleEndian, Array.init)
          : withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
      }
      checkpoint.sections[section]?[place] = try StoredTensor(
        name: name, elementType: type, shape: [values.count], bytes: Data(bytes))
      try checkpoint.write(to: file)
      let again = StopRequest()
      _ = try Fixture(in: folder).trainer.run(stop: again, observer: Witness(stop: again))
    }
  }

  @Test(
    "counts that are none are refused",
    arguments: [
      [.nan, 1, 0], [.infinity, 1, 0], [-1, 1, 0], [1e300, 1, 0], [0.5, 1, 0], [24, .nan, 0],
      [24, 1, .nan], [24, 1],
    ])
  func counts(values: [Double]) {
    #expect(throws: TrainingError.self) {
      try resume(replacing: "sums.counts", in: .extras, with: values, as: .float64)
    }
  }

  @Test(
    "a position before the start or beyond the end is refused",
    arguments: [[-1, 0, 0], [0, -1, 0], [0, 2, -5], [9, 0, 2], [0, 99, 2], [0, 2, 9e18]])
  func position(values: [Double]) {
    #expect(throws: TrainingError.self) {
      try resume(replacing: "epoch_batch_step", in: .position, with: values, as: .int64)
    }
  }
}
