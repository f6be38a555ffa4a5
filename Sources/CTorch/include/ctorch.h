// C ABI over libtorch: the only interface through which the suite reaches a tensor.
//
// Rules that hold for every function:
// - It returns a `ct_status`; results go through `out` parameters, which are written on CT_OK only.
// - No C++ exception leaves it. The message of the last failure on this thread is `ct_last_error()`.
// - A `ct_tensor *` written to an `out` parameter belongs to the caller, who frees it with
//   `ct_tensor_free`. Tensor arguments are borrowed for the call.
// - Shapes are row-major extents; `axes` may be negative, counting from the last axis.
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CT_CLOSED __attribute__((enum_extensibility(closed)))
#define CT_CHECKED __attribute__((warn_unused_result))

#pragma clang assume_nonnull begin

/// One reference to a libtorch tensor.
typedef struct ct_tensor ct_tensor;
/// One membership in a group of replicas.
typedef struct ct_process_group ct_process_group;
/// One replica's view of the place where all meet.
typedef struct ct_meeting ct_meeting;
/// What autograd knows of how a tensor was computed.
typedef struct ct_trace ct_trace;

typedef enum CT_CLOSED ct_status {
  CT_OK = 0,
  /// Memory of the host or of a device is exhausted.
  CT_OUT_OF_MEMORY = 1,
  /// libtorch refused the operation (shapes, dtypes, devices, autograd state).
  CT_TORCH = 2,
  /// Anything else that the C++ side threw.
  CT_UNKNOWN = 3,
} ct_status;

typedef enum CT_CLOSED ct_dtype {
  CT_FLOAT32 = 0,
  CT_FLOAT64 = 1,
  CT_FLOAT16 = 2,
  CT_BFLOAT16 = 3,
  CT_INT64 = 4,
  CT_INT32 = 5,
  CT_UINT8 = 6,
  CT_BOOL = 7,
} ct_dtype;

/// `index` < 0 is the host; otherwise the CUDA device of that number.
typedef struct ct_device {
  int32_t index;
} ct_device;

typedef enum CT_CLOSED ct_layout {
  CT_LAYOUT_KEEP = 0,
  CT_LAYOUT_CONTIGUOUS = 1,
  CT_LAYOUT_CHANNELS_LAST = 2,
} ct_layout;

// MARK: system

/// Message of the last failed call on this thread; valid until the next call on this thread.
const char *ct_last_error(void);
/// Version of libtorch, such as "2.13.0"; static.
const char *ct_version(void);
/// Vector instructions that libtorch uses on this CPU, such as "AVX512"; static.
const char *ct_cpu_capability(void);
/// Why CUDA cannot be used, as one sentence without a full stop; NULL when it can. Loads libtorch's CUDA part on the
/// first call, which has to come before any other use of CUDA; static.
const char *_Nullable ct_cuda_obstacle(void);
/// Number of CUDA devices that libtorch can use; 0 with an obstacle. Loads like `ct_cuda_obstacle`.
int32_t ct_cuda_device_count(void);
/// Most memory that tensors on a CUDA device took at once since the last restart, bytes; 0 for the host, and where
/// libtorch, before 2.9, does not tell.
int64_t ct_device_peak_memory(ct_device device);
/// Forgets that peak.
void ct_restart_device_peak_memory(ct_device device);
/// Number of tensors that callers hold.
int64_t ct_live_tensors(void);
/// Threads of one operation, for the whole process. Called by programs, never by libraries.
CT_CHECKED ct_status ct_set_threads(int32_t count);
int32_t ct_threads(void);
/// Makes float32 matrix products and convolutions on CUDA use TF32.
CT_CHECKED ct_status ct_set_tf32(bool enabled);
/// Whether OpenMP's threads wait passively because the environment of the process said nothing about it.
bool ct_chose_passive_waiting(void);
/// Gives the large host blocks kept for reuse back to the system.
void ct_release_host_cache(void);
/// Waits until the work queued on `device` is done; nothing to do on the host.
CT_CHECKED ct_status ct_synchronize(ct_device device);

