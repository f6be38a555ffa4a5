// C interface over libcurl for one download at a time into an open file. Rules:
//
// - It returns a `cd_status`; `out` and, on failure, `message` are always written.
// - Arguments are borrowed for the call; the descriptor stays the caller's.
// - Any number of threads may call it.
#ifndef LSKD_CDOWNLOAD_H
#define LSKD_CDOWNLOAD_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__clang__)
#define CD_CLOSED __attribute__((enum_extensibility(closed)))
#pragma clang assume_nonnull begin
#else
#define CD_CLOSED
#endif
#define CD_CHECKED __attribute__((warn_unused_result))

/// Size of a failure's sentence, its end included.
#define CD_MESSAGE_SIZE 256

typedef enum CD_CLOSED cd_status {
  /// The server sent everything that it announced.
  CD_OK,
  /// There is no server, or it does not speak HTTP.
  CD_UNREACHABLE,
  /// The server answered with an error; `http_status` says which.
  CD_REFUSED,
  /// The connection ended or stalled before the end.
  CD_CUT,
  /// The server has another file: its size is not the expected one.
  CD_WRONG_SIZE,
  /// The file cannot be written.
  CD_DISK
} cd_status;

typedef struct cd_request {
  const char *url;
  /// Open for writing.
  int32_t descriptor;
  /// Bytes of it that are kept: the rest is asked for. Where a server sends all, the file starts anew.
  int64_t offset;
  /// Size of the whole file, negative where it is not known.
  int64_t expected_size;
  /// Seconds for a connection to come about.
  int32_t connect_seconds;
  /// Seconds without a byte after which a connection counts as cut.
  int32_t stall_seconds;
  /// Called about once a second with the bytes of the file and of the whole, which is 0 where nobody said.
  void (*_Nullable progress)(void *_Nullable context, int64_t held, int64_t whole);
  void *_Nullable context;
} cd_request;

typedef struct cd_result {
  /// Bytes of the file afterwards.
  int64_t held;
  /// 0 without an answer.
  int32_t http_status;
} cd_result;

/// Gets `request->url` by HTTP or HTTPS and writes it to the descriptor; follows five redirections.
CD_CHECKED cd_status cd_download(const cd_request *request, cd_result *out, char *message);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#endif
