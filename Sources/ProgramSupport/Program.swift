public import ArgumentParser
import Foundation
import UserErrors

/// The common frame of the programs: exit code 2 for a command line that makes no sense, and one sentence
/// on standard error for a failure, with the error's own exit code where it has one.
public enum Program {
  /// Parses the command line, runs the command and ends the process.
  public static func run(_ command: any ParsableCommand.Type) -> Never {
    do {
      var parsed = try command.parseAsRoot()
      do {
        try parsed.run()
      } catch let code as ExitCode {
        exit(code.rawValue)
      } catch let error where command.exitCode(for: error) == .failure {
        write("error: \(error)")
        exit((error as? any ErrorWithExitCode)?.exitCode ?? 1)
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
