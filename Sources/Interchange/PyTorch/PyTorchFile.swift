public import CheckpointFormat
public import Foundation

/// What `torch.save` writes: a ZIP archive since PyTorch 1.6, a stream of pickles before.
public enum PyTorchFile {
  /// The integer with which the older form begins, 0x1950a86a20f9469cfc6c.
  private static let magic = WideInteger(
    bytes: [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19])
  private static let protocolVersion = 1001

  static func isArchive(_ data: Data) -> Bool { data.starts(with: [0x50, 0x4B, 0x03, 0x04]) }
  static func isStream(_ data: Data) -> Bool { data.first == 0x80 }

  /// Reads the state dict of either form.
  public static func read(
    _ data: Data, _ reading: WeightFile.Reading = .init()
  ) throws(CheckpointError) -> WeightFile.Content {
    let content = isArchive(data) ? try readArchive(data) : try readStream(data)
    return try content.checkpoint(reading)
  }

  private static func readArchive(_ data: Data) throws(CheckpointError) -> PyTorchContent {
    let files = try Archive.read(data)
    let pickles = files.filter { $0.key.hasSuffix("/data.pkl") }
    guard let (name, pickle) = pickles.first, pickles.count == 1 else {
      throw CheckpointError(
        .wrongFormat,
        "a ZIP archive with \(pickles.count) files data.pkl is not one of torch.save")
    }
    let root = name.dropLast("data.pkl".count)
    if let order = files[root + "byteorder"], order != Data("little".utf8) {
      throw CheckpointError(
        .unsupportedContent, "the numbers are not stored little-endian: load and save the file anew"
      )
    }
    var position = 0
    let result = try run(pickle, .archive, at: &position)
    var storages: [String: Data] = [:]
    for (key, storage) in result.storages {
      let size = storage.wholeCount * storage.type.byteCount
      guard let content = files["\(root)data/\(key)"], content.count == size else {
        throw CheckpointError(
          .wrongLength,
          "the archive has no record data/\(key) of \(size) bytes, which its pickle refers to")
      }
      storages[key] = content
    }
    return try PyTorchContent(result, storages: storages, fileBytes: data.count)
  }

  private static func readStream(_ data: Data) throws(CheckpointError) -> PyTorchContent {
    var position = 0
    guard case .wideInteger(magic) = try run(data, .stream, at: &position).value else {
      throw CheckpointError(.wrongFormat, "a pickle that torch.save did not write")
    }
    guard try run(data, .stream, at: &position).value.integer == protocolVersion else {
      throw CheckpointError(.unsupportedContent, "an unknown version of PyTorch's older form")
    }
    let system = try run(data, .stream, at: &position)
    if system.value.dictionary?["little_endian"]?.bool == false {
      throw CheckpointError(
        .unsupportedContent, "the numbers are stored big-endian: load and save the file anew")
    }
    let result = try run(data, .stream, at: &position)
    let keys = try run(data, .stream, at: &position)
    guard case .list(let list) = keys.value else {
      throw CheckpointError(.malformedHeader, "the list of storages is missing")
    }
    var storages: [String: Data] = [:]
    for item in list.items {
      guard let name = item.text, let storage = result.storages[name] else {
        throw CheckpointError(.malformedHeader, "the file lists a storage that no tensor has")
      }
      storages[name] = try content(of: storage, in: data, at: &position)
    }
    return try PyTorchContent(result, storages: storages, fileBytes: data.count)
  }

  /// The number of elements, which the pickle has told before, and the elements.
  private static func content(
    of storage: StorageReference, in data: Data, at position: inout Int
  ) throws(CheckpointError) -> Data {
    guard data.count - position >= 8 else {
      throw CheckpointError(.wrongLength, "the file ends inside its storages")
    }
    let start = data.startIndex + position
    let count = data[start..<(start + 8)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    let size = storage.wholeCount * storage.type.byteCount
    guard count == UInt64(storage.wholeCount), size <= data.count - position - 8 else {
      throw CheckpointError(
        .wrongLength,
        "storage \(storage.key) has \(count) elements where \(storage.wholeCount) belong, or the file ends "
          + "inside of it")
    }
    position += 8 + size
    return data[(start + 8)..<(start + 8 + size)]
  }

  private static func run(_ data: Data, _ form: PickleMachine.Form, at position: inout Int)
    throws(CheckpointError) -> PickleMachine.Result
  {
    var place = position
    let result = data.withUnsafeBytes { buffer -> Result<PickleMachine.Result, CheckpointError> in
      do throws(CheckpointError) {
        return .success(try PickleMachine.run(buffer, form, at: &place))
      } catch {
        return .failure(error)
      }
    }
    position = place
    return try result.get()
  }

  /// A file of the newer form with the model section as an ordered state dict; `torch.load` reads it with
  /// `weights_only=True`.
  public static func encoded(_ checkpoint: Checkpoint) throws(CheckpointError) -> Data {
    let tensors = checkpoint.sections[.model] ?? []
    var files: [(name: String, content: Data)] = [
      ("archive/data.pkl", PickleWriter.stateDict(tensors)),
      ("archive/byteorder", Data("little".utf8)),
    ]
    for (index, tensor) in tensors.enumerated() {
      files.append(("archive/data/\(index)", tensor.bytes))
    }
    files.append(("archive/version", Data("3\n".utf8)))
    return try Archive.encoded(files)
  }
}
