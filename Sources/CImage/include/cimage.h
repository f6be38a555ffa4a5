// C interface over libjpeg-turbo and libpng. Rules for every function:
//
// - It returns a `ci_status`; results go through `out` parameters, which are written on CI_OK only.
// - Neither library's long jumps leave it. On failure `message` holds a sentence, cut to its size.
// - Bytes and pixels are borrowed for the call; a `ci_bytes` belongs to the caller, who frees it with
//   `ci_bytes_free`.
// - Pixels are rows from top to bottom without padding, channels together.
#ifndef LSKD_CIMAGE_H
#define LSKD_CIMAGE_H

#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#define CI_CLOSED __attribute__((enum_extensibility(closed)))
#pragma clang assume_nonnull begin
#else
#define CI_CLOSED
#endif
#define CI_CHECKED __attribute__((warn_unused_result))

/// Size of a failure's sentence, its end included.
#define CI_MESSAGE_SIZE 256

typedef enum CI_CLOSED ci_status {
  CI_OK,
  /// The bytes are no such image, or a damaged one.
  CI_DAMAGED,
  /// The image is of a kind that the call does not take.
  CI_REFUSED,
  CI_OUT_OF_MEMORY
} ci_status;

typedef enum CI_CLOSED ci_color {
  CI_GREY,
  CI_PALETTE,
  CI_RGB,
  CI_CMYK,
  CI_OTHER
} ci_color;

typedef struct ci_header {
  int64_t width;
  int64_t height;
  ci_color color;
  /// Bits of a sample.
  int32_t depth;
} ci_header;

typedef struct ci_bytes {
  uint8_t *_Nullable start;
  size_t count;
} ci_bytes;

void ci_bytes_free(ci_bytes bytes);

/// Reads the header alone.
CI_CHECKED ci_status ci_jpeg_header(const uint8_t *bytes, size_t count, ci_header *out,
                                    char *message);
/// Decodes to RGB with the accurate DCT and fancy upsampling; grey and CMYK become RGB. `pixels` holds
/// width * height * 3 bytes. A file that ends early or holds bad codes is damaged.
CI_CHECKED ci_status ci_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *pixels,
                                    size_t capacity, char *message);

/// A part of an image in its decoded pixels, and by what its sides are divided: 1, 2, 4 or 8.
typedef struct ci_part {
  int64_t left;
  int64_t top;
  int64_t width;
  int64_t height;
  int32_t divisor;
} ci_part;

/// Decodes a part alone, to the pixels that it has in the whole image of this divisor. `pixels` holds
/// part.width * part.height * 3 bytes. Rows below the part are not looked at, so that damage there goes unseen.
CI_CHECKED ci_status ci_jpeg_decode_part(const uint8_t *bytes, size_t count, ci_part part,
                                         uint8_t *pixels, size_t capacity, char *message);

/// Encodes RGB with the accurate DCT and without chroma subsampling.
CI_CHECKED ci_status ci_jpeg_encode(const uint8_t *pixels, int64_t width, int64_t height,
                                    int32_t quality, ci_bytes *out, char *message);

/// Reads the header alone.
CI_CHECKED ci_status ci_png_header(const uint8_t *bytes, size_t count, ci_header *out,
                                   char *message);
/// Decodes the samples of a palette or grey image of at most 8 bits as they are stored, one byte each.
CI_CHECKED ci_status ci_png_decode_samples(const uint8_t *bytes, size_t count, uint8_t *pixels,
                                           size_t capacity, char *message);
/// Decodes any image to RGB with 8 bits; transparency is dropped.
CI_CHECKED ci_status ci_png_decode_rgb(const uint8_t *bytes, size_t count, uint8_t *pixels,
                                       size_t capacity, char *message);
/// Encodes 8-bit samples with a palette of `colors` RGB triples, or RGB where there is none.
CI_CHECKED ci_status ci_png_encode(const uint8_t *pixels, int64_t width, int64_t height,
                                   const uint8_t *_Nullable palette, int32_t colors, ci_bytes *out,
                                   char *message);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#endif
