import Foundation

/// The common end of the programs: one sentence on standard error, exit code 2 for a request that makes
/// no sense and 1 for a failure.
public enum ProgramExit {
  /// Runs `body` and ends the process when it throws.
  public static func reporting(_ body: () throws -> Void) throws {
    do {
      try body()
    } catch let error as UsageError {
      end(error, code: 2)
    } catch let error as InterruptedTable {
      end(error, code: 130)
    } catch {
      end(error, code: 1)
    }
  }

  private static func end(_ error: any Error, code: Int32) -> Never {
    FileHandle.standardError.write(Data("error: \(error)\n".utf8))
    exit(code)
  }
}

/// A table stopped on request; programs end with exit code 130, as after SIGINT.
public struct InterruptedTable: Error, CustomStringConvertible {
  /// Where the state is and how to go on.
  public let description: String
}
