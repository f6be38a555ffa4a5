/// The part of a data set that its authors meant for training or for testing.
public enum Split: String, Sendable, CaseIterable, Codable {
  case train
  case test
}
