/* Preloaded into a server under test: disks that are full, broken or read-only, and clocks that go back.
   What fails is said by small files in the folder $QUITTANCE_FAULTS, each read at every call:
     write   "<errno> <path suffix>"   writes to such files fail
     sync    "<errno> <path suffix>"   the next sync of such a file fails; the order is then spent
     open    "<errno> <path part>"     such files can't be opened for writing
     clock   "<seconds>"               is added to the time of day
   Syncs of files named in `sync` or after it was spent are written down in `synced`. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static int order(const char *name, char *text, size_t size) {
    const char *dir = getenv("QUITTANCE_FAULTS");
    char path[4096];
    if (!dir) return 0;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return 0;
    ssize_t length = syscall(SYS_read, fd, text, size - 1);
    syscall(SYS_close, fd);
    if (length <= 0) return 0;
    text[length] = 0;
    return 1;
}

static void note(const char *what, const char *path) {
    char file[4096], line[4200];
    snprintf(file, sizeof file, "%s/synced", getenv("QUITTANCE_FAULTS"));
    int fd = syscall(SYS_openat, AT_FDCWD, file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    int length = snprintf(line, sizeof line, "%s %s\n", what, path);
    if (fd >= 0) {
        syscall(SYS_write, fd, line, length);
        syscall(SYS_close, fd);
    }
}

static int ends(const char *path, const char *suffix) {
    size_t a = strlen(path), b = strlen(suffix);
    return b > 0 && a >= b && !strcmp(path + a - b, suffix);
}

static void path_of(int fd, char *path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, size - 1);
    path[length > 0 ? length : 0] = 0;
}

static int denied(const char *kind, const char *path) {
    char text[512], wanted[512];
    int number;
    if (!order(kind, text, sizeof text) || sscanf(text, "%d %511s", &number, wanted) != 2) return 0;
    int hit = strcmp(kind, "open") ? ends(path, wanted) : strstr(path, wanted) != NULL;
    return hit ? number : 0;
}

#define DENY(kind, fd, failed)                                                                                  \
    do {                                                                                                        \
        char path[4096];                                                                                        \
        path_of(fd, path, sizeof path);                                                                         \
        int number = denied(kind, path);                                                                        \
        if (number) {                                                                                           \
            errno = number;                                                                                     \
            return failed;                                                                                      \
        }                                                                                                       \
    } while (0)

ssize_t write(int fd, const void *from, size_t size) {
    DENY("write", fd, -1);
    ssize_t done = syscall(SYS_write, fd, from, size);
    return done;
}

ssize_t pwrite64(int fd, const void *from, size_t size, off64_t at) {
    DENY("write", fd, -1);
    return syscall(SYS_pwrite64, fd, from, size, at);
}

ssize_t pwrite(int fd, const void *from, size_t size, off_t at) { return pwrite64(fd, from, size, at); }

static int synced(int fd, long call) {
    char path[4096], text[512], spent[4096];
    path_of(fd, path, sizeof path);
    int number = denied("sync", path);
    if (number) {
        snprintf(spent, sizeof spent, "%s/sync", getenv("QUITTANCE_FAULTS"));
        unlink(spent);
        note("failed", path);
        errno = number;
        return -1;
    }
    if (order("synced", text, sizeof text)) note("synced", path);
    return syscall(call, fd);
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

static int opened(const char *path, int flags, mode_t mode) {
    int number = (flags & (O_WRONLY | O_RDWR)) ? denied("open", path) : 0;
    if (number) {
        errno = number;
        return -1;
    }
    return syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

int open(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return opened(path, flags, mode);
}

int open64(const char *path, int flags, ...) {
    va_list rest;
    va_start(rest, flags);
    mode_t mode = va_arg(rest, mode_t);
    va_end(rest);
    return opened(path, flags | O_LARGEFILE, mode);
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    char text[64];
    int result = syscall(SYS_clock_gettime, clock, now);
    if (clock == CLOCK_REALTIME && order("clock", text, sizeof text)) now->tv_sec += atol(text);
    return result;
}
