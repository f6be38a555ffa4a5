import DurableFiles
public import Foundation

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The annotation of one VOC image.
public struct VOCAnnotation: Hashable, Sendable {
  /// One object. Coordinates are 1-based pixels, both ends inclusive; some have fractions.
  public struct Object: Hashable, Sendable {
    /// Class.
    public let name: String
    /// Marked as hard to recognise.
    public let isDifficult: Bool
    /// Left, top, right, bottom.
    public let box: [Double]
  }

  /// Pixels.
  public let width: Int
  /// Pixels.
  public let height: Int
  /// In file order.
  public let objects: [Object]

  /// An annotation is a few kilobytes.
  private static let largestFile = 1 << 20

  /// Reads a file. Throws a sentence with file and line for what is no annotation: bad XML, a class that does not
  /// exist, a box that is inverted or not inside the image, a document type.
  public init(contentsOf url: URL) throws(DatasetError) {
    let data: Data
    do { data = try Data(contentsOf: url) } catch {
      throw DatasetError("cannot read \(url.path): \(error.reason)")
    }
    guard data.count <= Self.largestFile else {
      throw DatasetError("\(url.path) has \(data.count) bytes, too many for an annotation")
    }
    // Entities could grow to any size.
    if let place = data.range(of: Data("<!".utf8)),
      data[place.upperBound...].first != UInt8(ascii: "-")
    {
      let line = data[..<place.lowerBound].count { $0 == UInt8(ascii: "\n") } + 1
      throw DatasetError(
        "\(url.path), line \(line): document types and entities are not accepted")
    }
    let reader = AnnotationReader()
    let parser = XMLParser(data: data)
    parser.shouldResolveExternalEntities = false
    parser.delegate = reader
    let isRead = parser.parse()
    if let failure = reader.failure {
      throw DatasetError("\(url.path), line \(failure.line): \(failure.sentence)")
    }
    // The parser takes a document that ends early for a whole one.
    guard isRead, reader.isComplete else {
      throw DatasetError("\(url.path), line \(parser.lineNumber): this is no well-formed XML")
    }
    guard let width = reader.width, let height = reader.height, width > 0, height > 0 else {
      throw DatasetError("\(url.path) states no size of the image")
    }
    for (object, line) in reader.objects {
      let box = object.box
      guard box[0] >= 1, box[1] >= 1, box[2] <= Double(width), box[3] <= Double(height) else {
        throw DatasetError(
          "\(url.path), line \(line): the box \(box) lies outside of the image of \(width) x \(height)"
        )
      }
    }
    self.width = width
    self.height = height
    objects = reader.objects.map(\.object)
  }
}

/// Takes what it needs of an annotation's elements; objects have parts with names and boxes of their own.
private final class AnnotationReader: NSObject, XMLParserDelegate {
  var width: Int?
  var height: Int?
  var objects: [(object: VOCAnnotation.Object, line: Int)] = []
  var failure: (sentence: String, line: Int)?
  /// Whether the end of the annotation was read.
  private(set) var isComplete = false

  private static let sides = ["xmin", "ymin", "xmax", "ymax"]
  private var path: [String] = []
  private var text = ""
  private var values: [String: String] = [:]

  func parser(
    _ parser: XMLParser, didStartElement element: String, namespaceURI: String?,
    qualifiedName: String?, attributes: [String: String]
  ) {
    path.append(element)
    text = ""
    if path == ["annotation", "object"] { values = [:] }
  }

  func parser(_ parser: XMLParser, foundCharacters characters: String) {
    if isWanted { text += characters }
  }

  func parser(
    _ parser: XMLParser, didEndElement element: String, namespaceURI: String?,
    qualifiedName: String?
  ) {
    defer {
      path.removeLast()
      text = ""
    }
    if path == ["annotation"] { isComplete = true }
    guard isWanted else { return }
    let value = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    switch path {
    case ["annotation", "size", "width"]: width = Int(value)
    case ["annotation", "size", "height"]: height = Int(value)
    case ["annotation", "object", "name"], ["annotation", "object", "difficult"],
      ["annotation", "object", "bndbox", element]:
      values[element] = value
    case ["annotation", "object"]: endObject(parser)
    default: break
    }
  }

  /// Whether the element is an object, or within one or within the size.
  private var isWanted: Bool { path.count > 1 && (path[1] == "object" || path[1] == "size") }

  private func endObject(_ parser: XMLParser) {
    func fail(_ sentence: String) {
      failure = failure ?? (sentence, parser.lineNumber)
      parser.abortParsing()
    }
    let name = values["name"] ?? ""
    guard VOCDevkit.classes.contains(name) else { return fail("there is no class \"\(name)\"") }
    let box = Self.sides.compactMap { values[$0].flatMap { Double($0) } }
    guard box.count == 4, box.allSatisfy(\.isFinite) else {
      return fail("the object \(name) has no box of four numbers")
    }
    guard box[0] <= box[2], box[1] <= box[3] else {
      return fail("the box \(box) of \(name) is inverted or empty")
    }
    let difficult = values["difficult"] ?? "0"
    guard ["0", "1"].contains(difficult) else {
      return fail("\"\(difficult)\" is neither 0 nor 1 for difficult")
    }
    objects.append(
      (.init(name: name, isDifficult: difficult == "1", box: box), parser.lineNumber))
  }
}
