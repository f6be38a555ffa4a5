internal import CMatio
import DurableFiles
import Foundation

/// The official devkit of ILSVRC 2012: the WordNet ids of the classes and those of the validation photos. It is read out of
/// its archive, or of the directory that this unpacks to.
struct ImageNetDevkit: Sendable {
  static let archiveName = "ILSVRC2012_devkit_t12.tar.gz"
  private static let folder = "ILSVRC2012_devkit_t12"
  private static let (labelFile, metaFile) = (
    "data/ILSVRC2012_validation_ground_truth.txt", "data/meta.mat"
  )
  /// Bytes that the devkit may unpack to; the official one has 10 million.
  private static let largestContent = 1 << 28

  /// Classes in the order of the labels: sorted WordNet ids.
  let classes: PhotoClasses
  /// WordNet id by the devkit's own number.
  private let ids: [Int: String]
  /// The devkit's number of every validation photo.
  private let numbers: [Int]
  private let place: String

  /// The devkit in a directory; nil where there is none.
  static func find(in root: URL) throws(DatasetError) -> ImageNetDevkit? {
    let directory = root.appendingPathComponent(folder)
    if directory.hasDirectory { return try ImageNetDevkit(directory, named: directory.path) }
    let archive = root.appendingPathComponent(archiveName)
    guard FileManager.default.fileExists(atPath: archive.path) else { return nil }
    let target = FileManager.default.temporaryDirectory
      .appendingPathComponent("lskd-\(UUID().uuidString)")
    do { try FileError.makeDirectory(target) } catch { throw DatasetError(error.description) }
    // What stays behind is in the system's temporary directory.
    defer { _ = try? FileManager.default.removeItem(at: target) }
    _ = try ArchiveUnpacker(url: archive, part: folder, largestContent: largestContent)
      .unpack(into: target)
    return try ImageNetDevkit(target.appendingPathComponent(folder), named: archive.path)
  }

  private init(_ directory: URL, named place: String) throws(DatasetError) {
    self.place = place
    let text: String
    do {
      text = String(
        decoding: try FileError.reading(directory.appendingPathComponent(Self.labelFile)),
        as: UTF8.self)
    } catch { throw DatasetError("\(place): \(error)") }
    var numbers: [Int] = []
    for (line, word) in text.split(whereSeparator: \.isNewline).enumerated() {
      guard let number = Int(word.trimmingCharacters(in: .whitespaces)) else {
        throw DatasetError("\(place), \(Self.labelFile), line \(line + 1): \"\(word)\" is no class")
      }
      numbers.append(number)
    }
    let synsets = try MATLABFile.synsets(
      directory.appendingPathComponent(Self.metaFile), named: "\(place), \(Self.metaFile)")
    // Numbers beyond those of the labels are inner nodes of the hierarchy.
    let used = Set(numbers)
    let leaves = synsets.filter { used.contains($0.number) }
    let ids = Dictionary(leaves.map { ($0.number, $0.id) }) { first, _ in first }
    self.ids = ids
    self.numbers = numbers
    if let unknown = used.first(where: { ids[$0] == nil }) {
      throw DatasetError("\(place): \(Self.metaFile) names no class \(unknown)")
    }
    let sorted = leaves.sorted { $0.id < $1.id }
    classes = PhotoClasses(sorted.map(\.id), words: sorted.map(\.words))
  }

  /// The class of every validation photo, whose number stands at the end of its name. Throws where there are more or fewer
  /// photos than labels.
  func validationClasses(of names: [String], in archive: URL) throws(DatasetError) -> [String] {
    guard names.count == numbers.count else {
      throw DatasetError(
        "\(archive.path) holds \(names.count) photos, \(place) has the classes of \(numbers.count): they do not "
          + "belong together, or one of them is incomplete")
    }
    var classes: [String] = []
    for name in names {
      let stem = name.split(separator: ".").first ?? ""
      let digits = stem.reversed().prefix(while: \.isNumber).reversed()
      guard let number = Int(String(digits)), numbers.indices.contains(number - 1),
        let id = ids[numbers[number - 1]]
      else {
        throw DatasetError(
          "\(archive.path)/\(name) has no number from 1 to \(numbers.count) in its name, as the devkit counts"
        )
      }
      classes.append(id)
    }
    return classes
  }
}

extension MATLABFile {
  /// A node of ImageNet's hierarchy.
  struct Synset {
    let number: Int
    let id: String
    let words: String
  }

  /// Arrays of the official file: 1,860 nodes with nine fields each.
  private static let mostSynsetArrays = 100_000

  /// The nodes in the variable `synsets` of the devkit's file.
  fileprivate static func synsets(_ url: URL, named name: String) throws(DatasetError) -> [Synset] {
    try check(url, named: name, mostArrays: mostSynsetArrays)
    var list = cm_bytes(start: nil, count: 0)
    var message = [CChar](repeating: 0, count: Int(CM_MESSAGE_SIZE))
    guard cm_read_synsets(url.path, &list, &message) == .CM_OK else {
      throw DatasetError("\(name) holds no classes: \(text(message))")
    }
    defer { cm_bytes_free(list) }
    let lines = String(
      decoding: UnsafeBufferPointer(start: list.start, count: list.count), as: UTF8.self)
    var synsets: [Synset] = []
    for line in lines.split(separator: "\n") {
      let columns = line.split(separator: "\t", omittingEmptySubsequences: false)
      guard columns.count == 3, let number = Int(columns[0]), !columns[1].isEmpty else {
        throw DatasetError("\(name) holds a class without number or id: \"\(line)\"")
      }
      synsets.append(
        Synset(number: number, id: String(columns[1]), words: String(columns[2])))
    }
    return synsets
  }
}
