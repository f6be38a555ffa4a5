internal import CXML

/// The elements of a small XML document without document type, in file order, the root first.
struct XMLElements {
  /// One element.
  struct Element {
    /// Without prefix; elements in a namespace are refused.
    let name: String
    /// What stands before the first element inside: characters, CDATA and references joined.
    let text: String
    /// Line of the start tag, from 1.
    let line: Int
    /// Number of the element that follows this one and those inside it.
    let end: Int
  }

  /// What is wrong with a document.
  struct Fault: Error {
    let sentence: String
    /// From 1; nil where none is known.
    let line: Int?
  }

  /// Bytes of the largest document that is read.
  static let largest = Int(CX_LARGEST_DOCUMENT)

  private let elements: [Element]

  /// Reads a document through libxml2, which reports everything: what it calls an error is one.
  init(_ bytes: [UInt8]) throws(Fault) {
    guard !bytes.isEmpty else { throw Fault(sentence: "the file is empty", line: nil) }
    var document = cx_document(elements: nil, count: 0, text: nil)
    var failure = cx_failure()
    let status = cx_read(bytes, bytes.count, &document, &failure)
    guard status == .CX_OK, let text = document.text else {
      let message = withUnsafeBytes(of: failure.message) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      throw Fault(
        sentence: status == .CX_DAMAGED ? "this is no well-formed XML (\(message))" : message,
        line: failure.line > 0 ? Int(failure.line) : nil)
    }
    defer { cx_free(document) }
    let pool = UnsafeRawPointer(text)
    func string(_ start: UInt32, _ count: UInt32) -> String {
      String(
        decoding: UnsafeRawBufferPointer(start: pool + Int(start), count: Int(count)),
        as: UTF8.self)
    }
    elements = UnsafeBufferPointer(start: document.elements, count: document.count).map {
      Element(
        name: string($0.name, $0.name_count), text: string($0.text, $0.text_count),
        line: Int($0.line), end: Int($0.end))
    }
  }

  /// The element with a number; 0 is the root.
  subscript(_ number: Int) -> Element { elements[number] }

  /// Hands the numbers of the elements directly inside `parent` to `body`.
  func forEachChild(of parent: Int, _ body: (Int) throws(Fault) -> Void) throws(Fault) {
    var child = parent + 1
    while child < elements[parent].end {
      try body(child)
      child = elements[child].end
    }
  }

  /// The element called `name` directly inside `parent`; nil where there is none. Throws for a second one.
  func child(_ name: String, of parent: Int) throws(Fault) -> Int? {
    var found: Int?
    try forEachChild(of: parent) { child throws(Fault) in
      guard elements[child].name == name else { return }
      if let found {
        throw Fault(
          sentence: "a second \(name) in \(elements[parent].name); the first is in line "
            + "\(elements[found].line)", line: elements[child].line)
      }
      found = child
    }
    return found
  }

  /// The text of the element called `name` directly inside `parent`, without white space around it. Throws for a second
  /// one, and for one with elements inside, whose text would be cut.
  func text(of name: String, in parent: Int) throws(Fault) -> String? {
    guard let child = try child(name, of: parent) else { return nil }
    let element = elements[child]
    guard element.end == child + 1 else {
      throw Fault(sentence: "\(name) holds another element", line: element.line)
    }
    return element.text.trimmingASCIISpace
  }
}

extension String {
  /// Without XML's white space at both ends.
  fileprivate var trimmingASCIISpace: String {
    let isSpace = { (byte: UInt8) in byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
    guard let first = utf8.first, let last = utf8.last, isSpace(first) || isSpace(last) else {
      return self
    }
    let start = utf8.firstIndex { !isSpace($0) } ?? endIndex
    let end = utf8.lastIndex { !isSpace($0) }.map { utf8.index(after: $0) } ?? start
    return String(self[start..<end])
  }
}
