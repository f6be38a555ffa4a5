import Datasets
import Dispatch
import Foundation
import Images
import Synchronization
import TestSupport
import Testing

/// Photos and annotations of a devkit, whole and damaged.
struct PhotoTests {
  private let root: URL
  private let photos: URL
  private static let part = VOCDevkit.Part(year: 2007, set: "trainval")

  init() throws {
    root = try Photos.synthetic(train: 12, test: 4)
    photos = root.appendingPathComponent("VOCdevkit/VOC2007/JPEGImages")
  }

  private func read(skipsBad: Bool = false) throws -> DetectionDataset {
    try DetectionDataset(name: "voc", root: root, parts: [Self.part], skipsBad: skipsBad)
  }

  @Test(
    "a synthetic devkit reads back: boxes around the mask's pixels, half of the photos in each year"
  )
  func syntheticDevkitIsWhole() throws {
    let data = try read()
    #expect(data.count == 6 && data.leftOut.isEmpty)
    for sample in data.samples {
      let mask = try ImageFile.mask(
        root.appendingPathComponent("VOCdevkit/VOC2007/SegmentationClass/\(sample.id).png"))
      let objects = try #require(sample.objects)
      #expect(!objects.isEmpty)
      for object in objects {
        let box = object.pixels.map { Int($0) - 1 }
        let inside = (box[1]...box[3]).contains { y in
          (box[0]...box[2]).contains { mask[$0, y, 0] == UInt8(object.label + 1) }
        }
        #expect(inside)
      }
    }
    let all = try DetectionDataset(
      name: "voc", root: root,
      parts: [Self.part, .init(year: 2012, set: "trainval"), .init(year: 2007, set: "test")])
    #expect(all.count == 16)
    let generator = try SyntheticVOC(trainCount: 12, testCount: 4)
    try generator.write(to: root)
    #expect(throws: DatasetError.self) {
      try SyntheticVOC(trainCount: 13, testCount: 4).write(to: root)
    }
  }

  @Test("several may write one devkit at the same time")
  func writtenTogether() throws {
    let place = root.appendingPathComponent("together")
    try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
    let devkit = try SyntheticVOC(trainCount: 6, testCount: 2)
    // What a process leaves that is killed.
    try FileManager.default.createDirectory(
      at: place.appendingPathComponent("VOCdevkit.partial/VOC2007"),
      withIntermediateDirectories: true)
    let failures = Mutex<[String]>([])
    DispatchQueue.concurrentPerform(iterations: 4) { _ in
      do { try devkit.write(to: place) } catch { failures.withLock { $0.append("\(error)") } }
    }
    #expect(failures.withLock { $0 } == [])
    #expect(try FileManager.default.contentsOfDirectory(atPath: place.path) == ["VOCdevkit"])
    #expect(SyntheticVOC.generator(of: place) == devkit)
  }

  @Test("an annotation that changes without changing its size is another data set")
  func digestIsOfContents() throws {
    let before = try read()
    let file = root.appendingPathComponent(
      "VOCdevkit/VOC2007/Annotations/\(before.samples[0].id).xml")
    let text = try String(contentsOf: file, encoding: .utf8)
    let changed = text.replacingOccurrences(of: "<difficult>0<", with: "<difficult>1<")
    try #require(changed != text)
    try Data(changed.utf8).write(to: file)
    #expect(try read().digest != before.digest)
  }

  @Test(
    "a photo that is missing, damaged or of another size is an error with its name, or is listed")
  func badPhotosAreNamed() throws {
    let names = try read().samples.map { "\($0.id).jpg" }
    try FileManager.default.removeItem(at: photos.appendingPathComponent(names[0]))
    try Data("no photo".utf8).write(to: photos.appendingPathComponent(names[1]))
    try ImageFile.jpeg(Raster(width: 20, height: 30, filling: [1, 2, 3]), quality: 90)
      .write(to: photos.appendingPathComponent(names[2]))
    let error = try #require(throws: DatasetError.self) { try read() }
    #expect(error.description.contains(names[0]))
    let data = try read(skipsBad: true)
    #expect(data.count == 3 && data.leftOut.count == 3)
    for (name, line) in zip(names, data.leftOut) { #expect(line.contains(name)) }
    #expect(data.leftOut[2].contains("20 x 30"))
  }

  @Test(
    "a photo whose pixels end early is left out where bad ones are, and told before anything fails")
  func leftOutPhotosAreTold() throws {
    for sample in try read().samples {
      let bytes = try Data(contentsOf: sample.file)
      try bytes.prefix(bytes.count / 2).write(to: sample.file)
      #expect(throws: Never.self) { try ImageFile.size(of: sample.file) }
    }
    var told: [String] = []
    #expect(throws: DatasetError.self) {
      try DetectionDataset(
        name: "voc", root: root, parts: [Self.part], skipsBad: true, report: { told = $0 })
    }
    #expect(told.count == 6 && told.allSatisfy { $0.contains("damaged") })
  }

  @Test("a photo whose pixels end early is an error of its batch, not a trap and not a grey photo")
  func truncatedPhotosStopTheEpoch() throws {
    let data = try read()
    let file = data.samples[0].file
    let bytes = try Data(contentsOf: file)
    try bytes.prefix(bytes.count / 2).write(to: file)
    let loader = DetectionLoader(
      dataset: data, augments: true, configuration: LoaderConfiguration(batchSize: 6, threads: 1))
    let batches = Array(loader.epoch(0))
    let error = try #require(throws: DatasetError.self) { try batches[0].get() }
    #expect(error.description.contains(data.samples[0].id))
  }

  @Test("joined sets must not share an image")
  func sharedImagesAreRefused() {
    #expect(throws: DatasetError.self) {
      try DetectionDataset(
        name: "voc", root: root, parts: [Self.part, .init(year: 2007, set: "train")])
    }
  }

  @Test("a batch is a function of seed, epoch and number, whatever the threads")
  func batchesAreDeterministic() throws {
    let data = try read()
    func images(threads: Int, seed: UInt64) throws -> [[Float]] {
      let loader = DetectionLoader(
        dataset: data, augments: true,
        configuration: LoaderConfiguration(batchSize: 2, seed: seed, threads: threads))
      return try loader.epoch(3).map { try $0.get().images }
    }
    let first = try images(threads: 0, seed: 5)
    #expect(try images(threads: 2, seed: 5) == first)
    #expect(try images(threads: 1, seed: 6) != first)
    let loader = DetectionLoader(
      dataset: data, augments: true,
      configuration: LoaderConfiguration(batchSize: 2, seed: 5, threads: 1))
    #expect(try loader.epoch(3, startingAt: 1).map { try $0.get().images } == Array(first[1...]))
  }

  @Test("a photo shown whole is its pixels, normalised; nothing but its mean lies beside it")
  func renderingKeepsPixels() throws {
    let data = try read()
    let loader = DetectionLoader(
      dataset: data, augments: false,
      configuration: LoaderConfiguration(batchSize: 1, threads: 0, shuffles: false))
    let batch = try #require(try loader.epoch(0).first { _ in true }?.get())
    let photo = try ImageFile.photo(data.samples[0].file)
    // 300 columns of 200 and 300 rows of 150: column 1 lies at 0.5 and row 0 before the first pixel.
    for (channel, (mean, deviation)) in [(0.485, 0.229), (0.456, 0.224), (0.406, 0.225)]
      .enumerated()
    {
      let level = (Double(photo[0, 0, channel]) + Double(photo[1, 0, channel])) / 2
      let wanted = (level / 255 - mean) / deviation
      #expect(abs(Double(batch.images[channel * 90_000 + 1]) - wanted) < 1e-4)
    }
  }
}
