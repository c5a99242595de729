// The decoder of the coding br, for tests.
#pragma once
#include <brotli/decode.h>
