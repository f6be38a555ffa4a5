import CheckpointFormat

/// The names that a pickle may use.
enum Whitelist {
  /// An allowed name.
  struct Global {
    /// `module.name`
    let name: String
    let meaning: Meaning
  }

  /// What a name stands for.
  enum Meaning {
    case storage(ElementType)
    case orderedDictionary
    case counter
    case namespace
    case set
    case device
    /// The name of a type of elements, which is never called.
    case elementType
    case size
    /// `_rebuild_tensor` and `_rebuild_tensor_v2`
    case tensor
    case parameter
    /// `_codecs.encode`, by which protocol 2 writes bytes.
    case encoding
    case numPyType
    case numPyScalar
  }

  private static let storages: [String: ElementType] = [
    "FloatStorage": .float32, "DoubleStorage": .float64, "HalfStorage": .float16,
    "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32,
    "ShortStorage": .int16, "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
  ]

  private static let meanings: [String: Meaning] = [
    "collections.OrderedDict": .orderedDictionary, "collections.Counter": .counter,
    "argparse.Namespace": .namespace, "torch.Size": .size, "torch.device": .device,
    "builtins.set": .set, "__builtin__.set": .set,
    "torch._utils._rebuild_tensor": .tensor, "torch._utils._rebuild_tensor_v2": .tensor,
    "torch._utils._rebuild_parameter": .parameter, "_codecs.encode": .encoding,
    "numpy.dtype": .numPyType, "numpy.core.multiarray.scalar": .numPyScalar,
    "numpy._core.multiarray.scalar": .numPyScalar,
  ]

  /// What is stored in a way that this suite has no tensors for.
  private static let foreignTensors: [String: String] = [
    "torch.ComplexFloatStorage": "complex numbers", "torch.ComplexDoubleStorage": "complex numbers",
    "torch.storage.UntypedStorage": "a storage without a type",
    "torch._utils._rebuild_tensor_v3": "elements of one of PyTorch's newer types",
    "torch._utils._rebuild_sparse_tensor": "a sparse tensor",
    "torch._utils._rebuild_qtensor": "a quantized tensor",
    "torch._utils._rebuild_nested_tensor": "a nested tensor",
    "torch._tensor._rebuild_from_type_v2": "a tensor of a class of its own",
    "torch._utils._rebuild_parameter_with_state": "a parameter with attributes",
  ]

  /// PyTorch's name of the storages of a type.
  static func storageName(of type: ElementType) -> String {
    storages.first { $0.value == type }?.key ?? type.rawValue
  }

  /// The meaning of an allowed name; any other one is refused with what to do.
  static func global(module: String, name: String) throws(CheckpointError) -> Global {
    let full = "\(module).\(name)"
    if let meaning = meanings[full] { return Global(name: full, meaning: meaning) }
    if module == "torch", let type = storages[name] {
      return Global(name: full, meaning: .storage(type))
    }
    if module == "torch", ElementType(rawValue: name) != nil {
      return Global(name: full, meaning: .elementType)
    }
    if let what = foreignTensors[full] {
      throw CheckpointError(
        .unsupportedContent,
        "the pickle holds \(what) (\(full)), for which there is no place here: convert it in Python "
          + "to a plain tensor of numbers and save it anew")
    }
    throw CheckpointError(
      .unsupportedContent,
      "the pickle names \(full), which is not on the list of what a state dict needs: if you trust the "
        + "file, save its weights alone in Python, as in "
        + "torch.save(torch.load(FILE, weights_only=False)[\"state_dict\"], \"weights.pth\")")
  }
}
