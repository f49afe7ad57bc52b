// The messages of one connection that wait for an answer, by message number: a fixed ring of slots,
// so that finding one is an index and a compare. A slot keeps its message after a time-out, until
// the ring comes round, so that a late answer is recognised as such. One thread owns it.
#pragma once
#include "tools/loadgen/message_template.hpp"

#include <cstdint>
#include <vector>

namespace turnout::loadgen {

enum class SlotState : std::uint8_t { never_used = 0, waiting, answered, timed_out };

struct Slot {
    std::uint64_t ordinal = 0;
    std::uint64_t intended_ns = 0;
    std::uint64_t sent_ns = 0;
    std::uint64_t amount = 0;  // minor units
    std::uint32_t card = 0;    // index
    std::uint32_t rrn_number = 0;
    std::uint32_t mmdd = 0;  // of DE 7
    std::uint32_t hhmmss = 0;
    Kind kind = Kind::auth;
    SlotState state = SlotState::never_used;
    bool measured = false;  // sent after the warm-up
};

class InFlight {
public:
    // Allocates for at least `slots` messages (rounded up to a power of two).
    explicit InFlight(std::size_t slots)
    {
        std::size_t size = 16;
        while (size < slots)
            size *= 2;
        slots_.resize(size);
        mask_ = size - 1;
    }

    // True when message `next()` can be taken: its slot does not wait any more.
    [[nodiscard]] bool has_room() const noexcept
    {
        return slots_[next_ & mask_].state != SlotState::waiting;
    }
    // The slot for the next message, as waiting; call only when has_room().
    [[nodiscard]] Slot& take() noexcept
    {
        auto& slot = slots_[next_ & mask_];
        slot.ordinal = next_++;
        slot.state = SlotState::waiting;
        ++waiting_;
        return slot;
    }
    // The slot of message `ordinal`, nullptr when it was never sent or its slot has been reused.
    [[nodiscard]] Slot* find(std::uint64_t ordinal) noexcept
    {
        auto& slot = slots_[ordinal & mask_];
        return slot.ordinal == ordinal && slot.state != SlotState::never_used ? &slot : nullptr;
    }
    void resolve(Slot& slot, SlotState state) noexcept
    {
        slot.state = state;
        --waiting_;
    }
    // The oldest message that still waits, nullptr when none does. Amortised O(1).
    [[nodiscard]] Slot* oldest() noexcept
    {
        while (oldest_ != next_) {
            auto& slot = slots_[oldest_ & mask_];
            if (slot.ordinal == oldest_ && slot.state == SlotState::waiting) return &slot;
            ++oldest_;
        }
        return nullptr;
    }

    [[nodiscard]] Slot& at(std::uint64_t ordinal) noexcept { return slots_[ordinal & mask_]; }
    [[nodiscard]] std::uint64_t next() const noexcept { return next_; }
    [[nodiscard]] std::uint32_t waiting() const noexcept { return waiting_; }
    [[nodiscard]] std::size_t capacity() const noexcept { return slots_.size(); }

private:
    std::vector<Slot> slots_;
    std::size_t mask_ = 0;
    std::uint64_t next_ = 0;
    std::uint64_t oldest_ = 0;
    std::uint32_t waiting_ = 0;
};

}  // namespace turnout::loadgen
