import Datasets
import Experiments
import Foundation
import Images
import Results
import UserErrors

/// The part of `PhotoBenchmark` that reads photos.
struct PhotoLoading {
  private let photos: ClassPhotos
  private let request: PhotoBenchmark.Request
  private let scratch: URL

  init(_ photos: ClassPhotos, _ request: PhotoBenchmark.Request, _ scratch: URL) {
    self.photos = photos
    self.request = request
    self.scratch = scratch
  }

  private static let decoders = [
    ("pil", "PIL and torchvision"), ("vision", "torchvision's decoder"), ("codec", "torchcodec"),
  ]

  private func crop(scaled: Bool) -> ClassPhotoView {
    .augmented(RandomResizedCrop(side: request.side, decodesScaled: scaled))
  }

  private var centre: CentreCrop { CentreCrop(side: request.side) }

  /// Every photo once, by one thread unless more are named.
  private func load(_ photos: ClassPhotos, _ view: ClassPhotoView, threads: Int = 0) throws {
    let loader = ClassPhotoLoader(
      dataset: photos, view: view,
      configuration: LoaderConfiguration(
        batchSize: 4, seed: 0, threads: threads, batchesAhead: 4 * max(threads, 1)))
    for batch in loader.epoch(0) { _ = try batch.get() }
  }

  /// What is measured beside others and alone.
  func works(_ python: PythonProcess?) throws -> [ComparedWork] {
    let amount = Double(photos.count)
    func work(
      _ name: String, _ word: String?, _ photos: ClassPhotos, _ view: ClassPhotoView,
      threads: Int = 0
    ) throws -> ComparedWork {
      var others: [ComparedWork.Other] = []
      for (decoder, title) in Self.decoders {
        guard let word, let python, try python.ask("has \(decoder)") == 1 else { continue }
        others += ComparedWork.others(python, title, "\(word) \(decoder)", amount)
      }
      return ComparedWork(
        name: name, unit: "photos/s", amount: amount,
        own: { try load(photos, view, threads: threads) }, others: others)
    }
    let size = "\(request.side) pixels"
    var works = [
      try work("random crop, flip, \(size)", "train", photos, crop(scaled: false)),
      try work("the same, decoded scaled", "train", photos, crop(scaled: true)),
      try work("short side \(centre.shortSide), middle \(size)", "centre", photos, .centre(centre)),
      try work("random crop out of a TAR archive", nil, try archived(), crop(scaled: false)),
    ]
    for threads in [1, 2, 4, 8] where threads <= ProcessInfo.processInfo.activeProcessorCount {
      works.append(
        try work(
          "random crop, \(threads) loader thread\(threads == 1 ? "" : "s")", nil, photos,
          crop(scaled: false), threads: threads))
    }
    return works
  }

  /// The same photos in an archive of class folders.
  private func archived() throws -> ClassPhotos {
    let root = scratch.appendingPathComponent("archived")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    try TarArchive.write(
      to: root.appendingPathComponent("val.tar"),
      (0..<photos.count).map { (photos.path($0), try photos.bytes($0)) })
    var folder = PhotoFolder(root)
    folder.cache = nil
    return try folder.photos("val")
  }

  // MARK: - Pixels

  /// How far the pixels are from PIL's, in sentences.
  func differences(_ python: PythonProcess) throws -> String {
    let file = scratch.appendingPathComponent("pixels")
    try write(to: file)
    var table = TextTable(["pixels", "greatest difference from PIL's", "mean"])
    for (kind, name) in [
      ("whole", "whole photos"), ("centre", "middle of the scaled photo"),
      ("crop", "random rectangles"),
      ("scaled", "random rectangles, decoded scaled where it is allowed"),
    ] {
      table.add([
        name, String(format: "%.0f of 255", try python.ask("difference \(file.path) \(kind)")),
        String(format: "%.4f", try python.ask("mean \(file.path) \(kind)")),
      ])
    }
    return table.text + "\(photos.count) photos"
  }

  private func write(to file: URL) throws {
    var (bytes, lines) = (Data(), "")
    for index in 0..<photos.count {
      let photo = try photos.photo(index)
      // A rectangle of its own for every photo, many of them large.
      var state = UInt64(index)
      let draw = RandomResizedCrop.rectangle(width: photo.width, height: photo.height) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(state >> 11) * 0x1p-53
      }
      var entry: [String: Any] = [
        "path": photos.place(index), "rectangle": [draw.left, draw.top, draw.width, draw.height],
      ]
      func add(_ kind: String, _ image: Raster) {
        entry[kind] = [bytes.count, image.width, image.height]
        bytes += image.bytes
      }
      add("whole", try photo.decoded())
      add("centre", try centre.applied(to: photo))
      for (kind, scaled) in [("crop", false), ("scaled", true)] {
        add(
          kind,
          try RandomResizedCrop(side: request.side, decodesScaled: scaled).applied(draw, to: photo))
      }
      let line = try JSONSerialization.data(withJSONObject: entry)
      lines += String(decoding: line, as: UTF8.self) + "\n"
    }
    try bytes.write(to: file)
    try Data(lines.utf8).write(to: URL(fileURLWithPath: file.path + ".json"))
  }

  // MARK: - An index

  /// Makes an archive with so many entries and reads its index: seconds cold (the memory of it made) and warm, and bytes.
  func index(of count: Int) throws -> String {
    let root = scratch.appendingPathComponent("index")
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    try TarArchive.write(
      to: root.appendingPathComponent("train.tar"),
      (0..<count).lazy.map {
        (String(format: "n%08d/n%08d_%d.JPEG", $0 / 1300, $0 / 1300, $0 % 1300), [])
      })
    var folder = PhotoFolder(root)
    folder.cache = scratch.appendingPathComponent("cache")
    func seconds() throws -> Double {
      let start = ContinuousClock.now
      guard try folder.photosByHeaders("train").count == count else {
        throw UsageError("the index has another number of entries than the archive")
      }
      return start.duration(to: .now).seconds
    }
    Machine.restartPeakMemory()
    let before = Machine.residentMemory
    let cold = try seconds()
    let memory = Double(Machine.peakMemory() - before) / Double(1 << 20)
    let warm = try seconds()
    let names = try FileManager.default.contentsOfDirectory(
      at: scratch.appendingPathComponent("cache"), includingPropertiesForKeys: [.fileSizeKey])
    let size = try names.reduce(0) {
      try $0 + ($1.resourceValues(forKeys: [.fileSizeKey]).fileSize ?? 0)
    }
    return String(
      format: "index of %d entries: %.2f s cold, %.2f s warm, %.1f MB on disk, %.0f MiB of memory",
      count, cold, warm, Double(size) / 1e6, memory)
  }
}
