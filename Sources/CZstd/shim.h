#define ZSTD_STATIC_LINKING_ONLY
#include <zstd.h>

// Macros with casts are not imported into Swift.
static const ZSTD_cParameter LSKD_literalCompressionMode = ZSTD_c_literalCompressionMode;
static const int LSKD_huffman = ZSTD_ps_enable;
