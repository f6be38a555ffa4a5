import ArgumentParser
import SuiteVersion

struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lskd-bench",
    abstract:
      "Measures the speed of training steps, of the loader and of checkpoints on this machine.",
    version: Suite.version,
    subcommands: [
      StepCommand.self, CohortCommand.self, LoaderCommand.self, CheckpointFormatCommand.self,
      LeakCommand.self,
      MemoryCommand.self, DetectorCommand.self, SegmenterCommand.self, SharingCommand.self,
      VectorsCommand.self, GPUCheckCommand.self, GPUPageCommand.self, ReportCommand.self,
      PhotosCommand.self,
      RecordsCommand.self, LipschitzCommand.self,
    ])
}
