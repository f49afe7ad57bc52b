// Page-aligned memory for direct I/O. Every page is touched when it is made, so that the hot path
// takes no fault, and it stays out of core dumps, because plain records pass through it.
#pragma once
#include "protocol/core/bytes.hpp"

#include <cstdlib>
#include <memory>
#include <new>

#include <sys/mman.h>

namespace turnout::journal {

class AlignedBuffer {
public:
    static constexpr std::size_t kAlignBytes = 4096;

    // `bytes` is rounded up to whole pages; all zero. Throws std::bad_alloc (start-up only).
    explicit AlignedBuffer(std::size_t bytes)
        : bytes_((bytes + kAlignBytes - 1) / kAlignBytes * kAlignBytes),
          memory_(static_cast<std::byte*>(std::aligned_alloc(kAlignBytes, bytes_)))
    {
        if (memory_ == nullptr) throw std::bad_alloc();
        std::memset(memory_.get(), 0, bytes_);
        // Advice only: without it the buffer works as well.
        [[maybe_unused]] auto const advised = ::madvise(memory_.get(), bytes_, MADV_DONTDUMP);
    }
    ~AlignedBuffer()
    {
        if (memory_ == nullptr) return;
        explicit_bzero(memory_.get(), bytes_);
        [[maybe_unused]] auto const advised = ::madvise(memory_.get(), bytes_, MADV_DODUMP);
    }
    AlignedBuffer(AlignedBuffer&&) noexcept = default;
    AlignedBuffer& operator=(AlignedBuffer&&) = delete;

    [[nodiscard]] std::byte* data() noexcept { return memory_.get(); }
    [[nodiscard]] std::byte const* data() const noexcept { return memory_.get(); }
    [[nodiscard]] std::size_t size() const noexcept { return bytes_; }
    [[nodiscard]] ByteSpan span() noexcept { return {memory_.get(), bytes_}; }

private:
    struct Free {
        void operator()(std::byte* at) const noexcept { std::free(at); }
    };
    std::size_t bytes_;
    std::unique_ptr<std::byte, Free> memory_;
};

// True when every byte is zero; any alignment and size.
[[nodiscard]] inline bool all_zero(ByteView bytes) noexcept
{
    std::size_t at = 0;
    for (; at + 8 <= bytes.size(); at += 8)
        if (load<std::uint64_t>(bytes.data() + at) != 0) return false;
    for (; at < bytes.size(); ++at)
        if (bytes[at] != std::byte{0}) return false;
    return true;
}

}  // namespace turnout::journal
