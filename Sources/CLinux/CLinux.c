#define _GNU_SOURCE
#include "CLinux.h"

#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/openat2.h>
#include <linux/sockios.h>
#include <linux/tls.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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
_Static_assert(CLINUX_TCP_ULP == TCP_ULP, "TCP_ULP");
_Static_assert(CLINUX_TLS_TX == TLS_TX, "TLS_TX");
_Static_assert(CLINUX_TLS_AES_GCM_128 == TLS_CIPHER_AES_GCM_128, "TLS_CIPHER_AES_GCM_128");
_Static_assert(CLINUX_TLS_AES_GCM_256 == TLS_CIPHER_AES_GCM_256, "TLS_CIPHER_AES_GCM_256");
_Static_assert(CLINUX_TLS_CHACHA20_POLY1305 == TLS_CIPHER_CHACHA20_POLY1305, "TLS_CIPHER_CHACHA20_POLY1305");
// KernelTLSParameters.swift goes by these.
_Static_assert(sizeof(struct tls12_crypto_info_aes_gcm_128) == 40, "tls12_crypto_info_aes_gcm_128");
_Static_assert(sizeof(struct tls12_crypto_info_aes_gcm_256) == 56, "tls12_crypto_info_aes_gcm_256");
_Static_assert(sizeof(struct tls12_crypto_info_chacha20_poly1305) == 56, "tls12_crypto_info_chacha20_poly1305");

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

intptr_t clinux_send_tls_record(int fd, unsigned char type, const void *bytes, size_t count) {
    struct iovec vector = {.iov_base = (void *)bytes, .iov_len = count};
    union {
        struct cmsghdr header;
        char space[CMSG_SPACE(sizeof type)];
    } control = {.header = {.cmsg_len = CMSG_LEN(sizeof type), .cmsg_level = CLINUX_SOL_TLS,
                            .cmsg_type = TLS_SET_RECORD_TYPE}};
    *CMSG_DATA(&control.header) = type;
    struct msghdr message = {.msg_iov = &vector, .msg_iovlen = 1, .msg_control = &control,
                             .msg_controllen = control.header.cmsg_len};
    return sendmsg(fd, &message, MSG_NOSIGNAL);
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
