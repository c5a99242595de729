// libarchive: tar and zip. Only Archives imports this module.
#pragma once
#include <archive.h>
#include <archive_entry.h>
