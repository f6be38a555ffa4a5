public import JSON
import Statistics

/// Whether transmitting matrices rise and fall with the constants of the modules that they summarise, over the modules of several
/// networks.
public struct TransmittingCorrelation: Sendable {
  /// Modules between taps that have bounds.
  public let count: Int
  /// Rank correlation of the mean value with the largest Jacobian norm; nil for fewer than three modules.
  public let withLower: Double?
  /// The same with the bound over the graph.
  public let withUpper: Double?
  /// The same of both bounds with each other.
  public let ofBounds: Double?

  /// Takes measured networks.
  public init(_ networks: [NetworkConstants]) {
    let pairs = networks.flatMap { network in
      // The first module begins at the images, which have no transmitting matrix.
      zip(network.transmitting.modules, network.modules.dropFirst()).compactMap { own, module in
        module.bounds.flatMap { bounds in
          bounds.upper.isFinite
            ? (value: own.values.mean, lower: bounds.lower, upper: bounds.upper) : nil
        }
      }
    }
    count = pairs.count
    let values = pairs.map(\.value)
    withLower = Correlation.ofRanks(values, pairs.map(\.lower))
    withUpper = Correlation.ofRanks(values, pairs.map(\.upper))
    ofBounds = Correlation.ofRanks(pairs.map(\.lower), pairs.map(\.upper))
  }

  /// As in JSON.
  public var value: JSONValue {
    func number(_ value: Double?) -> JSONValue { value.map { .number($0) } ?? .null }
    return .object([
      "modules": .integer(count), "with_lower": number(withLower), "with_upper": number(withUpper),
      "of_bounds": number(ofBounds),
    ])
  }
}
