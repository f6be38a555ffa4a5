/// What a data set consists of: archives, files with sizes and hashes, licence and class names.
public struct DatasetManifest: Codable, Sendable {
  /// The newest schema that this version reads.
  public static let currentSchema = 1

  /// The version of this structure.
  public let schema: Int
  /// The short name that run records carry.
  public let id: String
  /// The name for people.
  public let title: String
  /// What the data set is for, such as `classification`.
  public let task: String
  /// The reader of its files, such as `cifar100-binary`.
  public let layout: String
  /// Where its authors describe it.
  public let homepage: String?
  /// What to cite.
  public let citation: String?
  /// The terms of use.
  public let licence: String
  /// Where sizes and hashes of the archives come from.
  public let checksumSource: String?
  /// What to download.
  public let archives: [Archive]
  /// What must be there after unpacking.
  public let files: [File]
  /// The lists of images that must be there after unpacking, for data sets of photos.
  public let imageSets: ImageSets?
  /// Names of the classes.
  public let classes: Classes?
  /// How the files were made, for synthetic data.
  public let generator: Generator?

  /// A downloadable archive.
  public struct Archive: Codable, Sendable {
    /// The file name.
    public let name: String
    /// Size in bytes, nil where nobody states it.
    public let size: Int?
    /// SHA-256, hexadecimal; nil where only the MD5 is known.
    public let sha256: String?
    /// MD5, hexadecimal.
    public let md5: String?
    /// The directory that it unpacks to; what it holds elsewhere is not needed.
    public let unpacksTo: String
    /// Whether it stays an archive, which is read as it is; then `unpacksTo` is the directory that it is put in.
    public let isKept: Bool?
    /// Addresses, the official one first; none where its authors give it to those alone who agree with their terms.
    public let mirrors: [String]
  }

  /// A file of one split.
  public struct File: Codable, Sendable {
    /// The path below the directory of the data set.
    public let path: String
    /// Size in bytes.
    public let size: Int
    /// SHA-256, hexadecimal.
    public let sha256: String
    /// The part of the data set that it holds.
    public let split: Split
    /// The number of images.
    public let records: Int
  }

  /// How many images the lists of a data set name.
  public struct ImageSets: Codable, Sendable {
    /// Where the counts come from.
    public let source: String
    /// Every list that an archive brings.
    public let sets: [ImageSet]
  }

  /// One list of images.
  public struct ImageSet: Codable, Sendable {
    /// Its name in the layout of the data set, such as `Main/train`.
    public let name: String
    /// The number of images that it names.
    public let images: Int
    /// The archive that brings it.
    public let archive: String
  }

  /// Class names in label order.
  public struct Classes: Codable, Sendable {
    /// The names that belong to the labels.
    public let fine: [String]
    /// The superclasses.
    public let coarse: [String]
    /// The superclass of every class.
    public let coarseOfFine: [Int]
  }

  /// The program that made a synthetic data set, with its parameters.
  public struct Generator: Codable, Sendable, Equatable {
    /// The name of the generator.
    public let name: String
    /// Grows whenever the same parameters give other bytes.
    public let version: Int
    /// The root seed.
    public let seed: UInt64
    /// The number of classes that occur.
    public let classes: Int
  }
}
