/// Where runs tell how they go on. The libraries print nothing themselves.
public protocol RunProgress: Sendable {
  /// Shows what the next update may replace.
  func update(_ text: () -> String)
  /// Shows a line that stays.
  func line(_ text: String)
}

/// Nobody listens.
struct Silence: RunProgress {
  func update(_ text: () -> String) {}
  func line(_ text: String) {}
}
