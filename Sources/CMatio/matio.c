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

cm_status cm_read_field(const char *path, const char *variable, const char *field, size_t limit,
                        cm_matrix *out, char *message) {
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
    status = found ? read_struct(found, field, limit, out, message)
                   : fail(CM_REFUSED, message, "there is no such variable");
    Mat_VarFree(found);
  }
  Mat_Close(file);
  return status;
}
