import Datasets
import Testing

struct BatchLoaderTests {
  private func loader(threads: Int) throws -> BatchLoader {
    BatchLoader(
      dataset: try SyntheticCIFAR100(trainCount: 150, testCount: 10).dataset(.train),
      pipeline: .cifar100Train,
      configuration: LoaderConfiguration(batchSize: 32, seed: 4, threads: threads))
  }

  @Test("batches do not depend on the number of threads", arguments: [0, 2, 5])
  func threads(count: Int) throws {
    let reference = Array(try loader(threads: 1).epoch(3))
    let batches = Array(try loader(threads: count).epoch(3))
    #expect(batches.map(\.indices) == reference.map(\.indices))
    #expect(batches.map(\.images) == reference.map(\.images))
    #expect(batches.map(\.labels) == reference.map(\.labels))
  }

  @Test("the parts of a batch, joined, are the batch", arguments: [2, 3, 7])
  func parts(count: Int) throws {
    let whole = try loader(threads: 1)
    let parts = (0..<count).map { index in
      BatchLoader(
        dataset: whole.dataset, pipeline: .cifar100Train,
        configuration: LoaderConfiguration(
          batchSize: 32, seed: 4, part: BatchPart(index, of: count)))
    }
    // The last batch is a smaller one.
    for number in 0..<whole.batchesPerEpoch {
      let batch = try #require(whole.batch(number, ofEpoch: 2))
      let pieces = try parts.map { try #require($0.batch(number, ofEpoch: 2)) }
      #expect(pieces.flatMap(\.indices) == batch.indices)
      #expect(pieces.flatMap(\.images) == batch.images)
      #expect(pieces.flatMap(\.labels) == batch.labels)
      let sizes = pieces.map(\.count)
      #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
      #expect(whole.configuration.size(ofBatch: number, of: 150) == batch.count)
    }
  }

  @Test("an epoch can start in its middle")
  func middle() throws {
    let loader = try loader(threads: 2)
    let whole = Array(loader.epoch(1))
    let rest = Array(loader.epoch(1, startingAt: 3))
    #expect(rest.map(\.images) == whole.dropFirst(3).map(\.images))
    #expect(whole.count == loader.batchesPerEpoch)
  }

  @Test("an epoch shows every image once, in an order of its own")
  func order() throws {
    let loader = try loader(threads: 1)
    let first = loader.epoch(0).flatMap(\.indices)
    let second = loader.epoch(1).flatMap(\.indices)
    #expect(first.sorted() == Array(0..<150))
    #expect(first != second)
  }

  @Test("pad, flip and crop agree with plain index arithmetic")
  func augmentation() throws {
    let data = try SyntheticCIFAR100(trainCount: 3, testCount: 3).dataset(.train)
    let planes = data.pixels(1)
    let mirror = { (index: Int) in index < 0 ? -index : index > 31 ? 62 - index : index }
    for (flip, top, left) in [(false, 0, 0), (true, 0, 8), (false, 8, 3), (true, 5, 2)] {
      let draw = Augmentation(isFlipped: flip, top: top, left: left)
      let actual = try #require(
        ImagePipeline.cifar100Train.apply(draw, to: planes, height: 32, width: 32))
      for channel in 0..<3 {
        for row in 0..<32 {
          for column in 0..<32 {
            let wide = left + column
            let source = mirror((flip ? 39 - wide : wide) - 4)
            let byte = planes[channel * 1024 + mirror(top + row - 4) * 32 + source]
            let expected = Normalisation.cifar.table[256 * channel + Int(byte)]
            #expect(actual[channel * 1024 + row * 32 + column] == expected)
          }
        }
      }
    }
  }
}
