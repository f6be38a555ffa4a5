/// The suite.
public enum Suite {
  /// Its version, as in the changelog.
  public static let version = "0.1.0"
}
