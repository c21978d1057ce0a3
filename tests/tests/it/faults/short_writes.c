/* Loaded into a program by LD_PRELOAD. A write to a file whose path contains $SHORT_PATH takes no more
   than $SHORT_BYTES bytes; every $SHORT_EVERY-th of them fails with the error $SHORT_ERRNO instead. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

static long number(const char *name, long missing) {
    const char *value = getenv(name);
    return value ? strtol(value, NULL, 10) : missing;
}

static int concerns(int fd) {
    const char *part = getenv("SHORT_PATH");
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (!part || length < 0)
        return 0;
    path[length] = 0;
    return strstr(path, part) != NULL;
}

ssize_t write(int fd, const void *bytes, size_t count) {
    static ssize_t (*real)(int, const void *, size_t);
    static long calls;
    if (!real)
        real = (ssize_t (*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");
    if (!concerns(fd))
        return real(fd, bytes, count);
    long every = number("SHORT_EVERY", 0);
    if (every && __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST) % every == 0) {
        errno = (int)number("SHORT_ERRNO", EIO);
        return -1;
    }
    size_t most = (size_t)number("SHORT_BYTES", (long)count);
    return real(fd, bytes, count < most ? count : most);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    static ssize_t (*real)(int, const struct iovec *, int);
    if (!real)
        real = (ssize_t (*)(int, const struct iovec *, int))dlsym(RTLD_NEXT, "writev");
    if (!concerns(fd) || count == 0)
        return real(fd, parts, count);
    return write(fd, parts[0].iov_base, parts[0].iov_len);
}
