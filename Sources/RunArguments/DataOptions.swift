public import ArgumentParser
public import Experiments

/// Which images a table takes; the same flags for every table, which refuses those that do not fit it.
public struct DataOptions: ParsableArguments {
  /// The images; nil for synthetic ones, or real ones in their default place.
  @Option(
    help:
      "Directory with the CIFAR-100 binary files, with ImageNet's archives or train and val folders, or with a VOCdevkit (default: where lskd-data fetch puts them; the reduced budget of VOC makes its own)."
  )
  public var data: String?

  /// Sets of photos to learn from.
  @Option(
    help: "Sets of photos to learn from, YEAR:SET, separated by commas (default: the paper's).")
  public var trainSets: String?

  /// Sets of photos to measure with.
  @Option(help: "Sets of photos to measure with (default: the paper's).")
  public var testSets: String?

  /// The Semantic Boundaries Dataset.
  @Option(
    help:
      "Directory of the Semantic Boundaries Dataset, whose photos a segmentation learns from, too, without those that are measured with."
  )
  public var sbd: String?

  /// Whether bad photos are left out.
  @Flag(
    help:
      "Leave out photos that are missing or damaged, and list them; more than twenty go to left-out.txt in --runs."
  )
  public var skipBad = false

  /// Whether digests are made anew.
  @Flag(help: "Hash all files anew, those too that have the size and time of before.")
  public var rehash = false

  /// The defaults.
  public init() {}

  /// What they ask for.
  public var request: DataRequest {
    var request = DataRequest()
    request.root = data
    request.trainingSets = trainSets
    request.testSets = testSets
    request.sbd = sbd
    request.skipsBad = skipBad
    request.rehashes = rehash
    return request
  }
}
