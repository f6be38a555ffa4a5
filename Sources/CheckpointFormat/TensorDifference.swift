/// How far two tensors of one shape are from each other, element by element.
public struct TensorDifference: Sendable, Equatable {
  /// A distance between two elements: exact between integers.
  public enum Distance: Sendable, Equatable, CustomStringConvertible {
    /// Between integers.
    case integer(UInt64)
    /// Between numbers of which one is a floating-point one.
    case floatingPoint(Double)

    /// The digits.
    public var description: String {
      switch self {
      case .integer(let value): "\(value)"
      case .floatingPoint(let value): "\(value)"
      }
    }

    fileprivate var size: Double {
      switch self {
      case .integer(let value): Double(value)
      case .floatingPoint(let value): value
      }
    }

    fileprivate func isLess(than other: Distance) -> Bool {
      if case .integer(let own) = self, case .integer(let other) = other { return own < other }
      return size < other.size
    }
  }

  /// Elements that differ in value, in the sign of zero or, within one type, in any bit.
  public private(set) var changedCount = 0
  /// The largest distance between finite elements; nil where no two finite elements differ.
  public private(set) var largest: Distance?
  /// `largest` over the size of the first tensor's largest finite element; nil where that is zero.
  public private(set) var relative: Double?
  /// NaN and infinite elements of each tensor.
  public let nonFinite: [NonFiniteCount]

  /// Compares tensors of the same shape; their types may differ.
  public init(_ first: StoredTensor, _ second: StoredTensor) {
    nonFinite = [first.nonFiniteCount, second.nonFiniteCount]
    let isSameType = first.elementType == second.elementType
    guard !isSameType || first.bytes != second.bytes else { return }
    var scale = 0.0
    for (x, y) in zip(first.elements, second.elements) {
      let size = x.size
      if size.isFinite { scale = max(scale, size) }
      if isSameType ? x.hasSameBits(as: y) : x.hasSameValue(as: y) { continue }
      changedCount += 1
      guard let distance = x.distance(to: y) else { continue }
      if largest.map({ $0.isLess(than: distance) }) ?? true { largest = distance }
    }
    relative = scale > 0 ? largest.map { $0.size / scale } : nil
  }
}

extension StoredElement {
  fileprivate var size: Double { abs(nearestDouble) }

  fileprivate func hasSameBits(as other: StoredElement) -> Bool {
    switch (self, other) {
    case (.single(let x), .single(let y)): x.bitPattern == y.bitPattern
    case (.double(let x), .double(let y)): x.bitPattern == y.bitPattern
    default: self == other
    }
  }

  /// Whether two elements of different types are the same number, NaN included.
  fileprivate func hasSameValue(as other: StoredElement) -> Bool {
    switch (self, other) {
    case (.integer(let x), .integer(let y)): return x == y
    case (.integer(let x), _): return other.floatingPoint.flatMap { Int64(exactly: $0) } == x
    case (_, .integer): return other.hasSameValue(as: self)
    default:
      guard let x = floatingPoint, let y = other.floatingPoint else { return false }
      return x.isNaN ? y.isNaN : x == y && x.sign == y.sign
    }
  }

  /// Nil where one of them is not finite.
  fileprivate func distance(to other: StoredElement) -> TensorDifference.Distance? {
    if case .integer(let x) = self, let y = other.exactInteger {
      return .integer(x > y ? UInt64(bitPattern: x &- y) : UInt64(bitPattern: y &- x))
    }
    if case .integer = other, exactInteger != nil { return other.distance(to: self) }
    let (x, y) = (nearestDouble, other.nearestDouble)
    return x.isFinite && y.isFinite ? .floatingPoint(abs(x - y)) : nil
  }

  private var nearestDouble: Double {
    if case .integer(let value) = self { Double(value) } else { floatingPoint ?? .nan }
  }

  /// The integer that this is; nil for any other number.
  private var exactInteger: Int64? {
    if case .integer(let value) = self {
      value
    } else {
      floatingPoint.flatMap(Int64.init(exactly:))
    }
  }
}
