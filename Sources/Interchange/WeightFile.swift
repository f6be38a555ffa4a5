public import CheckpointFormat
import DurableFiles
public import Foundation

/// Files of weights in all the formats that are read and written.
public enum WeightFile {
  /// A format that can be written.
  public enum Format: String, CaseIterable, Sendable {
    /// This suite's.
    case lskd
    /// Hugging Face's.
    case safetensors
    /// PyTorch's, the newer form.
    case pth

    /// The format that a file's name asks for; nil for an unknown ending.
    public init?(fileName: String) {
      let ending = (fileName as NSString).pathExtension.lowercased()
      switch ending {
      case "pt", "pth": self = .pth
      default: self.init(rawValue: ending)
      }
    }
  }

  /// What stands before the keys of a foreign file's metadata, which are data and never keys of our own.
  public static let foreignPrefix = "source."

  /// Which tensors of a file are read, and under which names.
  public struct Reading: Sendable {
    /// The keys that lead to the state dict in a file of PyTorch's, `a.b`; "." is the file's own dictionary.
    public var key: String?
    /// Applied in turn, after the prefixes of wrappers are left out.
    public var renamings: [TensorRenaming]
    /// What the tensors must be those of.
    public var expected: ExpectedState?

    /// Reads what there is.
    public init(
      key: String? = nil, renamings: [TensorRenaming] = [], expected: ExpectedState? = nil
    ) {
      (self.key, self.renamings, self.expected) = (key, renamings, expected)
    }
  }

  /// What was read.
  public struct Content: Sendable {
    /// The tensors and the metadata; that of a foreign file has `foreignPrefix` before every key.
    public var checkpoint: Checkpoint
    /// Where the tensors lay and how they got their names.
    public let naming: StateNaming

    /// The tensors of the model.
    public var tensors: [StoredTensor] { checkpoint.sections[.model] ?? [] }
  }

  /// Reads a file of any known format, told by its content. Wrappers' prefixes are left out of the names in
  /// foreign files.
  public static func read(_ url: URL, _ reading: Reading = Reading()) throws(CheckpointError)
    -> Content
  {
    // Opening through the checked source refuses directories, devices and pipes.
    let data = try Self.data(url)
    do throws(CheckpointError) {
      if PyTorchFile.isArchive(data) || PyTorchFile.isStream(data) {
        return try PyTorchFile.read(data, reading)
      }
      if let key = reading.key, key != "." {
        throw CheckpointError(
          .notFound, "only files of PyTorch hold dictionaries, this one has no \"\(key)\"")
      }
      if Safetensors.isLikely(data) { return try named(try Safetensors.read(data), reading) }
      guard CheckpointReader.isLikely(data) else {
        throw CheckpointError(
          data.isEmpty ? .wrongLength : .wrongFormat,
          data.isEmpty
            ? "the file is empty" : "this is none of .lskd, .safetensors and PyTorch's .pth")
      }
      let own = try Checkpoint(contentsOf: url)
      guard reading.expected != nil || !reading.renamings.isEmpty else {
        return Content(checkpoint: own, naming: StateNaming())
      }
      return try named(own, reading)
    } catch {
      throw error.at(file: url.path)
    }
  }

  private static func named(_ checkpoint: Checkpoint, _ reading: Reading) throws(CheckpointError)
    -> Content
  {
    let tensors = checkpoint.sections[.model] ?? []
    let candidate = StateCandidate(
      path: [],
      tensors: tensors.map { .init(name: $0.name, elementType: $0.elementType, shape: $0.shape) })
    let naming = try StateNaming(of: candidate, reading)
    var result = checkpoint
    result.sections[.model] = try naming.named(tensors, reading.expected)
    return Content(checkpoint: result, naming: naming)
  }

  /// Writes the model section and the metadata, whole or not at all.
  public static func write(
    _ checkpoint: Checkpoint, to url: URL, as format: Format
  ) throws(CheckpointError) {
    do throws(CheckpointError) {
      switch format {
      case .lskd: try checkpoint.write(to: url)
      case .safetensors:
        try AtomicFile.checkpointWrite(try Safetensors.encoded(checkpoint), to: url)
      case .pth: try AtomicFile.checkpointWrite(try PyTorchFile.encoded(checkpoint), to: url)
      }
    } catch {
      throw error.at(file: url.path)
    }
  }

  private static func data(_ url: URL) throws(CheckpointError) -> Data {
    try CheckpointReader.checkIsRegular(url)
    do { return try Data(contentsOf: url, options: .mappedIfSafe) } catch {
      throw CheckpointError(
        .fileAccess, "cannot read: \(error.reason)", file: url.path)
    }
  }
}
