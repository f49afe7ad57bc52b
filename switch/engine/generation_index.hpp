// Open-addressing index from a hash to a row of one generation: 8 bytes a slot, half full at most,
// nothing is ever deleted from it, and clearing it is one increment: a slot counts only while it
// carries the index's current tag. Owned by the engine thread; sized once.
#pragma once
#include "switch/base/limits.hpp"
#include "switch/ledger/flat_index.hpp"

#include <bit>
#include <cstdint>

namespace turnout::engine {

class GenerationIndex {
public:
    static constexpr std::uint32_t kRowsMax = (1U << 28) - 1;

    // Room for `rows_max` rows; throws std::bad_alloc.
    explicit GenerationIndex(std::uint32_t rows_max, ledger::Commit commit)
        : slots_(std::bit_ceil(std::size_t{rows_max} * 2 + 2), ledger::Pages::huge, commit)
    {
    }

    void prefetch(std::uint64_t hash) const noexcept { __builtin_prefetch(&slots_[home(hash)], 1); }

    template <class Same>
    [[nodiscard]] std::uint32_t find(std::uint64_t hash, Same&& same) const noexcept
    {
        for (auto at = home(hash);; at = next(at)) {
            auto const slot = slots_[at];
            if (!is_live(slot)) return ledger::kNone;
            if (check(slot) == check_of(hash) && same(row(slot))) return row(slot);
        }
    }

    // First row with the same check bits, its key not looked at: only good for prefetching.
    [[nodiscard]] std::uint32_t guess(std::uint64_t hash) const noexcept
    {
        return find(hash, [](std::uint32_t) { return true; });
    }

    // Points the key to `row`; returns the row that it pointed to before, kNone when it is new.
    template <class Same>
    std::uint32_t put(std::uint64_t hash, std::uint32_t row_to_put, Same&& same) noexcept
    {
        auto const fresh = (check_of(hash) << 44) | (std::uint64_t{tag_} << 28) | row_to_put;
        for (auto at = home(hash);; at = next(at)) {
            auto const slot = slots_[at];
            if (!is_live(slot)) {
                slots_[at] = fresh;
                return ledger::kNone;
            }
            if (check(slot) != check_of(hash) || !same(row(slot))) continue;
            slots_[at] = fresh;
            return row(slot);
        }
    }

    void clear() noexcept
    {
        // Once in 65,535 generations the tags have all been used: then the slots are really wiped.
        if (tag_ == 0xFFFF) {
            for (auto& slot : slots_.all())
                slot = 0;
            tag_ = 0;
        }
        ++tag_;
    }

private:
    // 20 check bits, 16 tag bits, 28 row bits.
    static constexpr std::uint64_t check_of(std::uint64_t hash) noexcept { return hash >> 44; }
    static constexpr std::uint64_t check(std::uint64_t slot) noexcept { return slot >> 44; }
    static constexpr std::uint32_t row(std::uint64_t slot) noexcept
    {
        return static_cast<std::uint32_t>(slot & kRowsMax);
    }
    bool is_live(std::uint64_t slot) const noexcept { return ((slot >> 28) & 0xFFFF) == tag_; }
    std::size_t home(std::uint64_t hash) const noexcept { return hash & (slots_.size() - 1); }
    std::size_t next(std::size_t at) const noexcept { return (at + 1) & (slots_.size() - 1); }

    ledger::TableMemory<std::uint64_t> slots_;
    std::uint16_t tag_ = 1;
};

}  // namespace turnout::engine
