// AllocGuard: counts what the calling thread takes from the heap, by operator new and by malloc.
// For tests only: add tests/support/alloc_guard.cpp to the sources of a test program and it
// replaces the global functions of that program.
#pragma once
#include <cstdint>

namespace turnout::test {

struct AllocCounts {
    std::uint64_t allocations = 0;  // operator new, malloc, calloc, realloc, aligned_alloc ...
    std::uint64_t releases = 0;     // operator delete, free
};

// Counts of this thread since it started. Under a sanitizer they come from its own hooks.
[[nodiscard]] AllocCounts thread_alloc_counts() noexcept;

// Counts from its construction on; must be asked on the thread that made it.
class AllocGuard {
public:
    AllocGuard() noexcept : start_(thread_alloc_counts()) {}
    [[nodiscard]] std::uint64_t allocations() const noexcept
    {
        return thread_alloc_counts().allocations - start_.allocations;
    }
    [[nodiscard]] std::uint64_t releases() const noexcept
    {
        return thread_alloc_counts().releases - start_.releases;
    }

private:
    AllocCounts start_;
};

}  // namespace turnout::test
