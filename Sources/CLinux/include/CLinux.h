// The Linux calls that Swift's Glibc overlay cannot show, because glibc declares them under _GNU_SOURCE only.
// Each function is the bare system call: -1 and errno on failure, no retry, no state.
// No socket headers here: this module would then own sockaddr in Swift's eyes, hidden from Glibc's users.
#pragma once
#include <stddef.h>
#include <stdint.h>
// Headers that Swift's Glibc module leaves out.
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>

// accept4(2): one call that accepts and sets SOCK_NONBLOCK | SOCK_CLOEXEC. _GNU_SOURCE.
// `address` is a struct sockaddr of `*length` bytes.
int clinux_accept4(int fd, void *address, uint32_t *length, int flags);

// openat2(2): glibc has no wrapper at all. `resolve` takes CLINUX_RESOLVE_* bits.
int clinux_openat2(int directory, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve);

// SIOCOUTQ, tcp(7): bytes that were sent and not yet taken by the other end's kernel. A variadic call, and a macro.
int clinux_unsent_bytes(int fd, int *bytes);

// SIOCGIFCONF, netdevice(7): the IPv4 addresses of the interfaces that are up, in network byte order, at most
// `capacity` of them. Gives their number. A variadic call over a union.
int clinux_interface_addresses(int fd, uint32_t *addresses, int capacity);

// preadv2(2) into one buffer; with CLINUX_RWF_NOWAIT it reads from the page cache or fails with EAGAIN.
// _GNU_SOURCE.
intptr_t clinux_preadv2(int fd, void *buffer, size_t count, int64_t offset, int flags);

// renameat2(2): RENAME_NOREPLACE is the only atomic "create, never overwrite". _GNU_SOURCE.
int clinux_renameat2(int from_directory, const char *from, int to_directory, const char *to, unsigned flags);

// close_range(2): what a child closes before exec. _GNU_SOURCE.
int clinux_close_range(unsigned first, unsigned last, int flags);

// memmem(3): _GNU_SOURCE. NULL when absent.
const void *clinux_memmem(const void *haystack, size_t haystack_length, const void *needle,
                          size_t needle_length);

// pthread_setname_np(3) for the calling thread, cut to the kernel's 15 bytes. _GNU_SOURCE.
int clinux_name_thread(const char *name);

// CPU_COUNT over sched_getaffinity(2), a macro over an opaque set. At least 1.
int clinux_available_cpus(void);

// sendmsg(2) of one whole record of TLS, of a type other than application data, over a socket whose keys the kernel has:
// the type goes into a control message, which takes macros.
intptr_t clinux_send_tls_record(int fd, unsigned char type, const void *bytes, size_t count);

// Macros that glibc guards with _GNU_SOURCE or that Swift cannot evaluate; CLinux.c asserts each value.
enum {
    CLINUX_O_PATH = 010000000,
    CLINUX_O_TMPFILE = 020200000,
    CLINUX_AT_EMPTY_PATH = 0x1000,
    CLINUX_RWF_NOWAIT = 0x8,
    CLINUX_RENAME_NOREPLACE = 0x1,
    CLINUX_RENAME_EXCHANGE = 0x2,
    CLINUX_CLOSE_RANGE_CLOEXEC = 0x4,
    CLINUX_RESOLVE_NO_XDEV = 0x01,
    CLINUX_RESOLVE_NO_MAGICLINKS = 0x02,
    CLINUX_RESOLVE_NO_SYMLINKS = 0x04,
    CLINUX_RESOLVE_BENEATH = 0x08,
    CLINUX_RESOLVE_IN_ROOT = 0x10,
    CLINUX_RESOLVE_CACHED = 0x20,
    CLINUX_TCP_ULP = 31,
    CLINUX_SOL_TLS = 282,
    CLINUX_TLS_TX = 1,
    CLINUX_TLS_AES_GCM_128 = 51,
    CLINUX_TLS_AES_GCM_256 = 52,
    CLINUX_TLS_CHACHA20_POLY1305 = 54,
};
