import Datasets
import Detection
import Randomness
import Testing

/// The SSD augmentation keeps what a detector must be able to rely on.
struct AugmentationTests {
  private struct Scene {
    let width: Int
    let height: Int
    let boxes: [FractionBox]
    let classes: [Int]

    init(_ stream: inout RandomStream) {
      width = 50 + stream.integer(below: 450)
      height = 50 + stream.integer(below: 450)
      boxes = (0..<1 + stream.integer(below: 5)).map { _ in
        let (x, y) = (stream.uniform() * 0.9, stream.uniform() * 0.9)
        return FractionBox(
          xMin: x, yMin: y, xMax: x + 0.02 + stream.uniform() * (0.98 - x),
          yMax: y + 0.02 + stream.uniform() * (0.98 - y))
      }
      classes = boxes.indices.map { 3 * $0 + 1 }
    }
  }

  private static func draws(_ count: UInt64) -> [(scene: Scene, draw: SSDAugmentation.Draw)] {
    (0..<count).map { index in
      var stream = RandomStream(seed: 7, purpose: .augmentation, index)
      let scene = Scene(&stream)
      let draw = SSDAugmentation().draw(
        width: scene.width, height: scene.height, boxes: scene.boxes, classes: scene.classes,
        from: &stream)
      return (scene, draw)
    }
  }

  @Test("boxes stay inside, keep an extent and their class, and at least one stays")
  func boxesStayBoxes() {
    for (scene, draw) in Self.draws(2_000) {
      #expect(!draw.boxes.isEmpty && draw.boxes.count == draw.classes.count)
      #expect(draw.window.width > 0 && draw.window.height > 0)
      #expect(Set(draw.classes).isSubset(of: Set(scene.classes)))
      for box in draw.boxes {
        #expect(box.xMin >= 0 && box.yMin >= 0 && box.xMax <= 1 && box.yMax <= 1)
        #expect(box.width > 0 && box.height > 0)
      }
    }
  }

  @Test("a box still lies on the same pixels of the photo, cut by the window")
  func boxesFollowTheirPixels() {
    for (scene, draw) in Self.draws(500) {
      for (box, label) in zip(draw.boxes, draw.classes) {
        let old = scene.boxes[(label - 1) / 3]
        let unflipped =
          draw.isMirrored
          ? FractionBox(xMin: 1 - box.xMax, yMin: box.yMin, xMax: 1 - box.xMin, yMax: box.yMax)
          : box
        func x(_ value: Double) -> Double {
          Double(draw.window.left) + value * Double(draw.window.width)
        }
        func y(_ value: Double) -> Double {
          Double(draw.window.top) + value * Double(draw.window.height)
        }
        let right = Double(draw.window.left + draw.window.width)
        let bottom = Double(draw.window.top + draw.window.height)
        let wanted = [
          max(old.xMin * Double(scene.width), Double(draw.window.left)),
          max(old.yMin * Double(scene.height), Double(draw.window.top)),
          min(old.xMax * Double(scene.width), right), min(old.yMax * Double(scene.height), bottom),
        ]
        let found = [x(unflipped.xMin), y(unflipped.yMin), x(unflipped.xMax), y(unflipped.yMax)]
        for (first, second) in zip(wanted, found) { #expect(abs(first - second) < 1e-6) }
      }
    }
  }

  @Test(
    "half is mirrored, half is expanded, a sixth and more is shown whole, and crops respect their shapes"
  )
  func drawsAreSpread() {
    let draws = Self.draws(2_000)
    let mirrored = draws.count { $0.draw.isMirrored }
    #expect((900...1100).contains(mirrored))
    let whole = draws.count { scene, draw in
      draw.window == .init(left: 0, top: 0, width: scene.width, height: scene.height)
    }
    // Neither expanded (1/2) nor cropped: 1/6 at the first draw, more because failed crops draw again.
    #expect((150...500).contains(whole))
    #expect(draws.contains { $0.draw.window.left < 0 })
    #expect(Set(draws.map(\.draw.colours.channels)).count == 6)
  }

  @Test("the same stream draws the same, another one something else")
  func drawsAreDeterministic() {
    #expect(Self.draws(20).map(\.draw) == Self.draws(20).map(\.draw))
    #expect(Set(Self.draws(20).map(\.draw)).count == 20)
  }

  @Test("a photo without objects is shown and not searched for them")
  func emptyPhotosPass() {
    for index in 0..<200 {
      var stream = RandomStream(seed: 1, purpose: .augmentation, UInt64(index))
      let draw = SSDAugmentation().draw(
        width: 80, height: 60, boxes: [], classes: [], from: &stream)
      #expect(draw.boxes.isEmpty && draw.window.width >= 80)
    }
  }
}

/// Default boxes and what is built on them.
struct DefaultBoxTests {
  private static func boxes(_ count: Int, seed: UInt64) -> [FractionBox] {
    var stream = RandomStream(seed: seed, purpose: .synthesis)
    return (0..<count).map { _ in
      FractionBox(
        centreX: stream.uniform(), centreY: stream.uniform(), width: 0.05 + 0.5 * stream.uniform(),
        height: 0.05 + 0.5 * stream.uniform())
    }
  }