// MARK: tensors

/// Copies `count` bytes of row-major data into a new tensor; without any, `bytes` may be null.
CT_CHECKED ct_status ct_tensor_from_host(const void *_Nullable bytes, size_t count, ct_dtype dtype,
                                         const int64_t *shape, int32_t rank, ct_device device,
                                         ct_tensor *_Nullable *_Nonnull out);
CT_CHECKED ct_status ct_tensor_full(double value, ct_dtype dtype, const int64_t *shape,
                                    int32_t rank, ct_device device,
                                    ct_tensor *_Nullable *_Nonnull out);
/// Copies the row-major data, converted to `dtype`, into `bytes`; `count` must be its exact size.
CT_CHECKED ct_status ct_tensor_to_host(const ct_tensor *tensor, ct_dtype dtype, void *bytes,
                                       size_t count);
void ct_tensor_free(ct_tensor *_Nullable tensor);
int32_t ct_tensor_rank(const ct_tensor *tensor);
int64_t ct_tensor_extent(const ct_tensor *tensor, int32_t axis);
CT_CHECKED ct_status ct_tensor_dtype(const ct_tensor *tensor, ct_dtype *out);
ct_device ct_tensor_device(const ct_tensor *tensor);
/// Converts; returns a reference to the same data when nothing changes.
CT_CHECKED ct_status ct_tensor_convert(const ct_tensor *tensor, ct_dtype dtype, ct_device device,
                                       ct_layout layout, ct_tensor *_Nullable *_Nonnull out);
CT_CHECKED ct_status ct_tensor_clone(const ct_tensor *tensor, ct_tensor *_Nullable *_Nonnull out);
/// Overwrites the data of `target` (also when it is a leaf of autograd) by that of `source`.
CT_CHECKED ct_status ct_tensor_assign(ct_tensor *target, const ct_tensor *source);
CT_CHECKED ct_status ct_tensor_fill(ct_tensor *target, double value);

// MARK: autograd

/// Sets the calling thread's gradient mode and returns the previous one.
bool ct_set_gradient_mode(bool enabled);
/// Sets the calling thread's autocast dtype; `enabled` false switches autocast off.
CT_CHECKED ct_status ct_set_autocast(bool enabled, ct_dtype dtype, ct_device device);
CT_CHECKED ct_status ct_set_requires_gradient(ct_tensor *tensor, bool required);
bool ct_requires_gradient(const ct_tensor *tensor);
CT_CHECKED ct_status ct_detach(const ct_tensor *tensor, ct_tensor *_Nullable *_Nonnull out);
/// Accumulates the gradient of the scalar `tensor` into the leaves.
CT_CHECKED ct_status ct_backward(const ct_tensor *tensor, bool retain_graph);
/// The accumulated gradient, or NULL when there is none.
CT_CHECKED ct_status ct_gradient(const ct_tensor *tensor, ct_tensor *_Nullable *_Nonnull out);
CT_CHECKED ct_status ct_clear_gradient(ct_tensor *tensor);
/// Gradients of the scalar `tensor` with respect to `inputs`; NULL for an input it does not depend on.
CT_CHECKED ct_status ct_gradients_of(const ct_tensor *tensor,
                                     const ct_tensor *_Nonnull const *_Nonnull inputs,
                                     int32_t count, bool retain_graph, bool create_graph,
                                     ct_tensor *_Nullable *_Nonnull out);

// MARK: element by element

typedef enum CT_CLOSED ct_unary {
  CT_NEGATE, CT_ABSOLUTE, CT_SQUARE, CT_SQUARE_ROOT, CT_EXPONENTIAL, CT_LOGARITHM, CT_RELU,
  CT_SIGN, CT_IS_FINITE, CT_RELU6,
} ct_unary;

