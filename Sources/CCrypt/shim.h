// libxcrypt: hashes of passwords, crypt(5). Only Passwords imports this module.
#pragma once
#include <crypt.h>