  @Test("decoding inverts encoding")
  func codingRoundTrips() {
    let defaults = DefaultBoxes.ssd300
    for (index, box) in Self.boxes(500, seed: 2).enumerated() {
      let place = index * 17 % defaults.anchors.count
      let back = defaults.decoded(defaults.encoded(box, at: place), at: place)
      #expect(abs(back.xMin - box.xMin) < 1e-12 && abs(back.yMax - box.yMax) < 1e-12)
    }
  }

  @Test("every object has a default box, however small it is; without objects all is background")
  func everyObjectIsMatched() {
    let defaults = DefaultBoxes.ssd300
    #expect(defaults.anchors.count == 8732)
    let tiny = FractionBox(xMin: 0.5, yMin: 0.5, xMax: 0.503, yMax: 0.503)
    let targets = defaults.targets(boxes: [tiny] + Self.boxes(3, seed: 3), classes: [4, 5, 6, 7])
    for label in [5, 6, 7, 8] { #expect(targets.labels.contains(label)) }
    let none = defaults.targets(boxes: [], classes: [])
    #expect(none.labels.allSatisfy { $0 == 0 } && none.offsets.allSatisfy(\.isFinite))
  }

  @Test("of two boxes that overlap the better one stays; what stays does not overlap")
  func suppressionIsGreedy() {
    let boxes = Self.boxes(300, seed: 4)
    let scores = boxes.indices.map { Float(($0 * 7919) % 300) / 300 }
    let kept = Suppression.kept(boxes: boxes, scores: scores, overlap: 0.45, limit: 300)
    for (place, first) in kept.enumerated() {
      for second in kept[(place + 1)...] {
        #expect(boxes[first].overlap(with: boxes[second]) <= 0.45)
        #expect(scores[first] >= scores[second])
      }
    }
    for index in boxes.indices where !kept.contains(index) {
      #expect(
        kept.contains {
          boxes[$0].overlap(with: boxes[index]) > 0.45 && scores[$0] >= scores[index]
        })
    }
  }

  @Test(
    "detections are cut to the image, ordered, limited, and a score that is no number never counts")
  func decoderKeepsItsRules() {
    let defaults = DefaultBoxes(anchors: Array(DefaultBoxes.ssd300.anchors.prefix(6)))
    var decoder = DetectionDecoder(defaults: defaults)
    decoder.perImage = 3
    let offsets = [Float](repeating: 0, count: 24)
    var probabilities: [Float] = []
    for index in 0..<6 { probabilities += [0.1, Float(index) / 10, index == 2 ? .nan : 0.005] }
    let found = decoder.detections(offsets: offsets, probabilities: probabilities)
    #expect(found.count <= 3 && found.allSatisfy { $0.label == 0 && $0.score > 0.01 })
    #expect(found.map(\.score) == found.map(\.score).sorted(by: >))
    #expect(found.allSatisfy { $0.box == $0.box.clipped })
  }
}
