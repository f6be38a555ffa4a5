import Datasets
import Foundation
import Images
import Randomness
import TestSupport
import Testing

/// Scaling, cropping, mirroring and blurring of photos with their masks.
struct TransformTests {
  private static func noise(_ width: Int, _ height: Int, channels: Int, below: Int = 256) -> Raster
  {
    var stream = RandomStream(seed: 5, purpose: .synthesis)
    return Raster(
      width: width, height: height, channels: channels,
      bytes: (0..<width * height * channels).map { _ in UInt8(stream.integer(below: below)) })
  }

  @Test(
    "a part of a resized image is that part of the whole one",
    arguments: [(31, 47), (90, 64), (53, 41), (200, 150)])
  func windowsAreParts(_ width: Int, _ height: Int) {
    for (image, interpolation) in [
      (Self.noise(53, 41, channels: 3), Interpolation.bilinear),
      (Self.noise(53, 41, channels: 1), .nearest),
    ] {
      let whole = image.resized(width: width, height: height, interpolation)
      let (columns, rows) = (3..<width - 2, 5..<height / 2)
      let part = image.resized(
        width: width, height: height, interpolation, columns: columns, rows: rows)
      #expect(part == whole.cropped(columns: columns, rows: rows))
    }
  }

  @Test("a mirror twice is the image; a wide blur keeps a constant and its own mean")
  func mirrorsAndBlurs() {
    let image = Self.noise(13, 9, channels: 3)
    #expect(image.mirrored() != image && image.mirrored().mirrored() == image)
    #expect(image.mirrored()[0, 4, 2] == image[12, 4, 2])
    let grey = Raster(width: 9, height: 7, filling: [9, 200, 55])
    for radius in [0.3, 0.9, 2.5, 6] { #expect(grey.blurred(radius: radius) == grey) }
    let mean = { (image: Raster) in
      Double(image.bytes.reduce(0) { $0 + Int($1) }) / Double(image.bytes.count)
    }
    let large = Self.noise(80, 60, channels: 1)
    #expect(abs(mean(large.blurred(radius: 3)) - mean(large)) < 3)
  }

  @Test("photo and mask stay aligned through every draw")
  func masksFollowPhotos() throws {
    // The photo shows its mask: each class in blocks of a level of its own, so that an edge is the only doubt.
    let (width, height) = (96, 64)
    var mask = Raster(width: width, height: height, filling: [0])
    var photo = Raster(width: width, height: height, filling: [0, 0, 0])
    for y in 0..<height {
      for x in 0..<width {
        let label = UInt8(1 + (x / 16 + 3 * (y / 16)) % 20)
        mask[x, y, 0] = label
        for channel in 0..<3 { photo[x, y, channel] = 12 * label }
      }
    }
    let augmentation = SegmentationAugmentation(baseSize: 64, cropSize: 64)
    for isMirrored in [false, true] {
      for shortSide in [32, 64, 101, 128] {
        let size = SegmentationAugmentation.size(width: width, height: height, shortSide: shortSide)
        let largest = augmentation.largestOffset(size)
        let draw = SegmentationAugmentation.Draw(
          isMirrored: isMirrored, size: size, left: largest.left / 2, top: largest.top,
          blurRadius: 0)
        let seen = augmentation.apply(draw, photo: photo, mask: mask, padding: 255)
        #expect(seen.photo.width == 64 && seen.mask.height == 64)
        var doubts = 0
        for y in 0..<64 {
          for x in 0..<64 {
            let label = seen.mask[x, y, 0]
            let level = seen.photo[x, y, 1]
            if label == 255 {
              #expect(level == 0 && (x >= size.width || y >= size.height))
            } else if abs(Int(level) - 12 * Int(label)) > 1 {
              doubts += 1
            }
          }
        }
        // Bilinear pixels at the edges of blocks lie between two classes.
        #expect(Double(doubts) < 0.3 * 64 * 64, "\(shortSide): \(doubts)")
        let padded = 64 * 64 - min(size.width, 64) * min(size.height, 64)
        #expect(seen.mask.bytes.count { $0 == 255 } == padded)
        let released = augmentation.apply(draw, photo: photo, mask: mask, padding: 0)
        #expect(released.photo == seen.photo)
        #expect(released.mask.bytes.count { $0 == 0 } == padded)
      }
    }
  }

  @Test("a batch is a function of seed, epoch and number, whatever the threads and the start")
  func batchesAreDeterministic() throws {
    let root = try Photos.synthetic(train: 8, test: 2)
    let data = try SegmentationDataset(
      name: "voc", root: root, parts: [.init(year: 2007, set: "trainval")])
    func batches(threads: Int, from start: Int = 0, seed: UInt64 = 3) throws -> [[Float]] {
      let loader = SegmentationLoader(
        dataset: data, augmentation: .init(baseSize: 65, cropSize: 65), padding: 255,
        configuration: LoaderConfiguration(batchSize: 2, seed: seed, threads: threads))
      return try loader.epoch(4, startingAt: start).map { result in
        let batch = try result.get()
        #expect(batch.images.count == 3 * batch.labels.count && batch.height == 65)
        return batch.images + batch.labels.map(Float.init)
      }
    }
    let alone = try batches(threads: 0)
    #expect(alone.count == 2 && alone[0] != alone[1])
    #expect(try batches(threads: 2) == alone)
    #expect(try batches(threads: 1, from: 1) == Array(alone.dropFirst()))
    #expect(try batches(threads: 0, seed: 4) != alone)
  }

  @Test("whole photos keep their size or take the short side, and the mask does, too")
  func wholePhotos() throws {
    let root = try Photos.synthetic(train: 2, test: 1)
    let data = try SegmentationDataset(
      name: "voc", root: root, parts: [.init(year: 2007, set: "test")])
    let sample = try #require(data.samples.first)
    let (photo, mask) = try sample.decoded()
    for batch in SegmentationLoader(dataset: data, shortSide: nil, threads: 0).epoch(0) {
      let batch = try batch.get()
      #expect(batch.width == sample.width && batch.labels == mask?.bytes)
      let first = Normalisation.segmentation.table[Int(photo[0, 0, 0])]
      #expect(batch.images[0] == first)
    }
    for batch in SegmentationLoader(dataset: data, shortSide: 60, threads: 0).epoch(0) {
      let batch = try batch.get()
      #expect(batch.height == 60 && batch.width == 80)
    }
  }
}
