/// What a fetch tells while it runs.
public enum FetchEvent: Sendable {
  /// One sentence about what was found or done.
  case message(String)
  /// How far a download is.
  case progress(Progress)

  /// How far a download is.
  public struct Progress: Sendable {
    /// The name of the archive.
    public let archive: String
    /// Bytes on disk.
    public let held: Int
    /// Bytes of the whole archive, nil where nobody knows.
    public let whole: Int?
    /// Bytes per second since the download began or went on.
    public let rate: Double

    /// Seconds until the end at this rate.
    public var secondsLeft: Double? {
      guard let whole, rate > 0 else { return nil }
      return Double(whole - held) / rate
    }
  }
}

/// How long a fetch waits for a server.
public struct FetchPatience: Sendable {
  /// Seconds for a connection to come about.
  public var connect: Int
  /// Seconds without a byte after which a connection counts as cut.
  public var stall: Int

  /// Makes a patience of its seconds.
  public init(connect: Int = 10, stall: Int = 20) {
    self.connect = connect
    self.stall = stall
  }
}
