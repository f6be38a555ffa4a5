public import Foundation

/// The directory in which data sets lie when a command names none, each under the name that its archive unpacks to.
public enum DataHome {
  /// The environment variable that names the directory.
  public static let variable = "LSKD_DATA"

  /// The directory of this process.
  public static let directory = directory(in: ProcessInfo.processInfo.environment)

  /// `LSKD_DATA`, else `lskd` in `XDG_CACHE_HOME`, else `.cache/lskd` in the home directory. A variable without a value
  /// counts as unset, and so does a relative `XDG_CACHE_HOME`, as its specification asks.
  public static func directory(in environment: [String: String]) -> URL {
    if let named = environment[variable], !named.isEmpty { return URL(fileURLWithPath: named) }
    if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
      return URL(fileURLWithPath: cache).appendingPathComponent("lskd")
    }
    let home =
      environment["HOME"].flatMap { $0.hasPrefix("/") ? URL(fileURLWithPath: $0) : nil }
      ?? FileManager.default.homeDirectoryForCurrentUser
    return home.appendingPathComponent(".cache/lskd")
  }

  /// The command that brings a data set into `directory`, for a shell.
  public static func fetchCommand(_ id: String, into place: URL) -> String {
    let command = "lskd-data fetch \(id)"
    guard place.standardizedFileURL != directory.standardizedFileURL else { return command }
    let isPlain = place.path.allSatisfy { $0.isLetter || $0.isNumber || "/._-+".contains($0) }
    let quoted = place.path.split(separator: "'", omittingEmptySubsequences: false)
      .joined(separator: #"'\''"#)
    return "\(command) \(isPlain ? place.path : "'\(quoted)'")"
  }
}
