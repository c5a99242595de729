// cmark-gfm: CommonMark with GitHub's tables and task lists. Only Markdown imports this module.
#pragma once
#include <cmark-gfm.h>
#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm-extension_api.h>
