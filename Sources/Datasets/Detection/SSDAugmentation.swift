public import Detection
public import Randomness

/// The training augmentation of SSD (Liu et al. 2016) with the constants and the order of ssd.pytorch: photometric
/// distortion, expansion, a crop that keeps objects, mirroring. Resizing follows in `DetectionRenderer`.
///
/// One deviation: ssd.pytorch never enforces the overlap that a crop should have with an object, because it asks for an
/// overlap above infinity at the same time. Here, as in the paper, a crop is tried again unless some object overlaps
/// with it by the drawn minimum.
public struct SSDAugmentation: Hashable, Sendable {
  /// One draw of everything.
  public struct Draw: Hashable, Sendable {
    /// What happens to colours.
    public var colours: ColourDistortion
    /// The part of the photo's plane that is shown, in pixels of the photo; it may reach beyond the photo, where the
    /// mean colour is.
    public var window: PixelWindow
    /// Whether left and right are exchanged.
    public var isMirrored: Bool
    /// Objects that stay, in fractions of the window.
    public var boxes: [FractionBox]
    /// Their classes.
    public var classes: [Int]
  }

  /// A rectangle of whole pixels.
  public struct PixelWindow: Hashable, Sendable {
    /// First column.
    public var left: Int
    /// First row.
    public var top: Int
    /// Columns.
    public var width: Int
    /// Rows.
    public var height: Int

    /// Makes a rectangle.
    public init(left: Int, top: Int, width: Int, height: Int) {
      self.left = left
      self.top = top
      self.width = width
      self.height = height
    }

    var box: FractionBox {
      FractionBox(
        xMin: Double(left), yMin: Double(top), xMax: Double(left + width),
        yMax: Double(top + height))
    }
  }

  /// Makes the augmentation.
  public init() {}

  /// Smallest overlaps among which a crop draws; `whole` keeps the image, nil asks for none.
  private enum Crop: CaseIterable {
    case whole, tenth, threeTenths, sevenTenths, nineTenths, any

    var smallestOverlap: Double {
      switch self {
      case .whole, .any: 0
      case .tenth: 0.1
      case .threeTenths: 0.3
      case .sevenTenths: 0.7
      case .nineTenths: 0.9
      }
    }
  }

  private static let tries = 50
  private static let largestExpansion = 4.0

  /// Draws for an image of `width` x `height` pixels with objects in fractions of it.
  public func draw(
    width: Int, height: Int, boxes: [FractionBox], classes: [Int],
    from stream: inout RandomStream
  ) -> Draw {
    let colours = ColourDistortion(from: &stream)
    let pixels = boxes.map {
      FractionBox(
        xMin: $0.xMin * Double(width), yMin: $0.yMin * Double(height),
        xMax: $0.xMax * Double(width), yMax: $0.yMax * Double(height))
    }
    let canvas = expansion(width, height, &stream)
    let (window, kept) = crop(canvas, pixels, &stream)
    let isMirrored = stream.flips()
    let final = kept.map { index in
      pixels[index].inFractions(of: window.box, isMirrored: isMirrored)
    }
    return Draw(
      colours: colours, window: window, isMirrored: isMirrored, boxes: final,
      classes: kept.map { classes[$0] })
  }

  /// A canvas around the photo, in half of the cases up to four times as wide and high.
  private func expansion(_ width: Int, _ height: Int, _ stream: inout RandomStream) -> PixelWindow {
    guard stream.flips() else { return PixelWindow(left: 0, top: 0, width: width, height: height) }
    let ratio = stream.between(1, Self.largestExpansion)
    let (w, h) = (Double(width), Double(height))
    let left = stream.between(0, w * ratio - w)
    let top = stream.between(0, h * ratio - h)
    return PixelWindow(
      left: -Int(left), top: -Int(top), width: Int(w * ratio), height: Int(h * ratio))
  }

  /// A part of the canvas with the objects whose centres lie in it.
  private func crop(
    _ canvas: PixelWindow, _ boxes: [FractionBox], _ stream: inout RandomStream
  ) -> (PixelWindow, [Int]) {
    let all = Array(boxes.indices)
    guard !boxes.isEmpty else { return (canvas, all) }
    while true {
      let choice = Crop.allCases[stream.integer(below: Crop.allCases.count)]
      guard choice != .whole else { return (canvas, all) }
      for _ in 0..<Self.tries {
        let width = stream.between(0.3, 1) * Double(canvas.width)
        let height = stream.between(0.3, 1) * Double(canvas.height)
        let left = stream.uniform() * (Double(canvas.width) - width)
        let top = stream.uniform() * (Double(canvas.height) - height)
        guard (0.5...2).contains(height / width) else { continue }
        let part = PixelWindow(
          left: canvas.left + Int(left), top: canvas.top + Int(top),
          width: Int(left + width) - Int(left), height: Int(top + height) - Int(top))
        guard part.width > 0, part.height > 0 else { continue }
        let overlap = boxes.map { $0.overlap(with: part.box) }.max() ?? 0
        guard overlap >= choice.smallestOverlap else { continue }
        let kept = all.filter { part.contains(boxes[$0].centre) }
        if !kept.isEmpty { return (part, kept) }
      }
    }
  }
}

extension SSDAugmentation.PixelWindow {
  fileprivate func contains(_ point: (x: Double, y: Double)) -> Bool {
    let box = self.box
    return box.xMin < point.x && point.x < box.xMax && box.yMin < point.y && point.y < box.yMax
  }
}

extension FractionBox {
  /// The part of the box inside `window`, in fractions of it.
  fileprivate func inFractions(of window: FractionBox, isMirrored: Bool) -> FractionBox {
    let box = FractionBox(
      xMin: (xMin - window.xMin) / window.width, yMin: (yMin - window.yMin) / window.height,
      xMax: (xMax - window.xMin) / window.width, yMax: (yMax - window.yMin) / window.height
    ).clipped
    guard isMirrored else { return box }
    return FractionBox(
      xMin: 1 - box.xMax, yMin: box.yMin, xMax: 1 - box.xMin, yMax: box.yMax)
  }
}
