import DurableFiles
public import Foundation

extension SyntheticCIFAR100 {
  /// What `write` did.
  public enum Outcome: Sendable, Equatable {
    /// The files were written.
    case written
    /// The same files were there already.
    case alreadyThere
  }

  /// Writes both splits, the class names and a manifest with sizes and hashes to `directory`, which is
  /// made if needed. Each file is replaced whole, the manifest last.
  ///
  /// Throws, with nothing changed, when the directory or its `cifar-100-binary` holds other data and
  /// `replacing` is false; throws when a file cannot be written.
  @discardableResult
  public func write(
    to directory: URL, replacing: Bool = false
  ) throws(DatasetError) -> Outcome {
    let target = CIFAR100.resolve(directory)
    let files = try contents()
    let different = files.filter { Self.holdsOther($0.data, at: target, $0.name) }
    if let first = different.first, !replacing {
      throw DatasetError(
        "\(target.path) already holds another data set (\(first.name) differs): name another "
          + "directory, or pass --force to replace it")
    }
    let isComplete = files.allSatisfy {
      FileManager.default.fileExists(atPath: target.appendingPathComponent($0.name).path)
    }
    guard !different.isEmpty || !isComplete else { return .alreadyThere }
    do {
      try FileManager.default.createDirectory(at: target, withIntermediateDirectories: true)
      for file in files {
        try AtomicFile.write(file.data, to: target.appendingPathComponent(file.name))
      }
    } catch let error as FileError {
      throw DatasetError(error)
    } catch {
      throw DatasetError("cannot create \(target.path): \(error.reason)")
    }
    return .written
  }

  private func contents() throws(DatasetError) -> [(name: String, data: Data)] {
    let splits = Split.allCases.map { split in
      (split: split, data: Data(records(split)))
    }
    let manifest = manifest(
      files: splits.map { split, data in
        DatasetManifest.File(
          path: CIFAR100.fileName(split), size: data.count, sha256: Digest.sha256(data),
          split: split, records: count(split))
      })
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    do {
      return try splits.map { (CIFAR100.fileName($0.split), $0.data) } + [
        ("fine_label_names.txt", Self.lines(Self.classes.fine)),
        ("coarse_label_names.txt", Self.lines(Self.classes.coarse)),
        (DatasetManifest.fileName, encoder.encode(manifest) + Data("\n".utf8)),
      ]
    } catch {
      throw DatasetError("cannot write the manifest: \(error.reason)")
    }
  }

  private func manifest(files: [DatasetManifest.File]) -> DatasetManifest {
    DatasetManifest(
      schema: DatasetManifest.currentSchema, id: Self.id,
      title: "Synthetic figures in the layout of CIFAR-100", task: "classification",
      layout: "cifar100-binary", homepage: nil, citation: nil, licence: "generated, free to use",
      checksumSource: nil, archives: [], files: files, imageSets: nil, classes: Self.classes,
      generator: .init(name: Self.id, version: Self.version, seed: seed, classes: classCount))
  }

  private static var classes: DatasetManifest.Classes {
    DatasetManifest.Classes(
      fine: (0..<CIFAR100.classCount).map { label in
        let figure = label % SyntheticImage.figureCount
        let filling = figure % 2 == 1 ? "hollow" : "filled"
        return "hue_\(label / SyntheticImage.figureCount)_lobes_\(2 + figure / 2)_\(filling)"
      },
      coarse: (0..<CIFAR100.coarseClassCount).map { "group_\($0)" },
      coarseOfFine: (0..<CIFAR100.classCount).map(coarseLabel))
  }

  private static func lines(_ names: [String]) -> Data {
    Data(names.map { $0 + "\n" }.joined().utf8)
  }

  /// Whether a file of this name exists with another content; an unreadable file counts as other.
  private static func holdsOther(_ data: Data, at directory: URL, _ name: String) -> Bool {
    let path = directory.appendingPathComponent(name).path
    guard FileManager.default.fileExists(atPath: path) else { return false }
    return FileManager.default.contents(atPath: path) != data
  }
}
