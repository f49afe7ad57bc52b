#include "switch/ledger/table_memory.hpp"

#include <cerrno>

#include <sys/mman.h>

namespace turnout::ledger {

namespace {
constexpr std::size_t kHugePageBytes = std::size_t{2} << 20;
}

void* map_table(std::size_t bytes, Pages pages, Commit commit)
{
    void* const memory =
        ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (memory == MAP_FAILED) throw std::bad_alloc{};
    // Both are advice: a kernel that knows neither runs slower or dumps more, but runs.
    (void)::madvise(memory, bytes, MADV_DONTDUMP);
    if (pages == Pages::huge && bytes >= kHugePageBytes)
        (void)::madvise(memory, bytes, MADV_HUGEPAGE);
    if (commit == Commit::at_start && ::madvise(memory, bytes, MADV_POPULATE_WRITE) != 0 &&
        errno == ENOMEM) {
        (void)::munmap(memory, bytes);
        throw std::bad_alloc{};
    }
    return memory;
}

void unmap_table(void* memory, std::size_t bytes) noexcept
{
    (void)::munmap(memory, bytes);
}

}  // namespace turnout::ledger
