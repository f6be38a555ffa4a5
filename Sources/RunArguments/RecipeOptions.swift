public import ArgumentParser

/// What training programs share: the recipe, the images and the place of the run folders.
public struct RecipeOptions: ParsableArguments {
  /// A protocol's name.
  @Option(name: .customLong("protocol"), help: "released or equal.")
  public var trainingProtocol = "equal"

  /// A budget's name.
  @Option(help: "full, reduced or smoke.")
  public var budget = "full"

  /// The images; nil for synthetic ones, or real ones in their default place.
  @Option(
    help:
      "Directory with the CIFAR-100 binary files, or with a VOCdevkit (default: where lskd-data fetch puts them)."
  )
  public var data: String?

  /// The run folders.
  @Option(help: "Directory of the run folders.")
  public var runs = "runs"

  /// How many epochs' checkpoints stay.
  @Option(help: "Keep the checkpoints of the newest so many epochs, besides last and best.")
  public var keepLast = 0

  /// The defaults.
  public init() {}

  /// Refuses a negative number of epochs.
  public func validate() throws {
    guard keepLast >= 0 else {
      throw ValidationError("--keep-last takes a number of epochs, not \(keepLast)")
    }
  }
}
