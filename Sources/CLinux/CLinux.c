#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/openat2.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

_Static_assert(CLINUX_O_PATH == O_PATH, "O_PATH");
#if defined(__x86_64__)
_Static_assert(CLINUX_O_TMPFILE == O_TMPFILE, "O_TMPFILE");
#endif
_Static_assert(CLINUX_AT_EMPTY_PATH == AT_EMPTY_PATH, "AT_EMPTY_PATH");
_Static_assert(CLINUX_RWF_NOWAIT == RWF_NOWAIT, "RWF_NOWAIT");
_Static_assert(CLINUX_RENAME_NOREPLACE == RENAME_NOREPLACE, "RENAME_NOREPLACE");
_Static_assert(CLINUX_RENAME_EXCHANGE == RENAME_EXCHANGE, "RENAME_EXCHANGE");
_Static_assert(CLINUX_CLOSE_RANGE_CLOEXEC == CLOSE_RANGE_CLOEXEC, "CLOSE_RANGE_CLOEXEC");
_Static_assert(CLINUX_RESOLVE_NO_XDEV == RESOLVE_NO_XDEV, "RESOLVE_NO_XDEV");
_Static_assert(CLINUX_RESOLVE_NO_MAGICLINKS == RESOLVE_NO_MAGICLINKS, "RESOLVE_NO_MAGICLINKS");
_Static_assert(CLINUX_RESOLVE_NO_SYMLINKS == RESOLVE_NO_SYMLINKS, "RESOLVE_NO_SYMLINKS");
_Static_assert(CLINUX_RESOLVE_BENEATH == RESOLVE_BENEATH, "RESOLVE_BENEATH");
_Static_assert(CLINUX_RESOLVE_IN_ROOT == RESOLVE_IN_ROOT, "RESOLVE_IN_ROOT");
_Static_assert(CLINUX_RESOLVE_CACHED == RESOLVE_CACHED, "RESOLVE_CACHED");

int clinux_accept4(int fd, void *address, uint32_t *length, int flags) {
    return accept4(fd, address, length, flags);
}

int clinux_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve) {
    struct open_how how = {.flags = flags, .mode = mode, .resolve = resolve};
    return (int)syscall(SYS_openat2, directory, path, &how, sizeof how);
}

int clinux_unsent_bytes(int fd, int *bytes) {
    return ioctl(fd, SIOCOUTQ, bytes);
}

int clinux_interface_addresses(int fd, uint32_t *addresses, int capacity) {
    struct ifreq entries[64];
    struct ifconf list = {.ifc_len = sizeof entries, .ifc_req = entries};
    if (ioctl(fd, SIOCGIFCONF, &list) != 0) return -1;
    int count = list.ifc_len / (int)sizeof entries[0];
    if (count > capacity) count = capacity;
    for (int index = 0; index < count; index++) {
        struct sockaddr_in address;
        memcpy(&address, &entries[index].ifr_addr, sizeof address);
        addresses[index] = address.sin_addr.s_addr;
    }
    return count;
}

intptr_t clinux_preadv2(int fd, void *buffer, size_t count, int64_t offset, int flags) {
    struct iovec vector = {.iov_base = buffer, .iov_len = count};
    return preadv2(fd, &vector, 1, offset, flags);
}

int clinux_renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags) {
    return renameat2(from_directory, from, to_directory, to, flags);
}

int clinux_close_range(unsigned first, unsigned last, int flags) {
    return close_range(first, last, flags);
}

const void *clinux_memmem(const void *haystack, size_t haystack_length, const void *needle,
                          size_t needle_length) {
    return memmem(haystack, haystack_length, needle, needle_length);
}

int clinux_name_thread(const char *name) {
    char cut[16];
    snprintf(cut, sizeof cut, "%s", name);
    return pthread_setname_np(pthread_self(), cut);
}

int clinux_available_cpus(void) {
    cpu_set_t set;
    CPU_ZERO(&set);
    // Fails only on machines with more than 1024 processors; the online count is the honest fallback.
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        long online = sysconf(_SC_NPROCESSORS_ONLN);
        return online > 0 ? (int)online : 1;
    }
    int count = CPU_COUNT(&set);
    return count > 0 ? count : 1;
}
