public import CheckpointFormat
public import Foundation

/// What `torch.save` writes: a ZIP archive since PyTorch 1.6, a stream of pickles before.
public enum PyTorchFile {
  /// Low 64 bits of the number with which the older form begins.
  private static let magic = Int(truncatingIfNeeded: 0xA86A_20F9_469C_FC6C as UInt64)
  private static let protocolVersion = 1001

  static func isArchive(_ data: Data) -> Bool { data.starts(with: [0x50, 0x4B, 0x03, 0x04]) }
  static func isStream(_ data: Data) -> Bool { data.first == 0x80 }

  /// Reads the state dict of either form.
  ///
  /// `key` names the entry of the file's dictionary that holds it; without one it is the dictionary itself
  /// or its `state_dict`, `model` or `net`. A `module.` that stands before every name is left out. Numbers
  /// and texts beside the state dict become metadata.
  public static func read(_ data: Data, key: String? = nil) throws(CheckpointError) -> Checkpoint {
    isArchive(data) ? try readArchive(data, key: key) : try readStream(data, key: key)
  }

  private static func readArchive(_ data: Data, key: String?) throws(CheckpointError) -> Checkpoint
  {
    let files = try Archive.read(data)
    guard let name = files.keys.first(where: { $0.hasSuffix("/data.pkl") }),
      let pickle = files[name]
    else {
      throw CheckpointError(
        .wrongFormat, "a ZIP archive without data.pkl is not a file of torch.save")
    }
    let root = name.dropLast("data.pkl".count)
    if let order = files[root + "byteorder"], order != Data("little".utf8) {
      throw CheckpointError(.unsupportedContent, "the numbers are stored big-endian")
    }
    var position = 0
    let value = try run(pickle, at: &position)
    return try StateDict.checkpoint(value, key: key, fileBytes: data.count) {
      files["\(root)data/\($0)"]
    }
  }

  private static func readStream(_ data: Data, key: String?) throws(CheckpointError) -> Checkpoint {
    var position = 0
    guard try run(data, at: &position).integer == magic else {
      throw CheckpointError(.wrongFormat, "a pickle that torch.save did not write")
    }
    guard try run(data, at: &position).integer == protocolVersion else {
      throw CheckpointError(.unsupportedContent, "an unknown version of PyTorch's older form")
    }
    if let order = try run(data, at: &position).dictionary?["little_endian"],
      case .bool(false) = order
    {
      throw CheckpointError(.unsupportedContent, "the numbers are stored big-endian")
    }
    let value = try run(data, at: &position)
    guard case .list(let keys) = try run(data, at: &position) else {
      throw CheckpointError(.malformedHeader, "the list of storages is missing")
    }
    let types = try StateDict.storageTypes(of: value)
    var storages: [String: Data] = [:]
    for item in keys.items {
      guard let name = item.text, let type = types[name], data.count - position >= 8 else {
        throw CheckpointError(.wrongLength, "the file ends inside its storages")
      }
      let start = data.startIndex + position
      let count = data[start..<(start + 8)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      position += 8
      let (size, overflow) = Int(clamping: count).multipliedReportingOverflow(by: type.byteCount)
      guard !overflow, size <= data.count - position else {
        throw CheckpointError(.wrongLength, "storage \(name) ends beyond the end of the file")
      }
      storages[name] = data[(start + 8)..<(start + 8 + size)]
      position += size
    }
    return try StateDict.checkpoint(value, key: key, fileBytes: data.count) { storages[$0] }
  }

  private static func run(_ data: Data, at position: inout Int) throws(CheckpointError)
    -> PickleValue
  {
    var place = position
    let result = data.withUnsafeBytes { buffer -> Result<PickleValue, CheckpointError> in
      do throws(CheckpointError) {
        return .success(try PickleMachine.run(buffer, at: &place))
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
