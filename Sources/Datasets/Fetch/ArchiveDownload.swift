import Foundation

/// Downloads one archive: goes on with `NAME.partial`, tries the mirrors in order, checks size and hash and only then gives
/// the file its name.
struct ArchiveDownload {
  let archive: DatasetManifest.Archive
  let directory: URL
  let mirrors: [String]
  let patience: FetchPatience
  let report: (FetchEvent) -> Void

  /// Requests to one mirror, each of which has to bring something.
  private static let requestsPerMirror = 20
  private static let rangeNotSatisfiable = 416

  /// No mirror gave the archive; the reasons are in the order of the mirrors.
  struct Exhausted: Error {
    let reasons: [String]
  }

  private var target: URL { directory.appendingPathComponent(archive.name) }
  private var setAside: URL { directory.appendingPathComponent("\(archive.name).wrong") }

  /// The archive, complete and checked.
  func run() throws(DatasetError) -> Result<URL, Exhausted> {
    let file = try PartialFile(directory.appendingPathComponent("\(archive.name).partial"))
    defer { file.discardIfEmpty() }
    var held = try file.size()
    if let size = archive.size, held >= size {
      let isAccepted = held == size ? try isAccepted(file) : false
      if isAccepted { return .success(target) }
      // Nothing of a file that is too large, or whole and wrong, is worth keeping.
      try file.empty()
      held = 0
    }
    if held > 0 {
      report(.message("\(archive.name): going on after the \(held) bytes that are there"))
    }
    var reasons: [String] = []
    for mirror in mirrors {
      report(.message("\(archive.name): asking \(mirror)"))
      guard let reason = try attempt(mirror, file) else { return .success(target) }
      report(.message("\(archive.name): \(reason)"))
      reasons.append("\(URL(string: mirror)?.host ?? mirror): \(reason)")
    }
    return .failure(Exhausted(reasons: reasons))
  }

  /// Nil when the archive is there, else why this mirror did not give it.
  private func attempt(_ mirror: String, _ file: PartialFile) throws(DatasetError) -> String? {
    var isFresh = try file.size() == 0
    for _ in 0..<Self.requestsPerMirror {
      let before = try file.size()
      let transfer = Transfer(
        url: mirror, file: file.handle, size: archive.size, patience: patience)
      let (outcome, held) = transfer.run(offset: before, progress: meter(from: before))
      switch outcome {
      case .complete where held >= archive.size ?? 0:
        if try isAccepted(file) { return nil }
        guard !isFresh else { return "it has another file, set aside as \(setAside.path)" }
        // The bytes from before may have been the wrong ones.
        isFresh = true
      case .complete, .failed(_, isCut: true):
        guard held > before else { return "the connection ends after \(held) bytes" }
      case .refused(Self.rangeNotSatisfiable) where before > 0:
        try file.empty()
        isFresh = true
      case .refused(let status): return "the answer is HTTP \(status)"
      case .failed(let reason, isCut: false): return reason
      case .disk(let reason):
        throw DatasetError("cannot write \(file.url.path): \(reason)")
      }
    }
    return "the connection breaks again and again"
  }

  /// Whether the partial file is the archive: then it gets its name, else it is set aside.
  private func isAccepted(_ file: PartialFile) throws(DatasetError) -> Bool {
    guard let flaw = try archive.flaw(ofFileAt: file.url) else {
      try file.finish(as: target)
      return true
    }
    report(.message("\(archive.name): \(flaw)"))
    try file.setAside(as: setAside)
    return false
  }

  private func meter(from start: Int) -> (Int, Int) -> Void {
    let begin = ContinuousClock.now
    return { held, whole in
      let seconds = (ContinuousClock.now - begin) / .seconds(1)
      report(
        .progress(
          FetchEvent.Progress(
            archive: archive.name, held: held, whole: archive.size ?? (whole > 0 ? whole : nil),
            rate: seconds > 0 ? Double(max(held - start, 0)) / seconds : 0)))
    }
  }
}
