import CheckpointFormat

/// A storage that a pickle refers to by its key.
struct StorageReference {
  let key: String
  let type: ElementType
  /// Elements.
  let count: Int
  /// First element of a view into another storage of the file's older form.
  var offset = 0
}

/// A tensor as a strided view of a storage.
struct TensorView {
  let storage: StorageReference
  /// First element.
  let offset: Int
  let shape: [Int]
  /// Elements between neighbours of each axis.
  let strides: [Int]

  /// Throws unless every element lies in the storage.
  init(storage: StorageReference, offset: Int, shape: [Int], strides: [Int]) throws(CheckpointError)
  {
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
    guard count == 0 || last < storage.count else {
      throw CheckpointError(.sizeMismatch, "a tensor lies outside of its storage \(storage.key)")
    }
    self.storage = storage
    self.offset = offset
    self.shape = shape
    self.strides = strides
  }

  /// Bytes of the tensor when its elements lie side by side.
  var byteCount: Int {
    shape.reduce(1, *) * storage.type.byteCount
  }

  /// The elements of `bytes`, row-major.
  func elements(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
    let width = storage.type.byteCount
    let first = (offset + storage.offset) * width
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
