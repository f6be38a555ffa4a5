/// Images per second since its making.
struct ImageRate {
  private var images = 0
  private let start = ContinuousClock.now

  mutating func add(images count: Int) { images += count }

  var imagesPerSecond: Double {
    let seconds = start.duration(to: .now).seconds
    return seconds > 0 ? Double(images) / seconds : 0
  }
}
