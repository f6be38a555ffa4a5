public import ArgumentParser
public import Distillation
public import Experiments

extension TrainingProtocol: ExpressibleByArgument {}

extension TapPairing: ExpressibleByArgument {}

extension LogFormat: ExpressibleByArgument {}

extension RunSchedule.Format: ExpressibleByArgument {}

extension PaperTable: ExpressibleByArgument {
  /// Finds a table by its name.
  public init?(argument: String) { self.init(named: argument) }

  /// Its name.
  public var defaultValueDescription: String { id }

  /// The names of all tables.
  public static var allValueStrings: [String] { all.map(\.id) }
}
