import Foundation

/// Which elements of which tensors go into one chunk.
struct ChunkPlan {
  /// A run of elements of one tensor.
  struct Piece: Equatable {
    var tensor: Int
    var elements: Range<Int>
  }

  /// Uncompressed bytes after which a chunk ends at the next end of a tensor.
  static let preferredBytes = 64 << 10
  /// Uncompressed bytes of the longest chunk that is written: four planes of 64 KiB.
  static let longestBytes = 256 << 10

  var type: ElementType
  var pieces: [Piece] = []
  var elements = 0

  /// Uncompressed bytes.
  var byteCount: Int { elements * type.byteCount }

  /// Cuts the stream that the tensors make, end to end. `counts` are numbers of elements.
  static func cut(counts: [Int], type: ElementType) -> [ChunkPlan] {
    let longest = longestBytes / type.byteCount
    var chunks: [ChunkPlan] = []
    var chunk = ChunkPlan(type: type)
    for (tensor, count) in counts.enumerated() {
      var start = 0
      while start < count {
        let taken = min(count - start, longest - chunk.elements)
        chunk.pieces.append(Piece(tensor: tensor, elements: start..<(start + taken)))
        chunk.elements += taken
        start += taken
        let full = chunk.elements == longest
        let enough = start == count && chunk.byteCount >= preferredBytes
        if full || enough {
          chunks.append(chunk)
          chunk = ChunkPlan(type: type)
        }
      }
    }
    return chunk.elements > 0 ? chunks + [chunk] : chunks
  }
}
