// C interface over libmatio and zlib for masks and lists of classes in MATLAB 5 files. Rules for every function:
//
// - It returns a `cm_status`; results go through `out` parameters, which are written on CM_OK only.
// - libmatio prints nothing and ends no process. On failure `message` holds a sentence, cut to its size.
// - Arguments are borrowed for the call; a `cm_bytes` belongs to the caller, who frees it with
//   `cm_bytes_free`.
#ifndef LSKD_CMATIO_H
#define LSKD_CMATIO_H

#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#define CM_CLOSED __attribute__((enum_extensibility(closed)))
#pragma clang assume_nonnull begin
#else
#define CM_CLOSED
#endif
#define CM_CHECKED __attribute__((warn_unused_result))

/// Size of a failure's sentence, its end included.
#define CM_MESSAGE_SIZE 256

typedef enum CM_CLOSED cm_status {
  CM_OK,
  /// The bytes are no such data, or damaged ones.
  CM_DAMAGED,
  /// The data are of a kind that the call does not take.
  CM_REFUSED,
  CM_OUT_OF_MEMORY
} cm_status;

typedef struct cm_bytes {
  uint8_t *_Nullable start;
  size_t count;
} cm_bytes;

typedef struct cm_matrix {
  /// rows * columns bytes, column by column.
  cm_bytes values;
  int64_t rows;
  int64_t columns;
} cm_matrix;

void cm_bytes_free(cm_bytes bytes);

/// Expands a zlib stream; what follows it is not read. One that expands beyond `limit` is refused.
CM_CHECKED cm_status cm_inflate(const uint8_t *bytes, size_t count, size_t limit, cm_bytes *out,
                                char *message);
/// Reads `field` of the 1 x 1 struct `variable` of a MATLAB 5 file, which must be a real matrix of uint8 with
/// at most `limit` values. The structure of the file must have been checked: libmatio trusts it.
CM_CHECKED cm_status cm_read_field(const char *path, const char *variable, const char *field,
                                   size_t limit, cm_matrix *out, char *message);

/// Reads the struct array `synsets` of the devkit of ILSVRC 2012 as lines of number, WordNet id and words with tabs between
/// them. The structure of the file must have been checked: libmatio trusts it.
CM_CHECKED cm_status cm_read_synsets(const char *path, cm_bytes *out, char *message);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#endif
