/// Pixels by true and predicted class over a whole data set, by the rule of the VOC devkit: pixels whose truth is void
/// are dropped from truth and prediction.
public struct ConfusionMatrix: Hashable, Sendable {
  /// The mask value of pixels that count nowhere.
  public static let void: UInt8 = 255

  /// Classes, the background included.
  public let classCount: Int
  /// Pixels, [true class * classCount + predicted class].
  public private(set) var counts: [Int]

  /// An empty matrix; masks have room for 255 classes.
  public init(classCount: Int) {
    precondition((1...255).contains(classCount))
    self.classCount = classCount
    counts = [Int](repeating: 0, count: classCount * classCount)
  }

  /// Adds the pixels of one image. Throws, with nothing added, for masks of unequal size, a truth that is neither a
  /// class nor void, and a prediction that is no class, wherever it stands.
  public mutating func add(truth: [UInt8], prediction: [UInt8]) throws(EvaluationError) {
    guard truth.count == prediction.count else {
      throw EvaluationError(
        "the prediction has \(prediction.count) pixels, the truth has \(truth.count)")
    }
    let pairs = Self.pairs(truth, prediction)
    var added = counts
    for (place, count) in pairs.enumerated() where count > 0 {
      let (own, other) = (place / 256, place % 256)
      guard other < classCount else {
        throw EvaluationError("the prediction holds \(other); classes are 0 to \(classCount - 1)")
      }
      if own == Int(Self.void) { continue }
      guard own < classCount else {
        throw EvaluationError(
          "the truth holds \(own); classes are 0 to \(classCount - 1), void is \(Self.void)")
      }
      added[own * classCount + other] += Int(count)
    }
    counts = added
  }

  /// Pixels by every pair of bytes. Masks hold long runs: eight equal pairs are counted at once.
  private static func pairs(_ truth: [UInt8], _ prediction: [UInt8]) -> [UInt32] {
    var table = [UInt32](repeating: 0, count: 1 << 16)
    let total = truth.count
    truth.withUnsafeBytes { truth in
      prediction.withUnsafeBytes { prediction in
        table.withUnsafeMutableBufferPointer { table in
          @inline(__always) func count(_ place: Int, _ amount: UInt32) {
            table[Int(truth[place]) << 8 | Int(prediction[place])] &+= amount
          }
          let ones: UInt64 = 0x0101_0101_0101_0101
          var place = 0
          while place + 8 <= total {
            let own = truth.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            let other = prediction.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            if own == (own & 0xFF) &* ones && other == (other & 0xFF) &* ones {
              count(place, 8)
            } else {
              for offset in 0..<8 { count(place + offset, 1) }
            }
            place += 8
          }
          while place < total {
            count(place, 1)
            place += 1
          }
        }
      }
    }
    return table
  }
}

// MARK: - What it says

extension ConfusionMatrix {
  private func count(_ truth: Int, _ prediction: Int) -> Int {
    counts[truth * classCount + prediction]
  }

  /// Pixels of a class in the truth.
  public func truthCount(_ label: Int) -> Int {
    (0..<classCount).reduce(0) { $0 + count(label, $1) }
  }

  private func predictionCount(_ label: Int) -> Int {
    (0..<classCount).reduce(0) { $0 + count($1, label) }
  }

  /// Pixels that count.
  public var pixelCount: Int { counts.reduce(0, +) }

  /// Intersection over union of a class in [0, 1]; nil where it is neither in the truth nor predicted.
  public func overlap(of label: Int) -> Double? {
    let union = truthCount(label) + predictionCount(label) - count(label, label)
    return union > 0 ? Double(count(label, label)) / Double(union) : nil
  }

  /// Mean overlap as the devkit divides: by the number of classes, one that is nowhere counting as 0; nil without
  /// pixels.
  public var meanOverlap: Double? {
    guard pixelCount > 0 else { return nil }
    return (0..<classCount).reduce(0) { $0 + (overlap(of: $1) ?? 0) } / Double(classCount)
  }

  /// The mean overlap of the best prediction that gives all pixels one class; nil without pixels.
  public var constantMeanOverlap: Double? {
    guard pixelCount > 0, let most = (0..<classCount).map(truthCount).max() else { return nil }
    return Double(most) / Double(pixelCount) / Double(classCount)
  }

  /// Mean overlap over the classes that occur; nil without pixels.
  public var meanOverlapOfPresent: Double? {
    mean((0..<classCount).compactMap(overlap))
  }

  /// Share of the pixels that are right; nil without pixels.
  public var pixelAccuracy: Double? {
    let right = (0..<classCount).reduce(0) { $0 + count($1, $1) }
    return pixelCount > 0 ? Double(right) / Double(pixelCount) : nil
  }

  private func mean(_ values: [Double]) -> Double? {
    values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }
}
