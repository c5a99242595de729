// libnghttp2: framing, HPACK, streams and flow control of HTTP/2. Only HTTPWire/HTTP2 imports this module.
#pragma once
#include <nghttp2/nghttp2.h>
