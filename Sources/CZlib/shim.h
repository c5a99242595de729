// zlib: the codings gzip and deflate. Only Compression imports this module.
#pragma once
#include <zlib.h>

// A macro that adds the version and the size of the structure.
static inline int czlib_deflate_init(z_stream *stream, int level, int window_bits) {
    return deflateInit2(stream, level, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
}
