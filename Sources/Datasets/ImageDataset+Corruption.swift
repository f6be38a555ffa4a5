import Foundation
import Images
import Randomness

/// One way of making images worse, at one of three strengths. The same images give the same bytes.
public struct ImageCorruption: Hashable, Sendable {
  /// How.
  public enum Kind: String, Hashable, Sendable, CaseIterable {
    /// Normal noise on every value, deviation 8, 16 or 32 of 255.
    case noise
    /// A Gaussian of radius 1/32, 1/16 or 1/8 of the shorter side.
    case blur
    /// 0.75, 0.5 or 0.25 of each value's distance from the image's mean.
    case contrast
  }

  /// How.
  public let kind: Kind
  /// How much, from 1 to 3.
  public let strength: Int

  /// All nine, by kind and strength.
  public static let all = Kind.allCases.flatMap { kind in
    (1...3).map { ImageCorruption(kind: kind, strength: $0) }
  }

  /// The planes `[C, H, W]` of image `index`, made worse.
  func apply(to planes: [UInt8], channels: Int, height: Int, width: Int, index: Int) -> [UInt8] {
    let factor = Double(1 << (strength - 1))
    switch kind {
    case .noise:
      var stream = RandomStream(
        seed: 0, purpose: .corruption, UInt64(strength), UInt64(index))
      let noise = stream.normals(count: planes.count, standardDeviation: 8 * factor)
      return zip(planes, noise).map { Self.byte(Double($0) + Double($1)) }
    case .blur:
      let radius = factor * Double(min(height, width)) / 32
      let size = height * width
      return (0..<channels).flatMap { plane in
        Raster(
          width: width, height: height, channels: 1,
          bytes: Array(planes[plane * size..<(plane + 1) * size])
        ).blurred(radius: radius).bytes
      }
    case .contrast:
      let mean = Double(planes.reduce(0) { $0 + Int($1) }) / Double(planes.count)
      let share = 1 - Double(strength) / 4
      return planes.map { Self.byte(mean + share * (Double($0) - mean)) }
    }
  }

  private static func byte(_ value: Double) -> UInt8 { UInt8(min(max(value.rounded(), 0), 255)) }
}

extension ImageDataset {
  /// The same images, made worse.
  public func corrupted(by corruption: ImageCorruption) -> ImageDataset {
    let planes = (0..<count).flatMap { index in
      corruption.apply(
        to: pixels(index), channels: channels, height: height, width: width, index: index)
    }
    return ImageDataset(
      name: name, split: split, classCount: classCount, channels: channels, height: height,
      width: width, digest: "\(digest) \(corruption.kind.rawValue)(\(corruption.strength))",
      storage: Storage(
        bytes: planes, labels: (0..<count).map { UInt8(label($0)) },
        stride: channels * height * width, pixelOffset: 0),
      records: Array(0..<count))
  }
}