typedef enum CT_CLOSED ct_binary {
  CT_ADD, CT_SUBTRACT, CT_MULTIPLY, CT_DIVIDE, CT_MAXIMUM, CT_GREATER, CT_EQUAL,
  CT_MATRIX_PRODUCT,
} ct_binary;

typedef enum CT_CLOSED ct_scalar {
  CT_ADD_SCALAR, CT_MULTIPLY_SCALAR, CT_POWER_SCALAR, CT_AT_LEAST, CT_GREATER_SCALAR,
} ct_scalar;

CT_CHECKED ct_status ct_apply_unary(ct_unary operation, const ct_tensor *x,
                                    ct_tensor *_Nullable *_Nonnull out);
CT_CHECKED ct_status ct_apply_binary(ct_binary operation, const ct_tensor *x, const ct_tensor *y,
                                     ct_tensor *_Nullable *_Nonnull out);
CT_CHECKED ct_status ct_apply_scalar(ct_scalar operation, const ct_tensor *x, double scalar,
                                     ct_tensor *_Nullable *_Nonnull out);
/// ReLU that overwrites its argument and returns another reference to it.
CT_CHECKED ct_status ct_relu_in_place(ct_tensor *x, ct_tensor *_Nullable *_Nonnull out);
/// target <- target * scale + other * factor, outside autograd.
CT_CHECKED ct_status ct_scale_and_add(ct_tensor *target, double scale, const ct_tensor *other,
                                      double factor);

// MARK: reductions and shapes

typedef enum CT_CLOSED ct_reduction { CT_SUM, CT_MEAN, CT_LARGEST } ct_reduction;

/// Reduces `axes`; `axis_count` 0 reduces all.
CT_CHECKED ct_status ct_reduce(ct_reduction reduction, const ct_tensor *x, const int64_t *axes,
                               int32_t axis_count, bool keeps_axes,
                               ct_tensor *_Nullable *_Nonnull out);
CT_CHECKED ct_status ct_reshape(const ct_tensor *x, const int64_t *shape, int32_t rank,
                                ct_tensor *_Nullable *_Nonnull out);
CT_CHECKED ct_status ct_transpose(const ct_tensor *x, int64_t first, int64_t second,
                                  ct_tensor *_Nullable *_Nonnull out);
CT_CHECKED ct_status ct_narrow(const ct_tensor *x, int64_t axis, int64_t start, int64_t length,
                               ct_tensor *_Nullable *_Nonnull out);
/// The rows (first axis) of `x` at int64 `indices`, in their order.
CT_CHECKED ct_status ct_select_rows(const ct_tensor *x, const ct_tensor *indices,
                                    ct_tensor *_Nullable *_Nonnull out);
/// out[i, j] = x[i, indices[i, j]] for matrices.
CT_CHECKED ct_status ct_gather_columns(const ct_tensor *x, const ct_tensor *indices,
                                       ct_tensor *_Nullable *_Nonnull out);
/// int64 positions from the largest element to the smallest; equals keep their order.
CT_CHECKED ct_status ct_descending_order(const ct_tensor *x, int64_t axis,
                                         ct_tensor *_Nullable *_Nonnull out);
/// Overwrites the rows of `target` at int64 `indices` by those of `rows`, outside autograd.
CT_CHECKED ct_status ct_assign_rows(ct_tensor *target, const ct_tensor *indices,
                                    const ct_tensor *rows);
CT_CHECKED ct_status ct_concatenate(const ct_tensor *_Nonnull const *_Nonnull tensors,
                                    int32_t count, int64_t axis,
                                    ct_tensor *_Nullable *_Nonnull out);

// MARK: networks

/// Two-dimensional convolution of NCHW `x` with OIHW `weight`.
CT_CHECKED ct_status ct_conv2d(const ct_tensor *x, const ct_tensor *weight,
                               const ct_tensor *_Nullable bias, int64_t stride, int64_t padding,
                               int64_t dilation, int64_t groups,
                               ct_tensor *_Nullable *_Nonnull out);
