import CheckpointFormat
import Foundation

/// Writes the pickle of an ordered state dict, protocol 2, with the tensors' storages numbered in order.
struct PickleWriter {
  private var bytes: [UInt8] = [0x80, 2]

  static func stateDict(_ tensors: [StoredTensor]) -> Data {
    var writer = PickleWriter()
    writer.global("collections", "OrderedDict")
    writer.bytes += [0x29, 0x52, 0x28]  // (), call, mark
    for (index, tensor) in tensors.enumerated() {
      writer.text(tensor.name)
      writer.tensor(tensor, storage: index)
    }
    writer.bytes += [0x75, 0x2E]  // set all, stop
    return Data(writer.bytes)
  }

  private mutating func tensor(_ tensor: StoredTensor, storage: Int) {
    global("torch._utils", "_rebuild_tensor_v2")
    bytes += [0x28, 0x28]  // marks of the arguments and of the storage
    text("storage")
    global("torch", Whitelist.storageName(of: tensor.elementType))
    text(String(storage))
    text("cpu")
    integer(tensor.elementCount)
    bytes += [0x74, 0x51]  // tuple, persistent
    integer(0)
    tuple(tensor.shape)
    // Row-major: an axis strides over all that follow it.
    tuple(tensor.shape.indices.map { tensor.shape[($0 + 1)...].reduce(1, *) })
    bytes.append(0x89)  // requires no gradient
    global("collections", "OrderedDict")
    bytes += [0x29, 0x52, 0x74, 0x52]  // no hooks; tuple, call
  }

  private mutating func tuple(_ values: [Int]) {
    bytes.append(0x28)
    for value in values { integer(value) }
    bytes.append(0x74)
  }

  private mutating func global(_ module: String, _ name: String) {
    bytes += [0x63] + Array("\(module)\n\(name)\n".utf8)
  }

  private mutating func text(_ text: String) {
    bytes.append(0x58)
    bytes.append(littleEndian: UInt32(text.utf8.count))
    bytes += Array(text.utf8)
  }

  private mutating func integer(_ value: Int) {
    if let small = Int32(exactly: value) {
      bytes.append(0x4A)
      bytes.append(littleEndian: small)
    } else {
      bytes += [0x8A, 8]
      bytes.append(littleEndian: value)
    }
  }
}
