import CheckpointFormat

/// A storage that a pickle refers to by its key.
struct StorageReference: Equatable {
  let key: String
  let type: ElementType
  /// Elements of the whole storage.
  let wholeCount: Int
  /// The elements of it that can be reached: a part in the views of the file's older form.
  let part: Range<Int>
}

/// A tensor as a strided view of a storage.
struct TensorView {
  let storage: StorageReference
  /// First element.
  let offset: Int
  let shape: [Int]
  /// Elements between neighbours of each axis.
  let strides: [Int]
  /// Whether the numbers have the other sign than those of the storage.
  let isNegated: Bool

  /// Throws unless every element lies in the storage. `isNegated` is for floating-point numbers.
  init(
    storage: StorageReference, offset: Int, shape: [Int], strides: [Int], isNegated: Bool = false
  ) throws(CheckpointError) {
    let count = try TensorSize.elements(shape: shape, tensor: "of storage \(storage.key)")
    guard strides.count == shape.count, offset >= 0 else {
      throw CheckpointError(.malformedHeader, "a tensor's strides do not fit its shape")
    }
    var last = offset
    for (extent, stride) in zip(shape, strides) where count > 0 {
      let (step, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
      let (sum, overflowed) = last.addingReportingOverflow(step)
      guard stride >= 0, !overflow, !overflowed else {
        throw CheckpointError(.limitExceeded, "a tensor's strides are impossible")
      }
      last = sum
    }
    guard count == 0 || last < storage.part.count else {
      throw CheckpointError(.sizeMismatch, "a tensor lies outside of its storage \(storage.key)")
    }
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.strides = strides
    self.isNegated = isNegated
  }

  /// Bytes of the tensor when its elements lie side by side.
  var byteCount: Int { shape.reduce(1, *) * storage.type.byteCount }

  /// The elements of `bytes`, row-major.
  func elements(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
    var elements = gathered(from: bytes)
    guard isNegated else { return elements }
    // The sign is the highest bit of an element's last byte.
    let width = storage.type.byteCount
    for last in stride(from: width - 1, to: elements.count, by: width) { elements[last] ^= 0x80 }
    return elements
  }

  private func gathered(from bytes: UnsafeRawBufferPointer) -> [UInt8] {
    // A tensor without elements may point anywhere.
    guard byteCount > 0 else { return [] }
    let width = storage.type.byteCount
    let first = (offset + storage.part.lowerBound) * width
    guard !isContiguous else { return [UInt8](bytes[first..<(first + byteCount)]) }
    return [UInt8](unsafeUninitializedCapacity: byteCount) { target, used in
      var index = [Int](repeating: 0, count: shape.count)
      var place = first
      while used < byteCount {
        for byte in 0..<width { target[used + byte] = bytes[place + byte] }
        used += width
        var axis = shape.count - 1
        while axis >= 0 {
          index[axis] += 1
          place += strides[axis] * width
          if index[axis] < shape[axis] { break }
          place -= strides[axis] * width * shape[axis]
          index[axis] = 0
          axis -= 1
        }
      }
    }
  }

  private var isContiguous: Bool {
    var expected = 1
    for (extent, stride) in zip(shape, strides).reversed() {
      if extent > 1 && stride != expected { return false }
      expected *= extent
    }
    return true
  }
}
