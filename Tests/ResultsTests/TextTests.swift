import Foundation
import Results
import Statistics
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// Texts from a user's file inside generated ones.
struct TextTests {
  private let text = "a & b <c> \"d\"\u{1}|e"

  private func isWellFormed(_ svg: String) -> Bool {
    XMLParser(data: Data(svg.utf8)).parse()
  }

  @Test("a plot and a panel are XML whatever their labels hold")
  func markup() {
    let plot = LinePlot(
      title: text, xLabel: text, yLabel: text,
      series: [.init(name: text, points: [(0, 1), (1, 2)], colour: 0)]
    ).svg
    #expect(isWellFormed(plot) && plot.contains("a &amp; b &lt;c&gt;"))
    let panel = ImagePanel(
      titles: [text],
      rows: [
        .init(
          photo: Data([1]), width: 4, height: 4,
          columns: [
            .marks([.init(x: 0, y: 0, width: 1, height: 1, label: text, colour: [1, 2, 3])])
          ])
      ]
    ).svg
    #expect(isWellFormed(panel) && panel.contains("&quot;d&quot;"))
    #expect(!isWellFormed(plot.replacingOccurrences(of: "&amp;", with: "&")))
  }

  @Test("a median of an even number lies between the middle two")
  func median() {
    #expect(Sample([3, 1, 2]).median == 2)
    #expect(Sample([4, 1, 2, 3]).median == 2.5)
    #expect(Sample([]).median == nil)
  }
}
