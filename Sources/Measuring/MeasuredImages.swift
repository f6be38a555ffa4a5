public import Datasets
public import Foundation

/// The images that a network was measured with, as the header of its checkpoint keeps them: enough to find them in their
/// default place, or to make synthetic ones anew.
public struct MeasuredImages: Hashable, Sendable {
  /// How the files are laid out.
  public enum Layout: Hashable, Sendable {
    /// Records of CIFAR-100's binary version; the test split.
    case records
    /// Sets of a VOC devkit.
    case devkit([VOCDevkit.Part])
    /// A set of photos of classes.
    case classFolders(set: String)
  }

  /// The parameters of a synthetic set.
  struct Generator: Hashable {
    let version: Int
    let seed: UInt64
    let trainCount: Int
    let testCount: Int
    let classCount: Int
  }

  /// How the files are laid out.
  public let layout: Layout
  /// Nil for real images.
  let generator: Generator?
  /// SHA-256 as a run's record has it.
  let digest: String
}

extension MeasuredImages {
  /// The test images of a table; nil where they are synthetic and nothing tells how they were made.
  public init?(_ test: ImageDataset, _ manifest: DatasetManifest?) {
    guard test.name == SyntheticCIFAR100.id else {
      self.init(layout: .records, generator: nil, digest: test.digest)
      return
    }
    guard let made = manifest?.generator, made.name == SyntheticCIFAR100.id,
      let train = manifest?.file(of: .train)?.records,
      let count = manifest?.file(of: .test)?.records
    else { return nil }
    self.init(
      layout: .records,
      generator: Generator(
        version: made.version, seed: made.seed, trainCount: train, testCount: count,
        classCount: made.classes), digest: test.digest)
  }

  /// The test images that a generator makes without files.
  public init(_ made: SyntheticCIFAR100, digest: String) {
    self.init(
      layout: .records,
      generator: Generator(
        version: SyntheticCIFAR100.version, seed: made.seed, trainCount: made.trainCount,
        testCount: made.testCount, classCount: made.classCount), digest: digest)
  }

  /// Photos of classes; `made` tells how synthetic ones were.
  public init(_ photos: ClassPhotos, set: String, made: SyntheticClassPhotos?) {
    self.init(
      layout: .classFolders(set: set),
      generator: made.map {
        Generator(
          version: SyntheticClassPhotos.version, seed: $0.images.seed,
          trainCount: $0.images.trainCount, testCount: $0.images.testCount,
          classCount: $0.images.classCount)
      }, digest: photos.digest)
  }

  /// Photos of the devkit in `root`; nil where it is synthetic and nothing tells how it was made.
  public init?(_ photos: some PhotoSet, _ parts: [VOCDevkit.Part], root: URL) {
    guard SyntheticVOC.wrote(root) else {
      self.init(layout: .devkit(parts), generator: nil, digest: photos.digest)
      return
    }
    guard let made = SyntheticVOC.generator(of: root) else { return nil }
    self.init(
      layout: .devkit(parts),
      generator: Generator(
        version: SyntheticVOC.version, seed: made.seed, trainCount: made.trainCount,
        testCount: made.testCount, classCount: VOCDevkit.classes.count), digest: photos.digest)
  }
}

// MARK: - The header of a checkpoint

extension MeasuredImages {
  /// Entry of a header that names the layout.
  static let layoutKey = "measured_layout"

  private enum Key {
    static let digest = "dataset_test_sha256"
    static let layout = MeasuredImages.layoutKey
    static let sets = "measured_sets"
    static let version = "generator_version"
    static let seed = "generator_seed"
    static let train = "generator_training_images"
    static let test = "generator_test_images"
    static let classes = "generator_classes"
  }

  private static let records = "cifar100-binary"
  private static let devkit = "voc-devkit"
  private static let classFolders = "class-folders"
  private static let smokeBudget = "smoke"

  /// The entries of a checkpoint's header.
  public var header: [String: String] {
    var entries = [Key.digest: digest]
    switch layout {
    case .records: entries[Key.layout] = Self.records
    case .devkit(let parts):
      entries[Key.layout] = Self.devkit
      entries[Key.sets] = parts.list
    case .classFolders(let set):
      entries[Key.layout] = Self.classFolders
      entries[Key.sets] = set
    }
    guard let generator else { return entries }
    entries[Key.version] = String(generator.version)
    entries[Key.seed] = String(generator.seed)
    entries[Key.train] = String(generator.trainCount)
    entries[Key.test] = String(generator.testCount)
    entries[Key.classes] = String(generator.classCount)
    return entries
  }

  /// Reads the entries back; nil where the header does not say enough. Headers of the first version name CIFAR-100 and the
  /// set of the smoke budget without their layout.
  init?(header: [String: String]) {
    guard let digest = header[Key.digest], !digest.isEmpty else { return nil }
    switch header[Key.layout] {
    case nil:
      switch (header["dataset"], header["budget"]) {
      case ("cifar100", _): self.init(layout: .records, generator: nil, digest: digest)
      case (SyntheticCIFAR100.id, Self.smokeBudget):
        // Its counts are constants.
        guard let made = try? SyntheticCIFAR100.ofSmokeBudget() else { return nil }
        self.init(made, digest: digest)
      default: return nil
      }
    case Self.records:
      self.init(layout: .records, generator: Self.generator(header), digest: digest)
    case Self.devkit:
      guard let sets = header[Key.sets], let parts = try? [VOCDevkit.Part](list: sets) else {
        return nil  // The caller says that the header does not tell.
      }
      self.init(layout: .devkit(parts), generator: Self.generator(header), digest: digest)
    case Self.classFolders:
      guard let set = header[Key.sets] else { return nil }
      self.init(
        layout: .classFolders(set: set), generator: Self.generator(header), digest: digest)
    default: return nil
    }
  }

  private static func generator(_ header: [String: String]) -> Generator? {
    func number(_ key: String) -> Int? { header[key].flatMap { Int($0) } }
    guard let version = number(Key.version), let seed = header[Key.seed].flatMap({ UInt64($0) }),
      let train = number(Key.train), let test = number(Key.test), let classes = number(Key.classes)
    else { return nil }
    return Generator(
      version: version, seed: seed, trainCount: train, testCount: test, classCount: classes)
  }
}
