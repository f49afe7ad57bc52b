// LD_PRELOAD shim for the fault tests: lets writes or syncs of journal files fail on demand.
//   TURNOUT_FAULT        write | sync | create | witness: which calls
//   TURNOUT_FAULT_ERROR  errno to fail with, as a number; 0 = write only half (write, create)
//   TURNOUT_FAULT_AT     from which matching call on, counted while armed (default 1)
//   TURNOUT_FAULT_ARMED  a path: calls fail only while it exists
// Any thread; one counter for all.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static atomic_int calls;

static int ends_with(char const* text, char const* end)
{
    size_t const length = strlen(text), wanted = strlen(end);
    return length >= wanted && strcmp(text + length - wanted, end) == 0;
}

// Whether this call on this file is one that has to fail. `is_sync` tells syncs from writes.
static int must_fail(int fd, int is_sync)
{
    char const* const kind = getenv("TURNOUT_FAULT");
    char const* const armed = getenv("TURNOUT_FAULT_ARMED");
    if (kind == NULL || armed == NULL || access(armed, F_OK) != 0) return 0;
    char link[64], path[4096];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t const length = readlink(link, path, sizeof path - 1);
    if (length <= 0) return 0;
    path[length] = '\0';
    int matches = 0;
    if (strcmp(kind, "write") == 0) matches = !is_sync && ends_with(path, ".toj");
    if (strcmp(kind, "sync") == 0) matches = is_sync && ends_with(path, ".toj");
    if (strcmp(kind, "create") == 0) matches = !is_sync && ends_with(path, ".toj.tmp");
    if (strcmp(kind, "witness") == 0) matches = is_sync && ends_with(path, "tail.witness");
    if (!matches) return 0;
    char const* const at = getenv("TURNOUT_FAULT_AT");
    return atomic_fetch_add(&calls, 1) + 1 >= (at == NULL ? 1 : atoi(at));
}

static int fault_errno(void)
{
    char const* const text = getenv("TURNOUT_FAULT_ERROR");
    return text == NULL ? EIO : atoi(text);
}

typedef ssize_t (*Write)(int, void const*, size_t, off_t);
typedef int (*Sync)(int);

static ssize_t faulty_write(char const* name, int fd, void const* bytes, size_t count, off_t offset)
{
    Write const real = (Write)dlsym(RTLD_NEXT, name);
    if (!must_fail(fd, 0)) return real(fd, bytes, count, offset);
    int const error = fault_errno();
    if (error == 0) return real(fd, bytes, count / 2 / 512 * 512, offset);  // whole sectors
    errno = error;
    return -1;
}

static int faulty_sync(char const* name, int fd)
{
    Sync const real = (Sync)dlsym(RTLD_NEXT, name);
    if (!must_fail(fd, 1)) return real(fd);
    errno = fault_errno();
    return -1;
}

ssize_t pwrite(int fd, void const* bytes, size_t count, off_t offset)
{
    return faulty_write("pwrite", fd, bytes, count, offset);
}

ssize_t pwrite64(int fd, void const* bytes, size_t count, off_t offset)
{
    return faulty_write("pwrite64", fd, bytes, count, offset);
}

int fdatasync(int fd)
{
    return faulty_sync("fdatasync", fd);
}

int fsync(int fd)
{
    return faulty_sync("fsync", fd);
}
