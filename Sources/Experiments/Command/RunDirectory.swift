public import Foundation
import Results

/// What can be said and done about a directory of run folders as a whole.
public enum RunDirectory {
  /// Where its runs stand, as text or JSON, and whether every record could be read.
  public static func status(under runs: URL, json: Bool) throws -> (text: String, isWhole: Bool) {
    let status = try RunStatus(under: runs)
    return (json ? status.json : status.text, status.unreadable.isEmpty)
  }

  /// Brings run folders of other directories in; what was done, and what was not with its reason.
  public static func merge(_ sources: [URL], into runs: URL) throws -> (
    text: String, conflicts: [String]
  ) {
    let merge = try RunMerge(sources, into: runs)
    return (
      "\(merge.copied.count) runs copied to \(runs.path), \(merge.known.count) were there already",
      merge.conflicts
    )
  }
}
