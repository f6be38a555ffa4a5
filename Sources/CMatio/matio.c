#include "cmatio.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <matio.h>

// libmatio reports through one function of the process; the text belongs to the thread that called it.
static _Thread_local char reason[CM_MESSAGE_SIZE];

static void keep(int level, char *text) {
  (void)level;
  snprintf(reason, sizeof reason, "%s", text);
}

static void set_up(void) { (void)Mat_LogInitFunc("lskd", keep); }

static cm_status fail(cm_status status, char *message, const char *text) {
  snprintf(message, CM_MESSAGE_SIZE, "%s%s%s", text, reason[0] ? ": " : "", reason);
  return status;
}

static cm_status copy(const matvar_t *matrix, size_t limit, cm_matrix *out, char *message) {
  if (matrix->class_type != MAT_C_UINT8 || matrix->data_type != MAT_T_UINT8 || matrix->isComplex ||
      matrix->rank != 2) {
    return fail(CM_REFUSED, message, "it is no real matrix of uint8 with two dimensions");
  }
  size_t rows = matrix->dims[0], columns = matrix->dims[1];
  if (rows == 0 || columns == 0 || rows > limit / columns) {
    snprintf(message, CM_MESSAGE_SIZE, "it has %zu x %zu values", rows, columns);
    return CM_REFUSED;
  }
  if (!matrix->data || matrix->nbytes != rows * columns) {
    return fail(CM_DAMAGED, message, "it has other values than its size says");
  }
  uint8_t *values = malloc(rows * columns);
  if (!values) return fail(CM_OUT_OF_MEMORY, message, "out of memory");
  memcpy(values, matrix->data, rows * columns);
  out->values = (cm_bytes){values, rows * columns};
  out->rows = (int64_t)rows;
  out->columns = (int64_t)columns;
  return CM_OK;
}

static cm_status read_struct(matvar_t *variable, const char *field, size_t limit, cm_matrix *out,
                             char *message) {
  if (variable->class_type != MAT_C_STRUCT || variable->rank != 2 || variable->dims[0] != 1 ||
      variable->dims[1] != 1) {
    return fail(CM_REFUSED, message, "the variable is no single struct");
  }
  const matvar_t *matrix = Mat_VarGetStructFieldByName(variable, field, 0);
  if (!matrix) return fail(CM_REFUSED, message, "the struct has no such field");
  return copy(matrix, limit, out, message);
}

typedef cm_status (*reader)(matvar_t *variable, void *context, char *message);

// Opens a file and hands `variable` to `read`.
static cm_status with_variable(const char *path, const char *variable, reader read, void *context,
                               char *message) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, set_up);
  reason[0] = 0;
  mat_t *file = Mat_Open(path, MAT_ACC_RDONLY);
  if (!file) return fail(CM_DAMAGED, message, "it cannot be opened");
  cm_status status;
  if (Mat_GetVersion(file) != MAT_FT_MAT5) {
    status = fail(CM_REFUSED, message, "it is no file of MATLAB 5");
  } else {
    matvar_t *found = Mat_VarRead(file, variable);
    status = found ? read(found, context, message)
                   : fail(CM_REFUSED, message, "there is no such variable");
    Mat_VarFree(found);
  }
  Mat_Close(file);
  return status;
}

typedef struct field_request {
  const char *field;
  size_t limit;
  cm_matrix *out;
} field_request;

static cm_status read_field(matvar_t *variable, void *context, char *message) {
  field_request *request = context;
  return read_struct(variable, request->field, request->limit, request->out, message);
}

cm_status cm_read_field(const char *path, const char *variable, const char *field, size_t limit,
                        cm_matrix *out, char *message) {
  field_request request = {field, limit, out};
  return with_variable(path, variable, read_field, &request, message);
}

// Appends a text of libmatio, whose characters have one, two or four bytes; those beyond ASCII become question marks, and
// so does what would end a column. Returns 0 for what is no text.
static int append_text(FILE *out, const matvar_t *text) {
  if (!text || text->class_type != MAT_C_CHAR || text->isComplex || text->rank != 2) return 0;
  if (text->dims[0] == 0 || text->dims[1] == 0) return 1;
  if (text->dims[0] != 1 || !text->data || text->data_size < 1 ||
      text->nbytes < text->dims[1] * (size_t)text->data_size) {
    return 0;
  }
  const uint8_t *bytes = text->data;
  for (size_t i = 0; i < text->dims[1]; ++i) {
    uint32_t letter = 0;
    for (int b = text->data_size - 1; b >= 0; --b) {
      letter = letter << 8 | bytes[i * (size_t)text->data_size + (size_t)b];
    }
    putc(letter >= 0x20 && letter < 0x7F ? (int)letter : '?', out);
  }
  return 1;
}

static cm_status write_synsets(matvar_t *synsets, FILE *out, char *message) {
  size_t count = synsets->dims[0] * synsets->dims[1];
  for (size_t i = 0; i < count; ++i) {
    const matvar_t *number = Mat_VarGetStructFieldByName(synsets, "ILSVRC2012_ID", i);
    if (!number || number->class_type != MAT_C_DOUBLE || number->data_type != MAT_T_DOUBLE ||
        !number->data || number->nbytes != sizeof(double)) {
      return fail(CM_REFUSED, message, "a struct of it has no number ILSVRC2012_ID");
    }
    double value = *(const double *)number->data;
    if (!(value >= 1 && value <= 1e6)) {
      return fail(CM_REFUSED, message, "a number ILSVRC2012_ID is none from 1 to 1000000");
    }
    fprintf(out, "%d\t", (int)value);
    if (!append_text(out, Mat_VarGetStructFieldByName(synsets, "WNID", i))) {
      return fail(CM_REFUSED, message, "a struct of it has no text WNID");
    }
    putc('\t', out);
    if (!append_text(out, Mat_VarGetStructFieldByName(synsets, "words", i))) {
      return fail(CM_REFUSED, message, "a struct of it has no text words");
    }
    putc('\n', out);
  }
  return CM_OK;
}

static cm_status read_synsets(matvar_t *variable, void *context, char *message) {
  if (variable->class_type != MAT_C_STRUCT || variable->rank != 2) {
    return fail(CM_REFUSED, message, "the variable synsets is no list of structs");
  }
  char *text = NULL;
  size_t size = 0;
  FILE *out = open_memstream(&text, &size);
  if (!out) return fail(CM_OUT_OF_MEMORY, message, "out of memory");
  cm_status status = write_synsets(variable, out, message);
  if (fclose(out) != 0 && status == CM_OK) {
    status = fail(CM_OUT_OF_MEMORY, message, "out of memory");
  }
  if (status != CM_OK) {
    free(text);
    return status;
  }
  *(cm_bytes *)context = (cm_bytes){(uint8_t *)text, size};
  return CM_OK;
}

cm_status cm_read_synsets(const char *path, cm_bytes *out, char *message) {
  return with_variable(path, "synsets", read_synsets, out, message);
}
