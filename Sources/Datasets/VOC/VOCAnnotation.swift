public import Foundation

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

  /// Reads a file. Throws a sentence with file and line for what is no annotation: bad XML, a document type, an element
  /// that stands twice where one belongs, a class that does not exist, a box that is inverted or not inside the image.
  public init(contentsOf url: URL) throws(DatasetError) {
    let path = url.path
    let bytes = try SmallFile.bytes(at: path, limit: XMLElements.largest)
    do throws(XMLElements.Fault) { try self.init(XMLElements(bytes)) } catch {
      let place = error.line.map { "\(path), line \($0)" } ?? path
      throw DatasetError("\(place): \(error.sentence)")
    }
  }

  private init(_ elements: XMLElements) throws(XMLElements.Fault) {
    let root = 0
    guard elements[root].name == "annotation" else {
      throw .init(
        sentence: "the root is \(elements[root].name), not annotation", line: elements[root].line)
    }
    guard let size = try elements.child("size", of: root),
      let width = try elements.text(of: "width", in: size).flatMap({ Int($0) }),
      let height = try elements.text(of: "height", in: size).flatMap({ Int($0) }),
      width > 0, height > 0
    else { throw .init(sentence: "there is no size of the image", line: nil) }
    var objects: [Object] = []
    try elements.forEachChild(of: root) { number throws(XMLElements.Fault) in
      guard elements[number].name == "object" else { return }
      let object = try Object(elements, number)
      let box = object.box
      guard box[0] >= 1, box[1] >= 1, box[2] <= Double(width), box[3] <= Double(height) else {
        throw .init(
          sentence: "the box \(box) lies outside of the image of \(width) x \(height)",
          line: elements[number].line)
      }
      objects.append(object)
    }
    self.width = width
    self.height = height
    self.objects = objects
  }
}

extension VOCAnnotation.Object {
  private static let sides = ["xmin", "ymin", "xmax", "ymax"]

  /// Reads the element with a number. Parts of an object have names and boxes of their own, which are not read.
  fileprivate init(_ elements: XMLElements, _ number: Int) throws(XMLElements.Fault) {
    func fault(_ sentence: String) -> XMLElements.Fault {
      .init(sentence: sentence, line: elements[number].line)
    }
    let name = try elements.text(of: "name", in: number) ?? ""
    guard VOCDevkit.classes.contains(name) else { throw fault("there is no class \"\(name)\"") }
    var box: [Double] = []
    if let place = try elements.child("bndbox", of: number) {
      for side in Self.sides {
        if let value = try elements.text(of: side, in: place).flatMap(Double.init(decimal:)) {
          box.append(value)
        }
      }
    }
    guard box.count == Self.sides.count else {
      throw fault("the object \(name) has no box of four numbers")
    }
    guard box[0] <= box[2], box[1] <= box[3] else {
      throw fault("the box \(box) of \(name) is inverted or empty")
    }
    let difficult = try elements.text(of: "difficult", in: number) ?? "0"
    guard ["0", "1"].contains(difficult) else {
      throw fault("\"\(difficult)\" is neither 0 nor 1 for difficult")
    }
    self.init(name: name, isDifficult: difficult == "1", box: box)
  }
}

extension Double {
  /// A finite number in decimal digits.
  fileprivate init?(decimal text: String) {
    guard text.utf8.allSatisfy(\.isOfDecimal), let value = Double(text), value.isFinite else {
      return nil
    }
    self = value
  }
}
