// libsystemd, and two calls of Linux that Swift's Glibc overlay does not show.
#pragma once
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

/// Names the calling thread, at most 15 bytes, PR_SET_NAME(2const): prctl is variadic, and pthread_setname_np(3)
/// is hidden without _GNU_SOURCE.
static inline void csystemd_name_thread(const char *name) {
    prctl(PR_SET_NAME, (unsigned long)name, 0UL, 0UL, 0UL);
}
