#include "cmatio.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include <zlib.h>

static const size_t first_size = 1 << 14;

void cm_bytes_free(cm_bytes bytes) { free(bytes.start); }

// Makes room for more output; false when there is no memory or the limit is reached.
static bool grow(z_stream *stream, cm_bytes *held, size_t limit) {
  size_t used = held->count - stream->avail_out;
  size_t wanted = held->count ? 2 * held->count : first_size;
  if (wanted > limit) wanted = limit;
  if (wanted <= held->count) return false;
  uint8_t *grown = realloc(held->start, wanted);
  if (!grown) return false;
  *held = (cm_bytes){grown, wanted};
  stream->next_out = grown + used;
  stream->avail_out = (uInt)(wanted - used);
  return true;
}

cm_status cm_inflate(const uint8_t *bytes, size_t count, size_t limit, cm_bytes *out,
                     char *message) {
  z_stream stream = {0};
  if (count > UINT32_MAX || limit > UINT32_MAX || inflateInit(&stream) != Z_OK) {
    snprintf(message, CM_MESSAGE_SIZE, "zlib takes no more than 4 GiB and some memory");
    return CM_OUT_OF_MEMORY;
  }
  stream.next_in = (Bytef *)bytes;
  stream.avail_in = (uInt)count;
  cm_bytes held = {NULL, 0};
  int state = Z_OK;
  while (state == Z_OK && (stream.avail_out > 0 || grow(&stream, &held, limit))) {
    state = inflate(&stream, Z_NO_FLUSH);
    // No progress with room left: the input is used up.
    if (state == Z_BUF_ERROR && stream.avail_out == 0) state = Z_OK;
  }
  size_t used = held.count - stream.avail_out;
  bool is_whole = state == Z_STREAM_END;
  const char *reason = state == Z_OK  ? "it expands to too much"
                       : stream.msg   ? stream.msg
                                      : "the compressed data end early";
  if (!is_whole) snprintf(message, CM_MESSAGE_SIZE, "%s", reason);
  inflateEnd(&stream);
  if (!is_whole) {
    free(held.start);
    return state == Z_OK ? CM_REFUSED : CM_DAMAGED;
  }
  *out = (cm_bytes){held.start, used};
  return CM_OK;
}
