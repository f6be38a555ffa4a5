import Datasets
import Foundation
import Images
import TestSupport
import Testing

/// Files of unusual kinds, which other programs wrote (Pillow 13.0.0).
struct MaskTests {
  private func file(_ base64: String, _ name: String) throws -> URL {
    let directory = RestoredData.temporaryDirectory
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let url = directory.appendingPathComponent(name)
    try #require(Data(base64Encoded: base64)).write(to: url)
    return url
  }

  @Test(
    "masks of 1, 2 and 4 bits are read as they are stored",
    arguments: [
      (
        2,
        "iVBORw0KGgoAAAANSUhEUgAAAAkAAAACAQMAAACwmGSQAAAABlBMVEUAAwYJDA/0d/XRAAAADklEQVR4nGMIZWBcdQ0AA9wB18Gmmv4AAAAASUVORK5CYII="
      ),
      (
        4,
        "iVBORw0KGgoAAAANSUhEUgAAAAkAAAACAgMAAAD3OB5AAAAADFBMVEUAAwYJDA8SFRgbHiFXuVUvAAAAEElEQVR4nGOQlmZgCWS4AgADPgFgKVgZVwAAAABJRU5ErkJggg=="
      ),
      (
        16,
        "iVBORw0KGgoAAAANSUhEUgAAAAkAAAACBAMAAAB4eOvgAAAAMFBMVEUAAwYJDA8SFRgbHiEkJyotMDM2OTw/QkVIS05RVFdaXWBjZmlsb3J1eHt+gYSHio1XRa8bAAAAFElEQVR4nGNkVFJSkmScpaQkpAAACKIBk7LU0aIAAAAASUVORK5CYII="
      ),
    ])
  func narrowPalettes(_ colours: Int, _ base64: String) throws {
    let mask = try ImageFile.mask(file(base64, "mask.png"))
    #expect(mask.width == 9 && mask.height == 2)
    #expect(mask.bytes == (0..<18).map { UInt8($0 % colours) })
  }

  @Test("a grey mask of 8 bits holds classes, one of 16 bits is refused with its name")
  func greyMasks() throws {
    let grey = try ImageFile.mask(
      file(
        "iVBORw0KGgoAAAANSUhEUgAAAAkAAAACCAAAAACvPakPAAAAEElEQVR4nGP8z8QIBZwwBgAUGgEcNgn7BwAAAABJRU5ErkJggg==",
        "grey.png"))
    #expect(grey.bytes == [255] + (1..<18).map { UInt8($0) })
    let wide = try file(
      "iVBORw0KGgoAAAANSUhEUgAAAAkAAAACEAAAAAD/rXVMAAAAFUlEQVR4nGP8/5+JiREVcHKiCTACAEzWAjUXHGNzAAAAAElFTkSuQmCC",
      "wide.png")
    let error = #expect(throws: ImageError.self) { try ImageFile.mask(wide) }
    #expect(error?.description.contains("wide.png") == true)
  }

  @Test("grey and CMYK photos become RGB; an orientation tag turns nothing")
  func photosOfOtherKinds() throws {
    // Tables that every baseline JPEG repeats.
    let quantisation =
      "/9sAQwAIBgYHBgUIBwcHCQkICgwUDQwLCwwZEhMPFB0aHx4dGhwcICQuJyAiLCMcHCg3KSwwMTQ0NB8nOT04MjwuMzQy"
    let huffman =
      "AQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6"
    let grey = try ImageFile.photo(
      file(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAAIABABAREA/8QAHwAA"
          + huffman + "/9oACAEBAAA/AOZor//Z", "grey.jpg"))
    #expect(grey.channels == 3 && Set(grey.bytes) == [90])
    let cmyk = try ImageFile.photo(
      file(
        "/9j/7gAOQWRvYmUAZAAAAAAA" + quantisation
          + "/8AAFAgACAAQBEMRAE0RAFkRAEsRAP/EAB8AAAEFAQEBAQEBAAAAAAAAAAABAgMEBQYHCAkKC//EALUQAAIBAwMCBAMFBQQEAAABfQECAwAEEQUSITFBBhNRYQcicRQygZGhCCNCscEVUtHwJDNicoIJChYXGBkaJSYnKCkqNDU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6g4SFhoeIiYqSk5SVlpeYmZqio6Slpqeoqaqys7S1tre4ubrCw8TFxsfIycrS09TV1tfY2drh4uPk5ebn6Onq8fLz9PX29/j5+v/aAA4EQwBNAFkASwAAPwD2uvNq9Dr1eiiiiv/Z",
        "cmyk.jpg"))
    #expect(cmyk.channels == 3 && Array(cmyk.bytes.prefix(3)) == [198, 46, 164])
    let turned = try ImageFile.photo(
      file(
        "/9j/4AAQSkZJRgABAQAAAQABAAD/4QAiRXhpZgAATU0AKgAAAAgAAQESAAMAAAABAAYAAAAAAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/2wBDAQkJCQwLDBgNDRgyIRwhMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjIyMjL/wAARCAAIABADASIAAhEBAxEB/8QAHwAA"
          + huffman
          + "/8QAHwEAAwEBAQEBAQEBAQAAAAAAAAECAwQFBgcICQoL/8QAtREAAgECBAQDBAcFBAQAAQJ3AAECAxEEBSExBhJBUQdhcRMiMoEIFEKRobHBCSMzUvAVYnLRChYkNOEl8RcYGRomJygpKjU2Nzg5OkNERUZHSElKU1RVVldYWVpjZGVmZ2hpanN0dXZ3eHl6goOEhYaHiImKkpOUlZaXmJmaoqOkpaanqKmqsrO0tba3uLm6wsPExcbHyMnK0tPU1dbX2Nna4uPk5ebn6Onq8vP09fb3+Pn6/9oADAMBAAIRAxEAPwDm6KKKxP0Q/9k=",
        "turned.jpg"))
    #expect(turned.width == 16 && turned.height == 8)
    #expect(Array(turned.bytes.prefix(3)) == [200, 39, 80])
  }
}
