#include "cimage.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

// libjpeg reports through function pointers and expects them not to return after an error.
typedef struct failure {
  struct jpeg_error_mgr base;
  jmp_buf escape;
  char *message;
} failure;

static void describe(j_common_ptr codec) {
  char text[JMSG_LENGTH_MAX];
  failure *state = (failure *)codec->err;
  codec->err->format_message(codec, text);
  snprintf(state->message, CI_MESSAGE_SIZE, "%s", text);
}

static void stop(j_common_ptr codec) {
  describe(codec);
  longjmp(((failure *)codec->err)->escape, 1);
}

// Whether a warning leaves the pixels what the file says. Every warning of libjpeg is named here; one that is not is of a
// later version, and taken for damage.
static int is_harmless(const struct jpeg_error_mgr *errors) {
  switch (errors->msg_code) {
  // About segments that no pixel depends on: a version number beyond 1.x, or a colour profile, which is not applied.
  case JWRN_JFIF_MAJOR:
  case JWRN_BOGUS_ICC:
  // An unknown code of Adobe's segment leaves the colours as they are without it: YCbCr or YCCK.
  case JWRN_ADOBE_XFORM:
  // A sequential scan has all 64 coefficients at full precision; what its header says about them is not used.
  case JWRN_NOT_SEQUENTIAL: return 1;
  // Bytes between segments, or behind the last code: encoders pad. Before a restart marker (0xD0 to 0xD7) they mean that
  // codes were lost within a scan.
  case JWRN_EXTRANEOUS_DATA:
    return errors->msg_parm.i[1] < 0xD0 || errors->msg_parm.i[1] > 0xD7;
  // Codes that do not exist, that are missing or out of order: libjpeg goes on with pixels of its own.
  case JWRN_HUFF_BAD_CODE:
  case JWRN_ARITH_BAD_CODE:
  case JWRN_HIT_MARKER:
  case JWRN_JPEG_EOF:
  case JWRN_MUST_RESYNC:
  case JWRN_BOGUS_PROGRESSION:
  default: return 0;
  }
}

// A negative level is a warning. The marker 0x01 is libjpeg's to step over, but belongs in no file, and other programs
// refuse it.
static void heed(j_common_ptr codec, int level) {
  const struct jpeg_error_mgr *errors = codec->err;
  int is_foreign = errors->msg_code == JTRC_PARMLESS_MARKER && errors->msg_parm.i[0] == 0x01;
  if (level < 0 ? !is_harmless(errors) : is_foreign) stop(codec);
}

static struct jpeg_error_mgr *watch(failure *state, char *message) {
  struct jpeg_error_mgr *base = jpeg_std_error(&state->base);
  base->error_exit = stop;
  base->emit_message = heed;
  state->message = message;
  message[0] = 0;
  return base;
}

static ci_color color_of(J_COLOR_SPACE space) {
  switch (space) {
  case JCS_GRAYSCALE: return CI_GREY;
  case JCS_CMYK:
  case JCS_YCCK: return CI_CMYK;
  case JCS_RGB:
  case JCS_YCbCr: return CI_RGB;
  default: return CI_OTHER;
  }
}

ci_status ci_jpeg_header(const uint8_t *bytes, size_t count, ci_header *out, char *message) {
  struct jpeg_decompress_struct codec;
  failure state;
  memset(&codec, 0, sizeof codec);
  codec.err = watch(&state, message);
  if (setjmp(state.escape)) {
    jpeg_destroy_decompress(&codec);
    return CI_DAMAGED;
  }
  jpeg_create_decompress(&codec);
  jpeg_mem_src(&codec, bytes, count);
  jpeg_read_header(&codec, TRUE);
  out->width = codec.image_width;
  out->height = codec.image_height;
  out->color = color_of(codec.jpeg_color_space);
  out->depth = codec.data_precision;
  jpeg_destroy_decompress(&codec);
  return CI_OK;
}

static uint8_t product(unsigned a, unsigned b) {
  unsigned value = a * b + 128;
  return (uint8_t)((value + (value >> 8)) >> 8);
}

// CMYK to RGB in place. Adobe's files store the complements; others are taken as they stand.
static void to_rgb(uint8_t *out, const uint8_t *row, size_t width, int inverted) {
  for (size_t x = 0; x < width; ++x) {
    unsigned light = inverted ? row[4 * x + 3] : 255u - row[4 * x + 3];
    for (int c = 0; c < 3; ++c) {
      unsigned ink = inverted ? 255u - row[4 * x + c] : row[4 * x + c];
      out[3 * x + c] = (uint8_t)(light - product(ink, light));
    }
  }
}

// Pixels around a part that are decoded with it: fancy upsampling reads one chroma sample beyond its own, which is two
// pixels, four of them where chroma is quartered.
enum { MARGIN = 8 };

