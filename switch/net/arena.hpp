// One mapping for the buffers of all sessions of a loop. Pages that nobody touched cost nothing,
// and a slot that is given back loses its pages, and with them every PAN that was in it.
#pragma once
#include "protocol/core/bytes.hpp"

namespace turnout::net {

class Arena {
public:
    // Throws std::system_error when the address space cannot be had (start-up only).
    Arena(std::size_t slots, std::size_t slot_bytes);
    ~Arena();
    Arena(Arena const&) = delete;
    Arena& operator=(Arena const&) = delete;

    // The slot's bytes, zero since the last release; valid as long as the arena.
    [[nodiscard]] ByteSpan slot(std::size_t index) const noexcept
    {
        return {base_ + index * slot_bytes_, slot_bytes_};
    }
    // Gives the pages back to the system; they read as zero afterwards.
    void release(std::size_t index) noexcept;

private:
    std::byte* base_ = nullptr;
    std::size_t slots_;
    std::size_t slot_bytes_;  // whole pages
};

}  // namespace turnout::net
