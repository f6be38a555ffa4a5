public import ArgumentParser
import DurableFiles
import Foundation
import UserErrors

/// The common frame of the programs: exit code 2 for a command line that makes no sense, and one sentence
/// on standard error for a failure, with the error's own exit code where it has one.
public enum Program {
  /// Parses the command line, runs the command and ends the process.
  public static func run(_ command: any ParsableCommand.Type) -> Never {
    Console.prepare()
    var code: Int32 = 0
    do {
      var parsed = try command.parseAsRoot()
      try parsed.run()
    } catch {
      code = tell(error, command)
    }
    if let reason = Console.end() {
      Console.warn("error: cannot write to standard output: \(reason)")
      if code == 0 { code = 1 }
    }
    exit(code)
  }

  /// The command line, with the program's name instead of its place.
  public static var commandLine: String {
    let words = CommandLine.arguments
    return ([URL(fileURLWithPath: words[0]).lastPathComponent] + words.dropFirst())
      .joined(separator: " ")
  }

  /// Says what ended the command; the exit code.
  private static func tell(_ error: any Error, _ command: any ParsableCommand.Type) -> Int32 {
    if let code = error as? ExitCode { return code.rawValue }
    switch command.exitCode(for: error) {
    case .success:
      Console.print(command.fullMessage(for: error))
      return 0
    case .failure:
      Console.warn("error: \(error.reasonWithFile)")
      return (error as? any ErrorWithExitCode)?.exitCode ?? 1
    default:
      Console.warn(command.fullMessage(for: error))
      return 2
    }
  }
}
