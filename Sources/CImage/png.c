#include "cimage.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

// What a call needs besides libpng's own state; it lives outside of the frames that a long jump leaves.
typedef struct context {
  png_structp codec;
  png_infop info;
  const uint8_t *bytes;
  size_t count;
  size_t position;
  uint8_t **rows;
  ci_bytes written;
  size_t reserved;
  char *message;
} context;

static void stop(png_structp codec, png_const_charp text) {
  context *state = png_get_error_ptr(codec);
  snprintf(state->message, CI_MESSAGE_SIZE, "%s", text);
  png_longjmp(codec, 1);
}

// Warnings concern profiles, times and texts, none of which is read.
static void ignore(png_structp codec, png_const_charp text) {
  (void)codec;
  (void)text;
}

static void take(png_structp codec, png_bytep target, size_t count) {
  context *state = png_get_io_ptr(codec);
  if (count > state->count - state->position) png_error(codec, "the file ends early");
  memcpy(target, state->bytes + state->position, count);
  state->position += count;
}

static void put(png_structp codec, png_bytep source, size_t count) {
  context *state = png_get_io_ptr(codec);
  if (state->written.count + count > state->reserved) {
    size_t reserved = 2 * (state->written.count + count);
    uint8_t *grown = realloc(state->written.start, reserved);
    if (!grown) png_error(codec, "out of memory");
    state->written.start = grown;
    state->reserved = reserved;
  }
  memcpy(state->written.start + state->written.count, source, count);
  state->written.count += count;
}

static void put_nothing(png_structp codec) { (void)codec; }

static void end_reading(context *state) {
  free(state->rows);
  png_destroy_read_struct(&state->codec, &state->info, NULL);
}

static ci_status open_for_reading(context *state, const uint8_t *bytes, size_t count,
                                  char *message) {
  memset(state, 0, sizeof *state);
  state->message = message;
  message[0] = 0;
  if (count < 8 || png_sig_cmp(bytes, 0, 8)) {
    snprintf(message, CI_MESSAGE_SIZE, "it does not begin as a PNG file");
    return CI_DAMAGED;
  }
  state->bytes = bytes;
  state->count = count;
  state->codec = png_create_read_struct(PNG_LIBPNG_VER_STRING, state, stop, ignore);
  if (!state->codec) return CI_OUT_OF_MEMORY;
  state->info = png_create_info_struct(state->codec);
  if (!state->info) {
    end_reading(state);
    return CI_OUT_OF_MEMORY;
  }
  png_set_read_fn(state->codec, state, take);
  return CI_OK;
}

static ci_color color_of(const context *state) {
  switch (png_get_color_type(state->codec, state->info)) {
  case PNG_COLOR_TYPE_GRAY: return CI_GREY;
  case PNG_COLOR_TYPE_PALETTE: return CI_PALETTE;
  case PNG_COLOR_TYPE_RGB: return CI_RGB;
  default: return CI_OTHER;
  }
}

ci_status ci_png_header(const uint8_t *bytes, size_t count, ci_header *out, char *message) {
  context state;
  ci_status status = open_for_reading(&state, bytes, count, message);
  if (status != CI_OK) return status;
  if (setjmp(png_jmpbuf(state.codec))) {
    end_reading(&state);
    return CI_DAMAGED;
  }
  png_read_info(state.codec, state.info);
  out->width = png_get_image_width(state.codec, state.info);
  out->height = png_get_image_height(state.codec, state.info);
  out->color = color_of(&state);
  out->depth = png_get_bit_depth(state.codec, state.info);
  end_reading(&state);
  return CI_OK;
}

typedef enum form { SAMPLES, RGB } form;

static void choose_form(context *state, form wanted) {
  png_set_packing(state->codec);
  if (wanted == RGB) {
    png_set_expand(state->codec);
    png_set_strip_16(state->codec);
    png_set_gray_to_rgb(state->codec);
    png_set_strip_alpha(state->codec);
  }
}

static ci_status decode(const uint8_t *bytes, size_t count, form wanted, uint8_t *pixels,
                        size_t capacity, char *message) {
  context state;
  ci_status status = open_for_reading(&state, bytes, count, message);
  if (status != CI_OK) return status;
  if (setjmp(png_jmpbuf(state.codec))) {
    end_reading(&state);
    return CI_DAMAGED;
  }
  png_read_info(state.codec, state.info);
  ci_color color = color_of(&state);
  int is_wide = png_get_bit_depth(state.codec, state.info) > 8;
  if (wanted == SAMPLES && ((color != CI_GREY && color != CI_PALETTE) || is_wide)) {
    snprintf(message, CI_MESSAGE_SIZE, "it is no palette or grey image of at most 8 bits");
    end_reading(&state);
    return CI_REFUSED;
  }
  choose_form(&state, wanted);
  png_set_interlace_handling(state.codec);
  png_read_update_info(state.codec, state.info);
  size_t height = png_get_image_height(state.codec, state.info);
  size_t stride = png_get_rowbytes(state.codec, state.info);
  if (stride * height != capacity) png_error(state.codec, "its size is not that of its header");
  state.rows = malloc(height * sizeof *state.rows);
  if (!state.rows) {
    end_reading(&state);
    return CI_OUT_OF_MEMORY;
  }
  for (size_t y = 0; y < height; ++y) state.rows[y] = pixels + y * stride;
  png_read_image(state.codec, state.rows);
  png_read_end(state.codec, NULL);
  end_reading(&state);
  return CI_OK;
}

ci_status ci_png_decode_samples(const uint8_t *bytes, size_t count, uint8_t *pixels,
                                size_t capacity, char *message) {
  return decode(bytes, count, SAMPLES, pixels, capacity, message);
}

ci_status ci_png_decode_rgb(const uint8_t *bytes, size_t count, uint8_t *pixels, size_t capacity,
                            char *message) {
  return decode(bytes, count, RGB, pixels, capacity, message);
}

ci_status ci_png_encode(const uint8_t *pixels, int64_t width, int64_t height,
                        const uint8_t *palette, int32_t colors, ci_bytes *out, char *message) {
  context state;
  memset(&state, 0, sizeof state);
  state.message = message;
  message[0] = 0;
  state.codec = png_create_write_struct(PNG_LIBPNG_VER_STRING, &state, stop, ignore);
  if (!state.codec) return CI_OUT_OF_MEMORY;
  state.info = png_create_info_struct(state.codec);
  if (!state.info || setjmp(png_jmpbuf(state.codec))) {
    png_destroy_write_struct(&state.codec, &state.info);
    free(state.written.start);
    return state.info ? CI_REFUSED : CI_OUT_OF_MEMORY;
  }
  png_set_write_fn(state.codec, &state, put, put_nothing);
  png_set_IHDR(state.codec, state.info, (png_uint_32)width, (png_uint_32)height, 8,
               palette ? PNG_COLOR_TYPE_PALETTE : PNG_COLOR_TYPE_RGB, PNG_INTERLACE_NONE,
               PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  if (palette) {
    png_set_PLTE(state.codec, state.info, (png_const_colorp)palette, colors);
  }
  png_write_info(state.codec, state.info);
  size_t stride = (size_t)width * (palette ? 1 : 3);
  for (size_t y = 0; y < (size_t)height; ++y) {
    png_write_row(state.codec, (png_const_bytep)(pixels + y * stride));
  }
  png_write_end(state.codec, state.info);
  png_destroy_write_struct(&state.codec, &state.info);
  *out = state.written;
  return CI_OK;
}
