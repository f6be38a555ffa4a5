public import ArgumentParser
public import Experiments

/// What training programs share: the recipe, the images and the place of the run folders.
public struct RecipeOptions: ParsableArguments {
  /// Whose recipe the methods follow.
  @Option(
    name: .customLong("protocol"),
    help: "equal: one recipe for all methods; released: every method as its authors ran it.")
  public var trainingProtocol = TrainingProtocol.equal

  /// How much of the paper's recipe.
  @OptionGroup public var budget: BudgetOptions

  /// The run folders.
  @Option(help: "Directory of the run folders.")
  public var runs = "runs"

  /// How many epochs' checkpoints stay.
  @Option(help: "Keep the checkpoints of the newest so many epochs, besides last and best.")
  public var keepLast = 0

  /// Logs for other programs.
  @Option(help: "tensorboard: write every epoch's numbers for TensorBoard beside the events, too.")
  public var log: [LogFormat] = []

  /// Whether every run trains by itself.
  @Flag(help: "Train one run after the other instead of side by side; changes no result.")
  public var alone = false

  /// Threads that prepare images.
  @Option(
    help: "Threads that decode and transform images ahead of the training; they change no result.")
  public var loaderThreads = 1

  /// Processes that share the runs.
  @Option(help: "Processes that share the runs of the command, and the threads, among them.")
  public var jobs = 1

  /// The defaults.
  public init() {}

  /// Refuses a negative number of epochs, no threads, and numbers of processes that no machine has.
  public func validate() throws {
    guard (1...256).contains(jobs) else {
      throw ValidationError("--jobs takes 1 to 256 processes, not \(jobs)")
    }
    guard (1...256).contains(loaderThreads) else {
      throw ValidationError("--loader-threads takes 1 to 256 threads, not \(loaderThreads)")
    }
    guard keepLast >= 0 else {
      throw ValidationError("--keep-last takes a number of epochs, not \(keepLast)")
    }
  }
}
