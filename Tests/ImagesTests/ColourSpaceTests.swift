import Foundation
import Images
import Testing

/// Photos of 9 x 6 pixels in the colour spaces that ImageNet has. Made by libjpeg-turbo (quality 60, optimised codes) and
/// Pillow 13, whose `convert("RGB")` gave the pixels.
struct ColourSpaceTests {
  struct Sample: CustomTestStringConvertible, Sendable {
    let testDescription: String
    let file: String
    let pixels: String

    init(_ name: String, _ file: String, pixels: String) {
      testDescription = name
      self.file = file
      self.pixels = pixels
    }
  }

  @Test("a photo has the pixels that Pillow makes of it", arguments: samples)
  func pixels(_ sample: Sample) throws {
    let file = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID()).JPEG")
    defer { try? FileManager.default.removeItem(at: file) }
    try #require(Data(base64Encoded: sample.file)).write(to: file)
    let photo = try ImageFile.photo(file)
    #expect(photo.width == 9 && photo.height == 6 && photo.channels == 3)
    #expect(Data(photo.bytes) == Data(base64Encoded: sample.pixels))
  }

  static let samples = [
    Sample(
      "four inks, stored inverted as Adobe does",
      """
      /9j/7gAOQWRvYmUAZAAAAAAA/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZMTlJTUjI+\
      WmFaUGBKUVJP/8AAFAgABgAJBEMRAE0RAFkRAEsRAP/EABkAAAIDAQAAAAAAAAAAAAAAAAUHAAIDBP/EACAQAAECBgMBAAAAAAAAAAAA\
      AAACBAYWQ1GBkRQhMWH/2gAOBEMATQBZAEsAAD8AGwNTwVkZpdGglHNTJu1Yo68GaSRml0aFidvBR8P/2Q==
      """,
      pixels: """
        AABaDABUFgBPIgBJMgA8QAA0TwAqYQAccQEQABBlDRFeGRJYJRNQNxNCRRQ4VhUuahYfehYRACNwDiVnGydgKShYPClISys9XS0yci4h\
        hS8SADd5DzluHTxoKz5dQEBNUEJBY0U1eUcjjEgTAFOCEFZ3H1pvLl1kRGBSVWJFaWc4gGkmlGwVAGyMEm9/IXV2MXhqSHtXW39Kb4M7\
        iIconIoW
        """),
    Sample(
      "four inks as YCCK",
      """
      /9j/7gAOQWRvYmUAZAAAAAAC/9sAQwANCQoLCggNCwoLDg4NDxMgFRMSEhMnHB4XIC4pMTAuKS0sMzpKPjM2RjcsLUBXQUZMTlJTUjI+\
      WmFaUGBKUVJP/9sAQwEODg4TERMmFRUmTzUtNU9PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09P\
      /8AAFAgABgAJBAEiAAIRAQMRAQQiAP/EABYAAQEBAAAAAAAAAAAAAAAAAAADBP/EAB8QAAEDAwUAAAAAAAAAAAAAAAACAwQGFCEWMTJh\
      Yv/EABUBAQEAAAAAAAAAAAAAAAAAAAMF/8QAGxEAAQQDAAAAAAAAAAAAAAAAAwABBRQEISL/2gAOBAEAAhEDEQQAAD8ApLqJ/PIw6if9\
      AFGEAOs2kMvjBsPyrxYKMbG2xR0Af//Z
      """,
      pixels: """
        AAJKAwNLDgVHGwU+KwQwOwQkTAUZWgUQYgcKAw9aChFbFRJVJBNLNRI7RhMvWRQjaRYacRgTBiJpDiVqGydkLClZPilHUSo5ZSwtdS4k\
        gDEcBzZ1DzlzHj1tLz9hQj9QVkFAbEQzfEgoh0oiCE1/EVJ/IFZ4M1lrSFlYXFxIc2E5g2QukGgnDmOMF2ePKG6IPHB5U3FmaXRUgHpF\
        k386noIy
        """),
    Sample(
      "grey",
      """
      /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNS\
      Mj5aYVpQYEpRUk//wAALCAAGAAkBAREA/8QAFQABAQAAAAAAAAAAAAAAAAAABQf/xAAXEAEAAwAAAAAAAAAAAAAAAAAABkOB/9oACAEB\
      AAA/ADYNXimv/9k=
      """,
      pixels: """
        AAAAHx8fODg4UVFRdHR0jY2Np6enxsbG4ODgAAAAHx8fODg4UVFRdHR0jY2Np6enxsbG4ODgAAAAHx8fODg4UVFRdHR0jY2Np6enxsbG\
        4ODgAAAAHx8fODg4UVFRdHR0jY2Np6enxsbG4ODgAAAAHx8fODg4UVFRdHR0jY2Np6enxsbG4ODgAAAAHx8fODg4UVFRdHR0jY2Np6en\
        xsbG4ODg
        """),
    Sample(
      "an orientation, which no pixel depends on",
      """
      /9j/4AAQSkZJRgABAQAAAQABAAD/4QAiRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAV\
      ExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxOUlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09P\
      T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT0//wAARCAAGAAkDASIAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAA\
      AAME/8QAGxAAAgEFAAAAAAAAAAAAAAAAAAQDBhYhMmL/xAAVAQEBAAAAAAAAAAAAAAAAAAADBP/EABsRAAAHAQAAAAAAAAAAAAAAAAAB\
      AgMFFCEE/9oADAMBAAIRAxEAPwCKlPQY1N9vL8gEkw6uyeh4rocrlo//2Q==
      """,
      pixels: """
        AA7LABHCFxKqNROOVg9rcw9NkRA2pBMksRUZACrbDSzSKS69Ri6eaCt7hStfoSxGtS40xDAsDE3pG0/gN1HKVFGsdk6KlE1rsFBUw1JC\
        01U8FWzxJG7nP2/RXXC1fm2Rm2xyt25bzHBL3XREHY35LJDwR5HaZZG+ho6ZpI17wI9k05JS5JZLKqb/Oan9VavocqrLlKinsaiJzahx\
        4Ktf8a9Y
        """),
  ]
}
