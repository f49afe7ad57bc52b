#include "switch/net/arena.hpp"

#include "switch/base/limits.hpp"

#include <cerrno>
#include <system_error>

#include <sys/mman.h>

namespace turnout::net {

static constexpr std::size_t whole_pages(std::size_t bytes) noexcept
{
    return (bytes + limits::page_bytes - 1) / limits::page_bytes * limits::page_bytes;
}

Arena::Arena(std::size_t slots, std::size_t slot_bytes)
    : slots_(slots), slot_bytes_(whole_pages(slot_bytes))
{
    auto* const memory = ::mmap(nullptr, slots_ * slot_bytes_, PROT_READ | PROT_WRITE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        throw std::system_error(errno, std::generic_category(), "mmap of session buffers");
    base_ = static_cast<std::byte*>(memory);
}

Arena::~Arena()
{
    ::munmap(base_, slots_ * slot_bytes_);
}

void Arena::release(std::size_t index) noexcept
{
    ::madvise(base_ + index * slot_bytes_, slot_bytes_, MADV_DONTNEED);
}

}  // namespace turnout::net
