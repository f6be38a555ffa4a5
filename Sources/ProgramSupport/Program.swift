public import ArgumentParser
import Foundation

/// The common frame of the programs: exit code 2 for a command line that makes no sense, and one sentence
/// on standard error with the code of `exitCode` for a failure.
public enum Program {
  /// Parses the command line, runs the command and ends the process.
  public static func run(
    _ command: any ParsableCommand.Type, exitCode: (any Error) -> Int32 = { _ in 1 }
  ) -> Never {
    do {
      var parsed = try command.parseAsRoot()
      do {
        try parsed.run()
      } catch let code as ExitCode {
        exit(code.rawValue)
      } catch let error where command.exitCode(for: error) == .failure {
        write("error: \(error)")
        exit(exitCode(error))
      }
    } catch {
      if command.exitCode(for: error) == .success {
        print(command.fullMessage(for: error))
      } else {
        write(command.fullMessage(for: error))
        exit(2)
      }
    }
    exit(0)
  }

  private static func write(_ text: String) {
    FileHandle.standardError.write(Data((text + "\n").utf8))
  }
}
