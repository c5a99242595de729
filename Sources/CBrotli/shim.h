// The encoder of the coding br. Only Compression imports this module.
#pragma once
#include <brotli/encode.h>
