#include "cdownload.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include <curl/curl.h>

typedef struct transfer {
  CURL *handle;
  const cd_request *request;
  int64_t held;
  /// Where a partial answer begins, negative where the server did not say.
  int64_t range_start;
  bool has_begun;
  /// What the callback stopped for; CD_OK while it did not.
  cd_status stopped;
  char *message;
} transfer;

static void set_up(void) { (void)curl_global_init(CURL_GLOBAL_DEFAULT); }

static size_t stop(transfer *state, cd_status status, const char *text) {
  state->stopped = status;
  snprintf(state->message, CD_MESSAGE_SIZE, "%s", text);
  return 0;
}

static size_t take_header(char *line, size_t size, size_t count, void *context) {
  transfer *state = context;
  size_t length = size * count;
  const char *name = "content-range: bytes ";
  size_t prefix = strlen(name);
  if (length > prefix && length < 128 && strncasecmp(line, name, prefix) == 0) {
    char text[128] = {0};
    memcpy(text, line + prefix, length - prefix);
    state->range_start = strtoll(text, NULL, 10);
  }
  return length;
}

// Decides from the head of the answer where its body goes; false stops the transfer.
static bool begin(transfer *state) {
  long code = 0;
  curl_off_t length = -1;
  curl_easy_getinfo(state->handle, CURLINFO_RESPONSE_CODE, &code);
  curl_easy_getinfo(state->handle, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (code == 206 && state->range_start != state->request->offset) {
    stop(state, CD_CUT, "the server sent another part than was asked for");
    return false;
  }
  int64_t start = code == 206 ? state->request->offset : 0;
  int64_t expected = state->request->expected_size;
  if (expected >= 0 && length >= 0 && start + length != expected) {
    char text[CD_MESSAGE_SIZE];
    snprintf(text, sizeof text, "the server has a file of %lld bytes, not of %lld",
             (long long)(start + length), (long long)expected);
    stop(state, CD_WRONG_SIZE, text);
    return false;
  }
  if (ftruncate(state->request->descriptor, start) != 0) {
    stop(state, CD_DISK, strerror(errno));
    return false;
  }
  state->held = start;
  state->has_begun = true;
  return true;
}

static size_t take(char *bytes, size_t size, size_t count, void *context) {
  transfer *state = context;
  size_t length = size * count;
  if (!state->has_begun && !begin(state)) return 0;
  int64_t expected = state->request->expected_size;
  if (expected >= 0 && state->held + (int64_t)length > expected) {
    return stop(state, CD_WRONG_SIZE, "the server sends more than the file has");
  }
  for (size_t done = 0; done < length;) {
    ssize_t written =
        pwrite(state->request->descriptor, bytes + done, length - done, state->held + (off_t)done);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return stop(state, CD_DISK, strerror(errno));
    done += (size_t)written;
  }
  state->held += (int64_t)length;
  return length;
}

static int report(void *context, curl_off_t total, curl_off_t now, curl_off_t up, curl_off_t sent) {
  transfer *state = context;
  (void)up;
  (void)sent;
  if (state->has_begun && state->request->progress) {
    int64_t whole = total > 0 ? state->held - now + total : 0;
    state->request->progress(state->request->context, state->held, whole);
  }
  return 0;
}

static void configure(CURL *handle, transfer *state, char *reason) {
  const cd_request *request = state->request;
  curl_easy_setopt(handle, CURLOPT_URL, request->url);
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(handle, CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
  curl_easy_setopt(handle, CURLOPT_REDIR_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  curl_easy_setopt(handle, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(handle, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(handle, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(handle, CURLOPT_CONNECTTIMEOUT, (long)request->connect_seconds);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(handle, CURLOPT_LOW_SPEED_TIME, (long)request->stall_seconds);
  curl_easy_setopt(handle, CURLOPT_USERAGENT, "lskd-data");
  curl_easy_setopt(handle, CURLOPT_ERRORBUFFER, reason);
  curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, take_header);
  curl_easy_setopt(handle, CURLOPT_HEADERDATA, state);
  curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(handle, CURLOPT_WRITEDATA, state);
  curl_easy_setopt(handle, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle, CURLOPT_XFERINFOFUNCTION, report);
  curl_easy_setopt(handle, CURLOPT_XFERINFODATA, state);
  if (request->offset > 0) {
    char range[32];
    snprintf(range, sizeof range, "%lld-", (long long)request->offset);
    curl_easy_setopt(handle, CURLOPT_RANGE, range);
  }
}

static cd_status outcome(CURLcode code, const transfer *state) {
  switch (code) {
  case CURLE_OK: return CD_OK;
  case CURLE_HTTP_RETURNED_ERROR:
  case CURLE_TOO_MANY_REDIRECTS: return CD_REFUSED;
  case CURLE_WRITE_ERROR: return state->stopped == CD_OK ? CD_DISK : state->stopped;
  case CURLE_PARTIAL_FILE:
  case CURLE_RECV_ERROR: return CD_CUT;
  default: return state->has_begun ? CD_CUT : CD_UNREACHABLE;
  }
}

cd_status cd_download(const cd_request *request, cd_result *out, char *message) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, set_up);
  message[0] = 0;
  *out = (cd_result){request->offset, 0};
  CURL *handle = curl_easy_init();
  if (!handle) {
    snprintf(message, CD_MESSAGE_SIZE, "out of memory");
    return CD_UNREACHABLE;
  }
  char reason[CURL_ERROR_SIZE] = {0};
  transfer state = {.handle = handle,
                    .request = request,
                    .held = request->offset,
                    .range_start = -1,
                    .stopped = CD_OK,
                    .message = message};
  configure(handle, &state, reason);
  CURLcode code = curl_easy_perform(handle);
  long http_status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &http_status);
  curl_easy_cleanup(handle);
  if (code != CURLE_OK && !message[0]) {
    snprintf(message, CD_MESSAGE_SIZE, "%s", reason[0] ? reason : curl_easy_strerror(code));
  }
  *out = (cd_result){state.held, (int32_t)http_status};
  return outcome(code, &state);
}
