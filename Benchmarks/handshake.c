// A load client for TLS handshakes: connects, handshakes, asks for one small page, closes, again, until the time
// is up, from several threads. Each thread keeps its own context, so no lock is shared between them.
// handshake full|resumed PORT PATH SECONDS THREADS  ->  one line of JSON
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { MAX_THREADS = 256, MAX_SAMPLES = 1 << 18, REQUEST_BYTES = 512, FAILURES_TOLERATED = 10 };

struct plan {
    bool resume;
    uint16_t port;
    char request[REQUEST_BYTES];
    uint64_t deadline;
};

struct worker {
    const struct plan *plan;
    in_addr_t source;
    SSL_CTX *context;
    SSL_SESSION *session; // the newest ticket; owned
    uint32_t *samples;    // microseconds from connect() to the end of the answer
    size_t answered, resumed, failed;
    char failure[160];
};

static uint64_t now_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

static int keep_session(SSL *ssl, SSL_SESSION *session) {
    struct worker *self = SSL_get_app_data(ssl);
    SSL_SESSION_free(self->session);
    self->session = session;
    return 1; // the reference is ours now
}

static bool fail(struct worker *self, const char *call) {
    unsigned long code = ERR_peek_error();
    const char *reason = code ? ERR_reason_error_string(code) : strerror(errno);
    snprintf(self->failure, sizeof self->failure, "%s: %s", call, reason ? reason : "unknown");
    return false;
}

// Each thread comes from an address of its own, so that the ports of closed connections do not run out.
static int connect_from(struct worker *self) {
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = self->source};
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(self->plan->port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int late = 1;
    setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &late, sizeof late);
    struct timeval patience = {.tv_sec = 10};
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (bind(fd, (struct sockaddr *)&from, sizeof from) || connect(fd, (struct sockaddr *)&to, sizeof to)) {
        fail(self, "connect");
        close(fd);
        return -1;
    }
    return fd;
}

static bool converse(struct worker *self, SSL *ssl) {
    char answer[4096];
    size_t length, total = 0;
    if (SSL_connect(ssl) != 1) return fail(self, "SSL_connect");
    if (!SSL_write_ex(ssl, self->plan->request, strlen(self->plan->request), &length))
        return fail(self, "SSL_write");
    // The server closes after its answer, so the end of the answer is its close_notify.
    while (SSL_read_ex(ssl, answer + total, sizeof answer - total, &length)) total += length;
    if (SSL_get_error(ssl, 0) != SSL_ERROR_ZERO_RETURN) return fail(self, "close_notify");
    if (total < 12 || memcmp(answer + 9, "200", 3)) return fail(self, "status other than 200");
    return true;
}

static bool visit(struct worker *self) {
    uint64_t start = now_ns();
    int fd = connect_from(self);
    if (fd < 0) return false;
    ERR_clear_error();
    SSL *ssl = SSL_new(self->context);
    SSL_set_fd(ssl, fd);
    SSL_set_app_data(ssl, self);
    SSL_set_tlsext_host_name(ssl, "localhost");
    if (self->plan->resume && self->session) SSL_set_session(ssl, self->session);
    bool done = converse(self, ssl);
    if (done) {
        if (self->answered < MAX_SAMPLES) self->samples[self->answered] = (uint32_t)((now_ns() - start) / 1000);
        self->answered += 1;
        self->resumed += SSL_session_reused(ssl) ? 1 : 0;
        SSL_shutdown(ssl);
    }
    SSL_free(ssl);
    close(fd);
    return done;
}

static void *work(void *argument) {
    struct worker *self = argument;
    while (now_ns() < self->plan->deadline && self->failed < FAILURES_TOLERATED) {
        if (!visit(self)) self->failed += 1;
    }
    return NULL;
}

static void prepare(struct worker *self, const struct plan *plan, unsigned index) {
    *self = (struct worker){.plan = plan, .source = htonl(0x7f000101u + index)}; // 127.0.1.1 and on
    self->samples = calloc(MAX_SAMPLES, sizeof *self->samples);
    self->context = SSL_CTX_new(TLS_client_method());
    if (!self->samples || !self->context) abort();
    SSL_CTX_set_verify(self->context, SSL_VERIFY_NONE, NULL);
    if (!plan->resume) return;
    SSL_CTX_set_session_cache_mode(self->context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(self->context, keep_session);
}

static int ascending(const void *left, const void *right) {
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return (a > b) - (a < b);
}

static int report(struct worker *workers, unsigned count, double seconds) {
    size_t answered = 0, resumed = 0, failed = 0, sampled = 0;
    const char *failure = "";
    for (unsigned i = 0; i < count; i++) {
        answered += workers[i].answered;
        resumed += workers[i].resumed;
        failed += workers[i].failed;
        sampled += workers[i].answered < MAX_SAMPLES ? workers[i].answered : MAX_SAMPLES;
        if (workers[i].failed) failure = workers[i].failure;
    }
    uint32_t *all = calloc(sampled + 1, sizeof *all);
    if (!all) abort();
    size_t filled = 0;
    for (unsigned i = 0; i < count; i++) {
        size_t own = workers[i].answered < MAX_SAMPLES ? workers[i].answered : MAX_SAMPLES;
        memcpy(all + filled, workers[i].samples, own * sizeof *all);
        filled += own;
    }
    qsort(all, sampled, sizeof *all, ascending);
    printf("{\"requests\": %zu, \"resumed\": %zu, \"errors\": %zu, \"failure\": \"%s\", \"seconds\": %.3f, "
           "\"p50\": %u, \"p99\": %u}\n",
           answered, resumed, failed, failure, seconds, all[sampled / 2], all[sampled * 99 / 100]);
    free(all);
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 6) return fprintf(stderr, "usage: handshake full|resumed PORT PATH SECONDS THREADS\n"), 64;
    unsigned count = (unsigned)atoi(argv[5]);
    if (count < 1 || count > MAX_THREADS) return fprintf(stderr, "THREADS: 1 to %d\n", MAX_THREADS), 64;
    struct plan plan = {.resume = !strcmp(argv[1], "resumed"), .port = (uint16_t)atoi(argv[2])};
    snprintf(plan.request, sizeof plan.request,
             "GET %s HTTP/1.1\r\nHost: localhost:%s\r\nConnection: close\r\n\r\n", argv[3], argv[2]);
    uint64_t start = now_ns();
    plan.deadline = start + (uint64_t)(atof(argv[4]) * 1e9);

    static struct worker workers[MAX_THREADS];
    pthread_t threads[MAX_THREADS];
    for (unsigned i = 0; i < count; i++) {
        prepare(&workers[i], &plan, i);
        if (pthread_create(&threads[i], NULL, work, &workers[i])) return perror("pthread_create"), 1;
    }
    for (unsigned i = 0; i < count; i++) pthread_join(threads[i], NULL);
    return report(workers, count, (double)(now_ns() - start) / 1e9);
}