// Reads the rows of `part`, which lies in the image, of its columns and the margin around them.
static ci_status read_part(struct jpeg_decompress_struct *codec, ci_part part, int is_cmyk,
                           uint8_t *volatile *buffer, uint8_t *pixels) {
  int64_t from = part.left > MARGIN ? part.left - MARGIN : 0;
  int64_t to = part.left + part.width + MARGIN;
  if (to > codec->output_width) to = codec->output_width;
  JDIMENSION first = (JDIMENSION)from, columns = (JDIMENSION)(to - from);
  if (columns < codec->output_width) jpeg_crop_scanline(codec, &first, &columns);
  if (part.top > 0) (void)jpeg_skip_scanlines(codec, (JDIMENSION)part.top);
  size_t lanes = is_cmyk ? 4 : 3;
  size_t skipped = ((size_t)part.left - first) * lanes;
  *buffer = malloc(codec->output_width * lanes);
  if (!*buffer) return CI_OUT_OF_MEMORY;
  for (int64_t y = 0; y < part.height; ++y) {
    uint8_t *line = pixels + (size_t)y * (size_t)part.width * 3;
    JSAMPROW row = *buffer;
    jpeg_read_scanlines(codec, &row, 1);
    if (is_cmyk) {
      to_rgb(line, row + skipped, (size_t)part.width, codec->saw_Adobe_marker);
    } else {
      memcpy(line, row + skipped, (size_t)part.width * 3);
    }
  }
  return CI_OK;
}

// Decodes a part, or without one the whole image.
static ci_status decode(const uint8_t *bytes, size_t count, const ci_part *wanted, uint8_t *pixels,
                        size_t capacity, char *message) {
  struct jpeg_decompress_struct codec;
  failure state;
  uint8_t *volatile buffer = NULL;
  memset(&codec, 0, sizeof codec);
  codec.err = watch(&state, message);
  if (setjmp(state.escape)) {
    free(buffer);
    jpeg_destroy_decompress(&codec);
    return CI_DAMAGED;
  }
  jpeg_create_decompress(&codec);
  jpeg_mem_src(&codec, bytes, count);
  jpeg_read_header(&codec, TRUE);
  int is_cmyk = color_of(codec.jpeg_color_space) == CI_CMYK;
  codec.out_color_space = is_cmyk ? JCS_CMYK : JCS_RGB;
  codec.dct_method = JDCT_ISLOW;
  codec.do_fancy_upsampling = TRUE;
  codec.scale_num = 1;
  codec.scale_denom = wanted ? (unsigned)wanted->divisor : 1;
  jpeg_start_decompress(&codec);
  int64_t width = codec.output_width, height = codec.output_height;
  ci_part part = wanted ? *wanted : (ci_part){0, 0, width, height, 1};
  ci_status status = CI_REFUSED;
  if (part.left >= 0 && part.top >= 0 && part.width > 0 && part.height > 0 &&
      part.left <= width - part.width && part.top <= height - part.height &&
      (size_t)part.width * (size_t)part.height * 3 == capacity) {
    status = read_part(&codec, part, is_cmyk, &buffer, pixels);
  } else {
    snprintf(message, CI_MESSAGE_SIZE, "the size changed between header and decoding");
  }
  // What follows the last row belongs to the whole image alone.
  if (status == CI_OK && part.top + part.height == height) jpeg_finish_decompress(&codec);
  free(buffer);
  jpeg_destroy_decompress(&codec);
  return status;
}

ci_status ci_jpeg_decode(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity,
                         char *message) {
  return decode(bytes, count, NULL, pixels, capacity, message);
}

ci_status ci_jpeg_decode_part(const uint8_t *bytes, size_t count, ci_part part, uint8_t *pixels,
                              size_t capacity, char *message) {
  return decode(bytes, count, &part, pixels, capacity, message);
}

ci_status ci_jpeg_encode(const uint8_t *pixels, int64_t width, int64_t height, int32_t quality,
                         ci_bytes *out, char *message) {
  struct jpeg_compress_struct codec;
  failure state;
  // libjpeg writes both on its way; they must survive the jump.
  static _Thread_local unsigned char *start;
  static _Thread_local unsigned long size;
  start = NULL;
  size = 0;
  memset(&codec, 0, sizeof codec);
  codec.err = watch(&state, message);
  if (setjmp(state.escape)) {
    jpeg_destroy_compress(&codec);
    free(start);
    return CI_REFUSED;
  }
  jpeg_create_compress(&codec);
  jpeg_mem_dest(&codec, &start, &size);
  codec.image_width = (JDIMENSION)width;
  codec.image_height = (JDIMENSION)height;
  codec.input_components = 3;
  codec.in_color_space = JCS_RGB;
  jpeg_set_defaults(&codec);
  jpeg_set_quality(&codec, quality, TRUE);
  codec.dct_method = JDCT_ISLOW;
  codec.comp_info[0].h_samp_factor = 1;
  codec.comp_info[0].v_samp_factor = 1;
  jpeg_start_compress(&codec, TRUE);
  while (codec.next_scanline < codec.image_height) {
    JSAMPROW row = (JSAMPROW)(pixels + (size_t)codec.next_scanline * (size_t)width * 3);
    jpeg_write_scanlines(&codec, &row, 1);
  }
  jpeg_finish_compress(&codec);
  jpeg_destroy_compress(&codec);
  out->start = start;
  out->count = size;
  return CI_OK;
}

void ci_bytes_free(ci_bytes bytes) { free(bytes.start); }