/// Transposed convolution of NCHW `x` with IOHW `weight`.
CT_CHECKED ct_status ct_transposed_conv2d(const ct_tensor *x, const ct_tensor *weight,
                                          const ct_tensor *_Nullable bias, int64_t stride,
                                          int64_t padding, ct_tensor *_Nullable *_Nonnull out);
/// Nearest-neighbour interpolation of NCHW `x`.
CT_CHECKED ct_status ct_resize_nearest(const ct_tensor *x, int64_t height, int64_t width,
                                       ct_tensor *_Nullable *_Nonnull out);
/// Bilinear interpolation of NCHW `x`; the corner pixels of both maps lie on each other. `ordered` sums the gradient in
/// a fixed order on every device, which libtorch does on the host alone.
CT_CHECKED ct_status ct_resize_bilinear(const ct_tensor *x, int64_t height, int64_t width,
                                        bool ordered, ct_tensor *_Nullable *_Nonnull out);
/// [N, 1, H, W]: the sum over the channels of NCHW `x`, each times its weight of `weights` [N, 1, C].
CT_CHECKED ct_status ct_weigh_channels(const ct_tensor *x, const ct_tensor *weights,
                                       ct_tensor *_Nullable *_Nonnull out);
/// NCHW `x` with `amount` zeros on every side of its maps.
CT_CHECKED ct_status ct_pad(const ct_tensor *x, int64_t amount, ct_tensor *_Nullable *_Nonnull out);
/// Sets each element to zero with `probability` and divides the others by what is left of 1; the choice follows from
/// `seed` alone.
CT_CHECKED ct_status ct_dropout(const ct_tensor *x, double probability, uint64_t seed,
                                ct_tensor *_Nullable *_Nonnull out);
/// x [N, I] times the transpose of weight [O, I], plus bias [O].
CT_CHECKED ct_status ct_linear(const ct_tensor *x, const ct_tensor *weight,
                               const ct_tensor *_Nullable bias,
                               ct_tensor *_Nullable *_Nonnull out);
/// Batch normalisation over all axes but 1. With `batch_statistics` the running statistics are updated
/// in place by `momentum`; otherwise they are used.
CT_CHECKED ct_status ct_batch_norm(const ct_tensor *x, const ct_tensor *weight,
                                   const ct_tensor *bias, ct_tensor *running_mean,
                                   ct_tensor *running_variance, bool batch_statistics,
                                   double momentum, double epsilon,
                                   ct_tensor *_Nullable *_Nonnull out);
/// Averages of cells; `ordered` as of `ct_resize_bilinear`.
CT_CHECKED ct_status ct_adaptive_average_pool(const ct_tensor *x, int64_t height, int64_t width,
                                              bool ordered, ct_tensor *_Nullable *_Nonnull out);
CT_CHECKED ct_status ct_average_pool(const ct_tensor *x, int64_t kernel, int64_t stride,
                                     ct_tensor *_Nullable *_Nonnull out);
/// Where `rounds_up`, the last window may reach beyond the map.
CT_CHECKED ct_status ct_max_pool(const ct_tensor *x, int64_t kernel, int64_t stride,
                                 int64_t padding, bool rounds_up,
                                 ct_tensor *_Nullable *_Nonnull out);
CT_CHECKED ct_status ct_log_softmax(const ct_tensor *x, int64_t axis,
                                    ct_tensor *_Nullable *_Nonnull out);
/// Mean cross-entropy (nats) of logits [N, C] and int64 labels [N].
CT_CHECKED ct_status ct_cross_entropy(const ct_tensor *logits, const ct_tensor *labels,
                                      ct_tensor *_Nullable *_Nonnull out);
/// Mean cross-entropy (nats) of logits [N, C, H, W] over the pixels of int64 labels [N, H, W] that are not `ignored`;
/// 0 where there are none.
CT_CHECKED ct_status ct_pixel_cross_entropy(const ct_tensor *logits, const ct_tensor *labels,
                                            int64_t ignored, ct_tensor *_Nullable *_Nonnull out);
