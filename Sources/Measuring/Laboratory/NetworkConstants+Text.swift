import Foundation
import Results
import Spectra

extension NetworkConstants {
  /// What a terminal shows.
  public var text: String {
    let heading = [
      "checkpoint  \(file.path)", "network     \(architecture), images \(input)",
      "images      \(imageCount), \(source.text)", "",
    ]
    return heading.joined(separator: "\n") + "\n" + layerTable.text + "\n" + moduleTable.text + "\n"
      + transmitting.valueTable.text
  }

  /// A section of a page.
  public var markdown: [String] {
    let worst = layers.filter { $0.kind == .convolution }.map(\.bounds.gap).max() ?? 0
    return [
      "## \(architecture), \(origin)", "",
      "SHA-256 `\(sha256.prefix(12))`, images of \(input.map(String.init).joined(separator: " x ")); "
        + "Jacobians at \(imageCount) images, \(source.text). The widest gap of a convolution's bounds is "
        + "\(String(format: "%.3f", 100 * worst)) %.", "",
      "![norms of the layers](\(picture.name))", "",
    ] + moduleTable.markdown + [""] + transmittingLines + layerTable.markdown + [""]
  }

  private var transmittingLines: [String] {
    guard !transmitting.modules.isEmpty else { return [] }
    return [
      "Largest singular values of the transmitting matrices, exact, and what power steps on them miss, % (mean / largest",
      "over the images):", "",
    ] + transmitting.valueTable.markdown + [""] + transmitting.errorTable.markdown + [""]
  }

  /// The layers' norms beside those of their kernels, in the order of the pass.
  public var picture: (name: String, svg: String) {
    let own = layers.filter { $0.kind == .convolution }
    func series(_ name: String, _ colour: Int, _ value: (LayerNorm) -> Double?) -> LinePlot.Series {
      .init(
        name: name,
        points: own.enumerated().compactMap { index, layer in
          value(layer).map { (Double(index + 1), $0) }
        }, colour: colour)
    }
    let plot = LinePlot(
      title: "convolutions of \(architecture), \(origin)", xLabel: "number of the convolution",
      yLabel: "spectral norm",
      series: [
        series("operator, upper", 0) { $0.bounds.upper },
        series("periodic maps", 1) { $0.convolution?.circular },
        series("any size (Gram)", 2) { $0.convolution?.gram },
        series("reshaped kernel", 3) { $0.convolution?.kernel },
      ])
    return ("lipschitz-\(architecture)-\(sha256.prefix(8)).svg", plot.svg)
  }

  private var moduleTable: TextTable {
    var table = TextTable(["between", "lower", "upper"])
    for module in modules {
      table.add([
        module.name, Self.number(module.bounds?.lower), Self.number(module.bounds?.upper),
      ])
    }
    table.add([
      "images to logits", Self.number(whole.bounds.lower), Self.number(whole.bounds.upper),
    ])
    table.add(["images to logits, at the images alone", Self.number(whole.atImages), ""])
    table.add([
      "pixels in [0, 1] to logits", Self.number(whole.pixels.lower),
      Self.number(whole.pixels.upper),
    ])
    return table
  }

  private var layerTable: TextTable {
    var table = TextTable([
      "layer", "kind", "input", "stride", "lower", "upper", "certificate", "periodic", "any size",
      "kernel", "s",
    ])
    for layer in layers {
      table.add([
        layer.name, layer.kind.rawValue, layer.input.map(String.init).joined(separator: " x "),
        "\(layer.stride)", Self.number(layer.bounds.lower), Self.number(layer.bounds.upper),
        layer.bounds.certificate.description, Self.number(layer.convolution?.circular),
        Self.number(layer.convolution?.gram), Self.number(layer.convolution?.kernel),
        String(format: "%.2f", layer.seconds),
      ])
    }
    return table
  }

  private static func number(_ value: Double?) -> String {
    guard let value else { return "-" }
    return value.isFinite ? String(format: value >= 1e5 ? "%.3e" : "%.4f", value) : "unbounded"
  }
}
