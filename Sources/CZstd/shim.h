// libzstd: the coding zstd. Only Compression imports this module.
#pragma once
#include <zstd.h>