/// uint8 positions of the largest elements along `axis`, of at most 256; the first of equals.
CT_CHECKED ct_status ct_largest_position(const ct_tensor *x, int64_t axis,
                                         ct_tensor *_Nullable *_Nonnull out);

// MARK: fused

/// Sum of (s - t')^2 over the elements with s > t' or t' > 0, t' = max(t, margin), for NCHW tensors and
/// one margin per channel. Differentiable in `student` only; keeps no copy of its arguments' size.
CT_CHECKED ct_status ct_partial_l2(const ct_tensor *student, const ct_tensor *teacher,
                                   const ct_tensor *margin, ct_tensor *_Nullable *_Nonnull out);
/// The instructions whose fused kernels the calling thread takes: `avx512`, `avx2`, `neon`; NULL where there are none.
const char *_Nullable ct_kernel_level(void);
/// The instructions that this CPU has kernels for, from 0, the widest first; NULL behind the last one.
const char *_Nullable ct_available_kernel_level(int32_t index);
/// Makes the calling thread take the kernels of this name, no kernels for `none`, the widest ones for NULL; false,
/// with nothing changed, for a name that this CPU has no kernels of.
bool ct_force_kernel_level(const char *_Nullable name);
/// The transform of a filter [O, I, 3, 3] that `ct_fused_convolution` takes.
CT_CHECKED ct_status ct_fused_filter(const ct_tensor *weight, ct_tensor *_Nullable *_Nonnull out);
/// 3 x 3 convolution of stride 1 and padding 1 of relu(x * scale + shift) (of x where both are NULL),
/// plus `residual`, without autograd; float32, channels-last, multiples of 16 channels.
/// `statistics`, unless NULL, takes the mean and the biased variance [2, O] of the result.
CT_CHECKED ct_status ct_fused_convolution(const ct_tensor *x, const ct_tensor *filter,
                                          const ct_tensor *_Nullable scale,
                                          const ct_tensor *_Nullable shift,
                                          const ct_tensor *_Nullable residual,
                                          ct_tensor *_Nullable *_Nonnull out,
                                          ct_tensor *_Nullable *_Nullable statistics);
/// x * scale + shift with one float32 value of each per channel, for channels-last float32 maps.
CT_CHECKED ct_status ct_channel_map(const ct_tensor *x, const ct_tensor *scale,
                                    const ct_tensor *shift, ct_tensor *_Nullable *_Nonnull out);
/// Mean and biased variance [2, C] over all axes but 1 of channels-last float32 maps.
CT_CHECKED ct_status ct_channel_moments(const ct_tensor *x, ct_tensor *_Nullable *_Nonnull out);

/// A batch norm by the statistics of the batch, with float32 values per channel. The running ones are moved `moves`
/// times by `momentum`.
typedef struct ct_norm {
  const ct_tensor *weight, *bias;
  ct_tensor *running_mean, *running_variance;
  double momentum, epsilon;
  int32_t moves;
} ct_norm;

/// Whether `x` is what `ct_trained_convolution` and `ct_trained_norm` take, here and now.
bool ct_trains_fused(const ct_tensor *x);
/// `ct_fused_convolution` of relu(norm(x)), or of x where `norm` is NULL, with autograd. `moments` [2, I] are those of
/// x, which are taken where they are NULL. `statistics`, unless NULL, takes those of the result.
CT_CHECKED ct_status ct_trained_convolution(const ct_tensor *x, const ct_tensor *_Nullable moments,
                                            const ct_norm *_Nullable norm, const ct_tensor *weight,
                                            const ct_tensor *_Nullable residual,
                                            ct_tensor *_Nullable *_Nonnull out,
                                            ct_tensor *_Nullable *_Nullable statistics);
