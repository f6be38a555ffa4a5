// C interface over libxml2 for small documents in memory.
//
// - Nothing outside of the bytes is read: no document types, no entities but the five of the standard, no network.
// - Whatever libxml2 reports as an error ends the reading; nothing is repaired.
// - The bytes are borrowed for the call; a `cx_document` belongs to the caller, who frees it with `cx_free`.
#ifndef LSKD_CXML_H
#define LSKD_CXML_H

#include <stddef.h>
#include <stdint.h>

#if defined(__clang__)
#define CX_CLOSED __attribute__((enum_extensibility(closed)))
#pragma clang assume_nonnull begin
#else
#define CX_CLOSED
#endif
#define CX_CHECKED __attribute__((warn_unused_result))

/// Size of a failure's sentence, its end included.
#define CX_MESSAGE_SIZE 256

typedef enum CX_CLOSED cx_status {
  CX_OK,
  /// The bytes are no well-formed document.
  CX_DAMAGED,
  /// The document has a type, a namespace for its elements, an encoding that is not read, or is too large.
  CX_REFUSED,
  CX_OUT_OF_MEMORY
} cx_status;

/// An element; names and texts are UTF-8 in the document's `text`.
typedef struct cx_element {
  uint32_t name;
  uint32_t name_count;
  /// The text before the first element inside: characters, CDATA and references joined, comments left out.
  uint32_t text;
  uint32_t text_count;
  /// Line of the start tag, from 1.
  uint32_t line;
  /// Number of the element that follows this one and those inside it.
  uint32_t end;
} cx_element;

typedef struct cx_document {
  /// In file order, the root first.
  cx_element *_Nullable elements;
  size_t count;
  char *_Nullable text;
} cx_document;

typedef struct cx_failure {
  char message[CX_MESSAGE_SIZE];
  /// From 1; 0 where none is known.
  uint32_t line;
} cx_failure;

/// Largest document in bytes.
#define CX_LARGEST_DOCUMENT (1 << 20)

/// Reads a whole document in UTF-8, UTF-16, ISO 8859-1 or ASCII.
CX_CHECKED cx_status cx_read(const uint8_t *bytes, size_t count, cx_document *out,
                             cx_failure *failure);
void cx_free(cx_document document);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif
#endif
