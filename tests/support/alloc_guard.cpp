#include "tests/support/alloc_guard.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TURNOUT_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TURNOUT_SANITIZED 1
#endif
#endif

#ifdef TURNOUT_SANITIZED
#include <sanitizer/allocator_interface.h>
#endif

namespace {

// Constant-initialised and in the program's own TLS block: malloc may run before anything else.
constinit thread_local turnout::test::AllocCounts counts;

}  // namespace

#ifndef TURNOUT_SANITIZED

// glibc's own allocator under other names: the functions below only count.
extern "C" {
void* __libc_malloc(std::size_t bytes);
void* __libc_calloc(std::size_t count, std::size_t bytes);
void* __libc_realloc(void* at, std::size_t bytes);
void* __libc_memalign(std::size_t align, std::size_t bytes);
void __libc_free(void* at);

void* malloc(std::size_t bytes)
{
    ++counts.allocations;
    return __libc_malloc(bytes);
}
void* calloc(std::size_t count, std::size_t bytes)
{
    ++counts.allocations;
    return __libc_calloc(count, bytes);
}
void* realloc(void* at, std::size_t bytes)
{
    ++counts.allocations;
    return __libc_realloc(at, bytes);
}
void* memalign(std::size_t align, std::size_t bytes)
{
    ++counts.allocations;
    return __libc_memalign(align, bytes);
}
void* aligned_alloc(std::size_t align, std::size_t bytes)
{
    return memalign(align, bytes);
}
int posix_memalign(void** out, std::size_t align, std::size_t bytes)
{
    auto* const at = memalign(align, bytes);
    if (at == nullptr) return ENOMEM;
    *out = at;
    return 0;
}
void free(void* at)
{
    if (at != nullptr) ++counts.releases;
    __libc_free(at);
}
}

#else

// The sanitizers have an allocator and an operator new of their own: they only let us listen.
namespace {

void on_allocation(void const volatile*, std::size_t)
{
    ++counts.allocations;
}
void on_release(void const volatile* at)
{
    if (at != nullptr) ++counts.releases;
}
[[maybe_unused]] int const kInstalled =
    __sanitizer_install_malloc_and_free_hooks(on_allocation, on_release);

}  // namespace

#endif

namespace turnout::test {

AllocCounts thread_alloc_counts() noexcept
{
    return counts;
}

}  // namespace turnout::test
