import DurableFiles
public import Foundation

extension DatasetManifest {
  /// The name of the manifest that a generated data set carries beside its files.
  public static let fileName = "manifest.json"

  /// The manifests that are compiled into the program, by id.
  public static func known() throws(DatasetError) -> [DatasetManifest] {
    var manifests: [DatasetManifest] = []
    for (name, json) in EmbeddedManifests.documents {
      manifests.append(try decode(Data(json), source: name))
    }
    return manifests.sorted { $0.id < $1.id }
  }

  /// All `*.json` manifests of `directory`, by id.
  public static func load(from directory: URL) throws(DatasetError) -> [DatasetManifest] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
    } catch {
      throw DatasetError(
        "cannot list the manifests in \(directory.path): \(error.reason)")
    }
    var manifests: [DatasetManifest] = []
    for name in names.sorted() where name.hasSuffix(".json") {
      manifests.append(try load(file: directory.appendingPathComponent(name)))
    }
    guard !manifests.isEmpty else {
      throw DatasetError("\(directory.path) holds no manifest: expected files named *.json")
    }
    return manifests.sorted { $0.id < $1.id }
  }

  /// The manifest that generated data in `directory` carries, nil when there is none.
  public static func generated(in directory: URL) throws(DatasetError) -> DatasetManifest? {
    let file = directory.appendingPathComponent(fileName)
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    return try load(file: file)
  }

  /// The size and hash that this manifest lists for the file of `split`.
  public func file(of split: Split) -> File? { files.first { $0.split == split } }

  /// Reads one manifest.
  public static func load(file: URL) throws(DatasetError) -> DatasetManifest {
    let json: Data
    do {
      json = try Data(contentsOf: file)
    } catch {
      throw DatasetError("cannot read \(file.path): \(error.reason)")
    }
    return try decode(json, source: file.path)
  }

  private struct Version: Decodable { let schema: Int }

  private static func decode(_ json: Data, source: String) throws(DatasetError) -> DatasetManifest {
    do {
      let schema = try JSONDecoder().decode(Version.self, from: json).schema
      guard schema <= currentSchema else {
        throw DatasetError(
          "\(source) has schema \(schema), but this program reads up to \(currentSchema): update it"
        )
      }
      return try JSONDecoder().decode(DatasetManifest.self, from: json)
    } catch let error as DatasetError {
      throw error
    } catch {
      throw DatasetError("\(source) is not a manifest of a data set: \(error.reason)")
    }
  }
}
