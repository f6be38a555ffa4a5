internal import CTorch

extension Tensor {
  /// Element by element, with broadcasting.
  public static func + (x: Tensor, y: Tensor) throws(TensorError) -> Tensor {
    try binary("add", .CT_ADD, x, y)
  }
  /// Element by element, with broadcasting.
  public static func - (x: Tensor, y: Tensor) throws(TensorError) -> Tensor {
    try binary("subtract", .CT_SUBTRACT, x, y)
  }
  /// Element by element, with broadcasting.
  public static func * (x: Tensor, y: Tensor) throws(TensorError) -> Tensor {
    try binary("multiply", .CT_MULTIPLY, x, y)
  }
  /// Element by element, with broadcasting.
  public static func / (x: Tensor, y: Tensor) throws(TensorError) -> Tensor {
    try binary("divide", .CT_DIVIDE, x, y)
  }
  /// Every element plus a number.
  public static func + (x: Tensor, y: Double) throws(TensorError) -> Tensor {
    try scalar("add", .CT_ADD_SCALAR, x, y)
  }
  /// Every element times a number.
  public static func * (x: Tensor, y: Double) throws(TensorError) -> Tensor {
    try scalar("multiply", .CT_MULTIPLY_SCALAR, x, y)
  }
  /// Every element divided by a number.
  public static func / (x: Tensor, y: Double) throws(TensorError) -> Tensor {
    try scalar("divide", .CT_MULTIPLY_SCALAR, x, 1 / y)
  }

  /// Sum of tensors of one shape, from the first on. Throws where there is none.
  public static func sum(_ terms: [Tensor]) throws(TensorError) -> Tensor {
    guard var total = terms.first else {
      throw TensorError(operation: "sum", code: .refused, message: "there is nothing to add")
    }
    for term in terms.dropFirst() { total = try total + term }
    return total
  }

  /// The larger element of each pair.
  public func maximum(_ other: Tensor) throws(TensorError) -> Tensor {
    try Self.binary("maximum", .CT_MAXIMUM, self, other)
  }
  /// Elements at least `bound`.
  public func atLeast(_ bound: Double) throws(TensorError) -> Tensor {
    try Self.scalar("at least", .CT_AT_LEAST, self, bound)
  }
  /// Every element, or `bound` where it is larger.
  public func atMost(_ bound: Double) throws(TensorError) -> Tensor {
    try negated().atLeast(-bound).negated()
  }
  /// Whether each element equals that of `other`, as a bool tensor.
  public func isEqual(to other: Tensor) throws(TensorError) -> Tensor {
    try Self.binary("equal", .CT_EQUAL, self, other)
  }
  /// Whether each element exceeds that of `other`, as a bool tensor.
  public func isGreater(than other: Tensor) throws(TensorError) -> Tensor {
    try Self.binary("greater", .CT_GREATER, self, other)
  }
  /// Whether each element exceeds `bound`, as a bool tensor.
  public func isGreater(than bound: Double) throws(TensorError) -> Tensor {
    try Self.scalar("greater", .CT_GREATER_SCALAR, self, bound)
  }
  /// Matrix product over the last two axes; the axes before them broadcast.
  public func matrixProduct(_ other: Tensor) throws(TensorError) -> Tensor {
    try Self.binary("matrix product", .CT_MATRIX_PRODUCT, self, other)
  }
  /// Every element to the power of `exponent`.
  public func power(_ exponent: Double) throws(TensorError) -> Tensor {
    try Self.scalar("power", .CT_POWER_SCALAR, self, exponent)
  }
  /// Minus every element.
  public func negated() throws(TensorError) -> Tensor { try unary("negate", .CT_NEGATE) }
  /// Absolute value of every element.
  public func absolute() throws(TensorError) -> Tensor { try unary("absolute", .CT_ABSOLUTE) }
  /// Square of every element.
  public func squared() throws(TensorError) -> Tensor { try unary("square", .CT_SQUARE) }
  /// Square root of every element.
  public func squareRoot() throws(TensorError) -> Tensor {
    try unary("square root", .CT_SQUARE_ROOT)
  }
  /// Exponential of every element.
  public func exponential() throws(TensorError) -> Tensor {
    try unary("exponential", .CT_EXPONENTIAL)
  }
  /// Natural logarithm of every element.
  public func logarithm() throws(TensorError) -> Tensor { try unary("logarithm", .CT_LOGARITHM) }
  /// 1 / (1 + exp(-x))
  public func sigmoid() throws(TensorError) -> Tensor {
    try (try negated().exponential() + 1).power(-1)
  }
  /// log(1 + exp(x)) = max(x, 0) + log(1 + exp(-|x|)), which cannot overflow.
  public func softplus() throws(TensorError) -> Tensor {
    try relu() + (try (try absolute().negated().exponential() + 1).logarithm())
  }
  /// x where it is positive, slope * x elsewhere.
  public func leakyRelu(slope: Double) throws(TensorError) -> Tensor {
    try relu() - (try negated().relu() * slope)
  }
  /// max(x, 0)
  public func relu() throws(TensorError) -> Tensor { try unary("relu", .CT_RELU) }
  /// min(max(x, 0), 6)
  public func relu6() throws(TensorError) -> Tensor { try unary("relu6", .CT_RELU6) }
  /// max(x, 0), overwriting the elements; saves a copy where the argument is not needed again.
  public func reluInPlace() throws(TensorError) -> Tensor {
    try produce("relu") { ct_relu_in_place(pointer, $0) }
  }
  /// self <- self * scale + other * factor, in place and outside autograd.
  public func scaleAndAdd(scale: Double, _ other: Tensor, factor: Double) throws(TensorError) {
    try check("scale and add", ct_scale_and_add(pointer, scale, other.pointer, factor))
  }

  private func unary(_ name: String, _ operation: ct_unary) throws(TensorError) -> Tensor {
    try produce(name) { ct_apply_unary(operation, pointer, $0) }
  }

  private static func binary(_ name: String, _ operation: ct_binary, _ x: Tensor, _ y: Tensor)
    throws(TensorError) -> Tensor
  {
    try produce(name) { ct_apply_binary(operation, x.pointer, y.pointer, $0) }
  }

  private static func scalar(_ name: String, _ operation: ct_scalar, _ x: Tensor, _ y: Double)
    throws(TensorError) -> Tensor
  {
    try produce(name) { ct_apply_scalar(operation, x.pointer, y, $0) }
  }
}
