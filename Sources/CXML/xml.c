#include "cxml.h"

#include <libxml/SAX2.h>
#include <libxml/parser.h>

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What is known while libxml2 reads.
typedef struct reading {
  xmlParserCtxtPtr parser;
  cx_document document;
  size_t capacity;
  size_t used;
  size_t room;
  // Numbers of the open elements; libxml2 stops at a depth of 256.
  uint32_t *open;
  size_t depth;
  size_t open_room;
  cx_status status;
  cx_failure *failure;
} reading;

static void stop(reading *state, cx_status status, const char *sentence) {
  if (state->status != CX_OK) return;
  state->status = status;
  snprintf(state->failure->message, CX_MESSAGE_SIZE, "%s", sentence);
  state->failure->line = (uint32_t)xmlSAX2GetLineNumber(state->parser);
  xmlStopParser(state->parser);
}

// Makes room for `count` more items; the blocks at least double.
static int grow(reading *state, void **block, size_t *room, size_t used, size_t count,
                size_t size) {
  if (used + count <= *room) return 1;
  size_t wanted = 2 * (used + count) + 64;
  void *larger = realloc(*block, wanted * size);
  if (!larger) {
    stop(state, CX_OUT_OF_MEMORY, "there is no memory left");
    return 0;
  }
  *block = larger;
  *room = wanted;
  return 1;
}

static int append(reading *state, const void *bytes, size_t count) {
  if (!grow(state, (void **)&state->document.text, &state->room, state->used, count, 1)) return 0;
  memcpy(state->document.text + state->used, bytes, count);
  state->used += count;
  return 1;
}

static void on_start(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri,
                     int namespaces, const xmlChar **declared, int attributes, int defaulted,
                     const xmlChar **values) {
  (void)namespaces, (void)declared, (void)attributes, (void)defaulted, (void)values;
  reading *state = context;
  if (state->status != CX_OK) return;
  // Otherwise a:xmin would be read as xmin.
  if (prefix || uri) return stop(state, CX_REFUSED, "elements in a namespace are not accepted");
  cx_document *document = &state->document;
  size_t length = strlen((const char *)name);
  if (!grow(state, (void **)&document->elements, &state->capacity, document->count, 1,
            sizeof *document->elements) ||
      !grow(state, (void **)&state->open, &state->open_room, state->depth, 1,
            sizeof *state->open))
    return;
  cx_element element = {.name = (uint32_t)state->used, .name_count = (uint32_t)length,
                        .text = (uint32_t)(state->used + length),
                        .line = (uint32_t)xmlSAX2GetLineNumber(state->parser)};
  if (!append(state, name, length)) return;
  state->open[state->depth++] = (uint32_t)document->count;
  document->elements[document->count++] = element;
}

static void on_end(void *context, const xmlChar *name, const xmlChar *prefix, const xmlChar *uri) {
  (void)name, (void)prefix, (void)uri;
  reading *state = context;
  if (state->status != CX_OK || state->depth == 0) return;
  state->document.elements[state->open[--state->depth]].end = (uint32_t)state->document.count;
}

// Text comes in pieces: around references, CDATA, comments, and wherever libxml2's buffer ends.
static void on_text(void *context, const xmlChar *text, int count) {
  reading *state = context;
  if (state->status != CX_OK || state->depth == 0) return;
  uint32_t number = state->open[state->depth - 1];
  // Text behind an element inside is not the text of this one.
  if (number + 1 < state->document.count) return;
  if (append(state, text, (size_t)count))
    state->document.elements[number].text_count += (uint32_t)count;
}

// libxml2 comes here at every document type, whatever stands before it and however it is encoded.
static void on_type(void *context, const xmlChar *name, const xmlChar *external,
                    const xmlChar *system) {
  (void)name, (void)external, (void)system;
  stop(context, CX_REFUSED, "document types and entities are not accepted");
}

static void on_error(void *context, xmlErrorPtr error) {
  reading *state = context;
  if (error->level < XML_ERR_ERROR || state->status != CX_OK) return;
  state->status = CX_DAMAGED;
  snprintf(state->failure->message, CX_MESSAGE_SIZE, "%s", error->message ? error->message : "");
  state->failure->message[strcspn(state->failure->message, "\r\n")] = 0;
  state->failure->line = error->line > 0 ? (uint32_t)error->line : 0;
}

static void prepare(void) { xmlInitParser(); }

// Whether libxml2 left something behind the root: what follows a zero, or half a character of UTF-16.
static int has_rest(xmlParserCtxtPtr parser) {
  xmlParserInputPtr input = parser->input;
  if (!input) return 0;
  return input->cur < input->end || (input->buf && input->buf->raw && xmlBufUse(input->buf->raw) > 0);
}

// libxml2 knows as many encodings, and as many names of them, as the system; other programs know these.
static int is_known(const xmlChar *encoding) {
  static const char *const names[] = {"UTF-8",    "UTF8",       "UTF-16",   "UTF-16LE",
                                      "UTF-16BE", "ISO-8859-1", "US-ASCII", "ASCII"};
  if (!encoding) return 1;
  for (size_t i = 0; i < sizeof names / sizeof *names; ++i)
    if (xmlStrcasecmp(encoding, (const xmlChar *)names[i]) == 0) return 1;
  return 0;
}

cx_status cx_read(const uint8_t *bytes, size_t count, cx_document *out, cx_failure *failure) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, prepare);
  memset(failure, 0, sizeof *failure);
  if (count > CX_LARGEST_DOCUMENT) {
    snprintf(failure->message, CX_MESSAGE_SIZE, "%zu bytes are too many", count);
    return CX_REFUSED;
  }
  xmlParserCtxtPtr parser = xmlNewParserCtxt();
  if (!parser) return CX_OUT_OF_MEMORY;
  reading state = {.parser = parser, .status = CX_OK, .failure = failure};
  xmlSAXHandler handler = {
      .initialized = XML_SAX2_MAGIC, .startElementNs = on_start, .endElementNs = on_end,
      .characters = on_text, .ignorableWhitespace = on_text, .cdataBlock = on_text,
      .internalSubset = on_type, .serror = on_error};
  *parser->sax = handler;
  parser->sax2 = 1;
  parser->userData = &state;
  // Encodings complain here, where the parser is not known.
  xmlSetStructuredErrorFunc(&state, on_error);
  xmlDocPtr tree = xmlCtxtReadMemory(parser, (const char *)bytes, (int)count, NULL, NULL,
                                     XML_PARSE_NONET);
  if (tree) xmlFreeDoc(tree);
  xmlSetStructuredErrorFunc(NULL, NULL);
  if (state.status == CX_OK &&
      (!parser->wellFormed || !parser->nsWellFormed || state.depth > 0 ||
       state.document.count == 0 || has_rest(parser))) {
    state.status = CX_DAMAGED;
    snprintf(failure->message, CX_MESSAGE_SIZE, "there is no whole document");
  }
  // The name that the document declares, unless it is one of libxml2's own.
  const xmlChar *encoding = parser->input ? parser->input->encoding : NULL;
  if (state.status == CX_OK && !is_known(encoding)) {
    state.status = CX_REFUSED;
    snprintf(failure->message, CX_MESSAGE_SIZE, "the encoding %.40s is not read; save it as UTF-8",
             (const char *)encoding);
  }
  xmlFreeParserCtxt(parser);
  free(state.open);
  if (state.status == CX_OK) {
    *out = state.document;
  } else {
    cx_free(state.document);
  }
  return state.status;
}

void cx_free(cx_document document) {
  free(document.elements);
  free(document.text);
}
