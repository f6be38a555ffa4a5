import JSON
import Testing

struct JSONValueTests {
  private func read(_ text: String) throws(JSONError) -> JSONValue {
    try JSONValue(json: text.utf8)
  }

  @Test("what is written is read again, with the same canonical text")
  func roundTrip() throws {
    let value = JSONValue.object([
      "b": .array([.integer(-3), .number(0.1), .null, .bool(true)]), "a": .string("\"\\\t\u{1}é"),
      "whole": .number(2),
    ])
    #expect(try read(value.canonical) == value)
    #expect(try read(value.indented) == value)
    #expect(try read(value.canonical).canonical == value.canonical)
    #expect(value.canonical.hasPrefix(#"{"a":"\"\\\t\u0001é","b":[-3,0.1,null,true]"#))
  }

  @Test("whole numbers are exact and equal to the same number with a fraction of zero")
  func numbers() throws {
    #expect(try read("9007199254740993") == .integer(9_007_199_254_740_993))
    #expect(try read("2.0") == .integer(2))
    #expect(JSONValue(exactly: 7) == .integer(7))
    #expect(JSONValue(exactly: UInt64.max) == .string("18446744073709551615"))
    #expect(JSONValue.number(.nan).canonical == "\"nan\"")
  }

  @Test(
    "what is no JSON, holds a key twice or is nested too deeply is refused",
    arguments: [
      "", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "+1", "NaN", "1e999", "\"\\ud800\"", "\"\n\"",
      "{} {}", "[[[[1]]]]",
    ])
  func refused(text: String) {
    #expect(throws: JSONError.self) { try JSONValue(json: text.utf8, depth: 3) }
  }
}
