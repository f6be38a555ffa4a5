import Datasets
import Foundation
import Testing

struct CIFAR100Tests {
  private func directory() throws -> URL {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try SyntheticCIFAR100(trainCount: 200, testCount: 50, seed: 5).write(to: url)
    return CIFAR100.resolve(url)
  }

  private func damage(_ body: (inout Data) -> Void) throws -> URL {
    let url = try directory()
    let file = url.appendingPathComponent("test.bin")
    var data = try Data(contentsOf: file)
    body(&data)
    try data.write(to: file)
    return url
  }

  @Test("a written synthetic set reads back as it was generated")
  func roundTrip() throws {
    let url = try directory()
    let generator = try SyntheticCIFAR100(trainCount: 200, testCount: 50, seed: 5)
    for split in Split.allCases {
      let read = try CIFAR100.load(split, from: url)
      let made = generator.dataset(split)
      #expect(read.count == made.count)
      #expect((0..<read.count).allSatisfy { read.label($0) == made.label($0) })
      #expect((0..<read.count).allSatisfy { read.pixels($0) == made.pixels($0) })
    }
  }

  @Test("a cut, oversized, missing or changed file and a wrong label are refused")
  func refusals() throws {
    let broken = [
      try damage { $0.removeLast() },
      try damage { $0.append(0) },
      try damage { $0[1] = 100 },
      try damage { $0[0] = 20 },
      try damage { $0[500] ^= 1 },
      try damage { $0.removeAll() },
    ]
    for url in broken {
      #expect(throws: DatasetError.self) { try CIFAR100.load(.test, from: url) }
    }
    let url = try directory()
    try FileManager.default.removeItem(at: url.appendingPathComponent("test.bin"))
    #expect(throws: DatasetError.self) { try CIFAR100.load(.test, from: url) }
  }

  @Test("the embedded manifest is the one in datasets-manifest")
  func manifest() throws {
    let project = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let listed = try DatasetManifest.load(
      from: project.appendingPathComponent("datasets-manifest"))
    let known = try DatasetManifest.known()
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    #expect(try encoder.encode(listed) == encoder.encode(known))
    #expect(known.map(\.id) == ["cifar100", "imagenet", "sbd", "voc2007", "voc2012"])
  }

  @Test("manifests have hashes of the right length, and sets that add up")
  func manifests() throws {
    for manifest in try DatasetManifest.known() {
      for archive in manifest.archives {
        // What no server gives away has no address and, of the devkit, no stated size.
        let isKept = archive.isKept ?? false
        #expect(archive.md5?.count == 32 && (isKept || archive.sha256?.count == 64))
        #expect(
          isKept ? archive.mirrors.isEmpty : (archive.size ?? 0) > 0 && !archive.mirrors.isEmpty)
      }
      let sets = manifest.imageSets?.sets ?? []
      #expect(sets.allSatisfy { set in manifest.archives.contains { $0.name == set.archive } })
      let counts = Dictionary(uniqueKeysWithValues: sets.map { ($0.name, $0.images) })
      for (name, count) in counts where name.hasSuffix("/trainval") {
        let task = name.dropLast("trainval".count)
        #expect(counts["\(task)train"].map { $0 + (counts["\(task)val"] ?? 0) } == count)
      }
    }
  }

  @Test("a set is synthesized deterministically and another seed gives another one")
  func synthesis() throws {
    let one = try SyntheticCIFAR100(trainCount: 120, testCount: 30, seed: 1).dataset(.train)
    let same = try SyntheticCIFAR100(trainCount: 120, testCount: 30, seed: 1).dataset(.train)
    let other = try SyntheticCIFAR100(trainCount: 120, testCount: 30, seed: 2).dataset(.train)
    #expect(one.digest == same.digest)
    #expect(one.digest != other.digest)
    #expect(Set((0..<120).map { one.label($0) }).count > 50)
  }

  @Test("other data in the directory are not overwritten")
  func keepsOther() throws {
    let url = try directory()
    let before = try Data(contentsOf: url.appendingPathComponent("train.bin"))
    #expect(throws: DatasetError.self) {
      try SyntheticCIFAR100(trainCount: 10, testCount: 10, seed: 9).write(to: url)
    }
    #expect(try Data(contentsOf: url.appendingPathComponent("train.bin")) == before)
  }

  @Test("a fraction takes the same share of every class and is contained in a larger one")
  func subset() throws {
    let all = try SyntheticCIFAR100(trainCount: 1_000, testCount: 10).dataset(.train)
    let fifth = all.subset(fraction: 0.2, seed: 0)
    let half = all.subset(fraction: 0.5, seed: 0)
    #expect(fifth.count < half.count && half.count < all.count)
    let small = Set((0..<fifth.count).map { fifth.pixels($0) })
    let large = Set((0..<half.count).map { half.pixels($0) })
    #expect(small.isSubset(of: large))
    let parts = all.splitHeldOut(perClass: 2, seed: 0)
    #expect(parts.training.count + parts.heldOut.count == all.count)
  }
}
