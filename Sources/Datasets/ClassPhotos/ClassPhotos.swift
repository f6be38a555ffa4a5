import DurableFiles
import Foundation
public import Images
import Randomness

/// Photos with one class each, out of class folders or an archive; they stay there.
///
/// They stand class by class in the order of the labels, within a class by their names, so that folders and archives with
/// the same photos are the same data set.
public struct ClassPhotos: PhotoSet, Sendable {
  /// One photo.
  struct Sample: Hashable, Sendable {
    let label: Int
    let entry: PhotoIndex.Entry
  }

  /// What the photos are, for run records.
  public let name: String
  /// The classes, of which some may have no photo here.
  public let classes: PhotoClasses
  /// SHA-256 over label, class, name and content of every photo.
  public let digest: String
  /// Photos that were left out, each with the reason.
  public let leftOut: [String]
  let samples: [Sample]
  private let container: PhotoIndex.Container
  /// The archive; nil for folders.
  private let archive: OpenFile?

  init(
    name: String, classes: PhotoClasses, samples: [Sample], leftOut: [String] = [],
    container: PhotoIndex.Container, archive: OpenFile?
  ) {
    self.name = name
    self.classes = classes
    self.samples = samples
    self.leftOut = leftOut
    self.container = container
    self.archive = archive
    var hash = StreamingDigest()
    hash.update(Data(classes.ids.joined(separator: " ").utf8))
    for sample in samples {
      let content = sample.entry.digest?.description ?? ""
      hash.update(
        Data("\n\(sample.label) \(classes.ids[sample.label])/\(sample.entry.name) \(content)".utf8))
    }
    digest = hash.finalize()
  }

  /// Names of the photos, in order.
  public var ids: [String] { samples.map(\.entry.name) }

  /// Number of photos.
  public var count: Int { samples.count }

  /// Whether a file is taken for a photo, by its name; what it is, its first bytes tell.
  public static func isPhoto(_ name: String) -> Bool { PhotoIndex.isPhoto(name) }

  /// The class of photo `index`, in 0 ..< `classes.count`.
  public func label(_ index: Int) -> Int { samples[index].label }

  /// Where photo `index` lies: a file, or a place in an archive.
  public func place(_ index: Int) -> String { place(of: samples[index].entry) }

  /// The path of photo `index` by class and name, whatever holds it.
  public func path(_ index: Int) -> String {
    "\(classes.ids[samples[index].label])/\(samples[index].entry.name)"
  }

  /// Photo `index`, not decoded yet. Throws for a file that cannot be read or is no photo.
  public func photo(_ index: Int) throws(DatasetError) -> EncodedPhoto {
    try photo(of: samples[index].entry)
  }

  /// The bytes of photo `index` as they are stored.
  public func bytes(_ index: Int) throws(DatasetError) -> [UInt8] {
    try Self.bytes(of: samples[index].entry, in: container, archive)
  }

  private func photo(of entry: PhotoIndex.Entry) throws(DatasetError) -> EncodedPhoto {
    let bytes = try Self.bytes(of: entry, in: container, archive)
    let place = place(of: entry)
    return try reading { () throws(ImageError) in try EncodedPhoto(bytes, name: place) }
  }

  private func place(of entry: PhotoIndex.Entry) -> String {
    container.url.appendingPathComponent(entry.path).path
  }

  /// Bytes of the largest photo that is read; ImageNet's largest has 15 million.
  private static let largestFile = 1 << 28

  static func bytes(
    of entry: PhotoIndex.Entry, in container: PhotoIndex.Container, _ archive: OpenFile?
  ) throws(DatasetError) -> [UInt8] {
    if let archive {
      guard entry.size <= largestFile else {
        throw DatasetError(
          "\(archive.url.path)/\(entry.path) has \(entry.size) bytes; at most \(largestFile) are read"
        )
      }
      return try archive.bytes(at: entry.offset, count: entry.size)
    }
    return try SmallFile.bytes(
      at: container.url.appendingPathComponent(entry.path).path, limit: largestFile)
  }

  /// The photos whose positions are named, in this order.
  func selecting(_ positions: [Int]) -> ClassPhotos { selecting(positions.map { samples[$0] }) }

  private func selecting(_ samples: [Sample], leftOut: [String]? = nil) -> ClassPhotos {
    ClassPhotos(
      name: name, classes: classes, samples: samples, leftOut: leftOut ?? self.leftOut,
      container: container, archive: archive)
  }

  /// At most `count` photos, at even distances, so that all classes are among them as far as they can be.
  public func sample(_ count: Int) -> ClassPhotos {
    guard count < self.count else { return self }
    return selecting((0..<count).map { samples[$0 * self.count / count] })
  }

  /// Without the photos that cannot be decoded, which `report` gets before anything else can fail. Every photo is decoded
  /// once.
  public func withoutBadPhotos(report: ([String]) -> Void) throws(DatasetError) -> ClassPhotos {
    let (kept, leftOut) = try Self.samples(of: samples, skipsBad: true, report: report) {
      (sample: Sample) throws(DatasetError) in
      sample
    } decode: { sample throws(DatasetError) in
      let photo = try photo(of: sample.entry)
      _ = try reading { () throws(ImageError) in try photo.decoded() }
    }
    guard !kept.isEmpty else {
      throw DatasetError("\(container.url.path) holds no photo that can be decoded")
    }
    return selecting(kept, leftOut: leftOut)
  }

  /// The same share of every class, one photo at least, in order. With one seed a smaller fraction is contained in every
  /// larger one.
  public func subset(fraction: Double, seed: UInt64) -> ClassPhotos {
    guard fraction < 1 else { return self }
    return selecting(
      byClass().flatMap { label, members -> [Int] in
        var stream = RandomStream(seed: seed, purpose: .subset, UInt64(label))
        let count = max(1, Int((Double(members.count) * max(0, fraction)).rounded()))
        return stream.permutation(of: members.count).prefix(count).map { members[$0] }.sorted()
      })
  }

  /// Sets one photo of `share` of every class aside, and one at least of a class with two.
  public func splitHeldOut(oneOf share: Int, seed: UInt64) -> (
    training: ClassPhotos, heldOut: ClassPhotos
  ) {
    var heldOut: Set<Int> = []
    for (label, members) in byClass() where members.count > 1 {
      var stream = RandomStream(seed: seed, purpose: .subset, UInt64(label), 1)
      let count = max(1, members.count / share)
      heldOut.formUnion(stream.permutation(of: members.count).prefix(count).map { members[$0] })
    }
    let all = samples.indices
    return (
      selecting(all.filter { !heldOut.contains($0) }), selecting(all.filter(heldOut.contains))
    )
  }

  /// The positions of every class that has photos.
  private func byClass() -> [(label: Int, members: [Int])] {
    var members: [[Int]] = Array(repeating: [], count: classes.count)
    for (index, sample) in samples.enumerated() { members[sample.label].append(index) }
    return members.enumerated().filter { !$1.isEmpty }.map { ($0, $1) }
  }
}
