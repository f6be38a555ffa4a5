internal import CTorch
import Foundation

extension Engine {
  /// What decides how the threads of one operation wait for each other.
  public struct WaitPolicy: Hashable, Sendable {
    /// The environment variable.
    public let variable: String
    /// Its value.
    public let value: String
    /// Whether the suite set it, because the environment said nothing.
    public let isDefault: Bool
  }

  /// The policy of this process, as OpenMP's runtime found it when it was loaded. Nil where nothing could be set.
  public static var waitPolicy: WaitPolicy? {
    let environment = ProcessInfo.processInfo.environment
    for name in ["OMP_WAIT_POLICY", "GOMP_SPINCOUNT", "KMP_BLOCKTIME", "KMP_LIBRARY"] {
      guard let value = environment[name] else { continue }
      return WaitPolicy(variable: name, value: value, isDefault: ct_chose_passive_waiting())
    }
    return nil
  }

  /// The environment as this process got it, for other programs: without what the suite chose for its own threads.
  public static var outerEnvironment: [String: String] {
    var environment = ProcessInfo.processInfo.environment
    if let policy = waitPolicy, policy.isDefault {
      for name in [policy.variable, "LSKD_WAIT_POLICY"] { environment[name] = nil }
    }
    return environment
  }
}