/// norm(x), or its ReLU, with autograd; `moments` as above.
CT_CHECKED ct_status ct_trained_norm(const ct_tensor *x, const ct_tensor *_Nullable moments,
                                     const ct_norm *norm, bool rectified,
                                     ct_tensor *_Nullable *_Nonnull out);

// MARK: optimizers

/// One SGD step on all parameters: weight decay, momentum without dampening, Nesterov.
CT_CHECKED ct_status ct_sgd_step(ct_tensor *_Nonnull const *_Nonnull parameters,
                                 ct_tensor *_Nonnull const *_Nonnull momenta, int32_t count,
                                 double learning_rate, double momentum, double weight_decay,
                                 bool nesterov);

// MARK: linear algebra

/// Singular values of matrices, from the largest down.
CT_CHECKED ct_status ct_singular_values(const ct_tensor *x, ct_tensor *_Nullable *_Nonnull out);
/// Eigenvalues of symmetric matrices, from the smallest up.
CT_CHECKED ct_status ct_symmetric_eigenvalues(const ct_tensor *x,
                                              ct_tensor *_Nullable *_Nonnull out);
/// The same with the unit vectors, as columns.
CT_CHECKED ct_status ct_symmetric_eigenvectors(const ct_tensor *x,
                                               ct_tensor *_Nullable *_Nonnull values,
                                               ct_tensor *_Nullable *_Nonnull vectors);
/// The complex matrices [F, O, I] by which a circular convolution of maps of `height` x `width` with an OIHW kernel
/// acts on each frequency; of two conjugate frequencies along the width one.
CT_CHECKED ct_status ct_frequency_matrices(const ct_tensor *kernel, int64_t height, int64_t width,
                                           ct_tensor *_Nullable *_Nonnull out);
/// The conjugate of the transpose of the last two axes.
CT_CHECKED ct_status ct_adjoint(const ct_tensor *x, ct_tensor *_Nullable *_Nonnull out);

// MARK: traces

typedef enum CT_CLOSED ct_step_kind {
  /// What nothing computed: a parameter or an image; the operand is the tensor itself.
  CT_STEP_LEAF,
  /// Operand: weight OIHW. Numbers: stride, padding and dilation (two each), groups.
  CT_STEP_CONVOLUTION,
  /// A batch norm by running statistics. Operand: what each channel is multiplied by.
  CT_STEP_SCALE,
  /// Operand: weight [O, I].
  CT_STEP_LINEAR,
  CT_STEP_SUM,
  /// ReLU or ReLU6.
  CT_STEP_RECTIFIER,
  /// Numbers: kernel, stride, padding.
  CT_STEP_MAX_POOL,
  /// Numbers: kernel, stride.
  CT_STEP_AVERAGE_POOL,
  CT_STEP_MEAN,
  CT_STEP_CONCATENATION,
  /// Numbers: axis, step.
  CT_STEP_SELECTION,
  CT_STEP_BILINEAR,
  CT_STEP_NEAREST,
  /// Keeps every element, in another order or beside constants.
  CT_STEP_ISOMETRY,
  CT_STEP_OTHER,
} ct_step_kind;

/// One step of a trace; its pointers live as long as the trace.
typedef struct ct_step {
  ct_step_kind kind;
  /// libtorch's name of the step's derivative.
  const char *_Nullable name;
  /// Steps whose results it reads, -1 for a constant; a layer's parameters are left out.
  const int32_t *_Nullable inputs;
  int32_t input_count;
  /// Of its result.
  const int64_t *_Nullable shape;
  int32_t rank;
  const int64_t *_Nullable numbers;
  int32_t number_count;
  /// The leaf of a layer's weight; -1 where there is none.
  int32_t parameter;
} ct_step;

