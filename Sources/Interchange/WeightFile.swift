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

  /// Reads a file of any known format, told by its content. `key` is PyTorch's only.
  public static func read(_ url: URL, key: String? = nil) throws(CheckpointError) -> Checkpoint {
    // Opening through the checked source refuses directories, devices and pipes.
    let data = try Self.data(url)
    do throws(CheckpointError) {
      if PyTorchFile.isArchive(data) || PyTorchFile.isStream(data) {
        return try PyTorchFile.read(data, key: key)
      }
      if Safetensors.isLikely(data) { return try Safetensors.read(data) }
      return try Checkpoint(contentsOf: url)
    } catch {
      throw error.at(file: url.path)
    }
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