/// Lists the steps by which `tensor` was computed, inputs first. The caller closes the trace.
CT_CHECKED ct_status ct_trace_open(const ct_tensor *tensor, ct_trace *_Nullable *_Nonnull out);
int32_t ct_trace_count(const ct_trace *trace);
CT_CHECKED ct_status ct_trace_step(const ct_trace *trace, int32_t index, ct_step *out);
/// A step's operand, or NULL.
CT_CHECKED ct_status ct_trace_operand(const ct_trace *trace, int32_t index,
                                      ct_tensor *_Nullable *_Nonnull out);
/// The step whose result a tensor is, or the leaf that it is; -1 where it is none.
CT_CHECKED ct_status ct_trace_index(const ct_trace *trace, const ct_tensor *tensor, int32_t *out);
void ct_trace_close(ct_trace *_Nullable trace);

// MARK: replicas

/// Whether anyone listens at `address` and `port`, as far as a second can tell.
CT_CHECKED ct_status ct_meeting_is_open(const char *address, int32_t port, bool *out);
/// Opens the place at `address` and `port` where replicas meet: rank 0 listens there and waits for nobody, others
/// come there, for at most `timeout_seconds`; libtorch writes to standard error where they find nobody.
/// The place belongs to the caller, who frees it with `ct_meeting_close`.
CT_CHECKED ct_status ct_meeting_open(int32_t rank, const char *address, int32_t port,
                                     double timeout_seconds, ct_meeting *_Nullable *_Nonnull out);
/// Leaves a note that all replicas see.
CT_CHECKED ct_status ct_meeting_note(const ct_meeting *meeting, const char *note);
/// Whether anyone has left the note.
CT_CHECKED ct_status ct_meeting_has_note(const ct_meeting *meeting, const char *note, bool *out);
/// Leaves the place; a group that was opened there keeps it for itself.
void ct_meeting_close(ct_meeting *_Nullable meeting);

// The functions of groups but the last wait for all replicas, which must make the same calls in the same order.

/// Joins the group of `size` replicas that meet at `meeting`, opened at `address`: over Gloo for the host, over NCCL
/// for a CUDA device. No wait is longer than `timeout_seconds`.
/// The group belongs to the caller, who frees it with `ct_process_group_close`.
CT_CHECKED ct_status ct_process_group_open(const ct_meeting *meeting, int32_t rank, int32_t size,
                                           const char *address, double timeout_seconds,
                                           ct_device device,
                                           ct_process_group *_Nullable *_Nonnull out);
/// Replaces `tensor`, on the group's device, by its sum over the replicas, outside autograd.
CT_CHECKED ct_status ct_all_reduce(const ct_process_group *group, ct_tensor *tensor);
/// Replaces `tensor`, on the group's device, by that of rank 0, outside autograd.
CT_CHECKED ct_status ct_broadcast(const ct_process_group *group, ct_tensor *tensor);
/// Returns when all replicas have called it.
CT_CHECKED ct_status ct_barrier(const ct_process_group *group);
/// Replaces the accumulated gradients of `parameters` by their sums over the replicas, in one operation. A gradient
/// that only some replicas have counts as zero elsewhere; one that none has stays absent.
CT_CHECKED ct_status ct_all_reduce_gradients(const ct_process_group *group,
                                             ct_tensor *_Nonnull const *_Nonnull parameters,
                                             int32_t count);
/// `ct_batch_norm` by the statistics of all replicas' batches together, which may differ in size. Differentiable once:
/// the gradients of `weight` and `bias` are those of the own batch, that of `x` is exact for the sum of the
/// replicas' losses.
CT_CHECKED ct_status ct_sync_batch_norm(const ct_process_group *group, const ct_tensor *x,
                                        const ct_tensor *weight, const ct_tensor *bias,
                                        ct_tensor *running_mean, ct_tensor *running_variance,
                                        double momentum, double epsilon,
                                        ct_tensor *_Nullable *_Nonnull out);
/// Leaves the group.
void ct_process_group_close(ct_process_group *_Nullable group);

#pragma clang assume_nonnull end

#ifdef __cplusplus
}
#endif
#endif
