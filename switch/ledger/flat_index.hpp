// Open-addressing index from a hash to a dense table position: 8 bytes a slot, linear probing, half
// full at most, deletion without tombstones. Owned by the engine thread; sized once. It holds no
// keys: the caller's predicate compares the key in full in the table that the position is of.
#pragma once
#include "switch/ledger/table_memory.hpp"

#include <bit>
#include <cstdint>

namespace turnout::ledger {

inline constexpr std::uint32_t kNone = 0xFFFF'FFFF;

// Spreads integers that are not hashes (sequences, participant ids) over all 64 bits.
[[nodiscard]] constexpr std::uint64_t spread(std::uint64_t value) noexcept
{
    value = (value ^ (value >> 30)) * 0xBF58'476D'1CE4'E5B9ULL;
    value = (value ^ (value >> 27)) * 0x94D0'49BB'1331'11EBULL;
    return value ^ (value >> 31);
}

class FlatIndex {
public:
    // Room for `entries_max` positions; throws std::bad_alloc.
    explicit FlatIndex(std::size_t entries_max, Commit commit = Commit::when_touched)
        : slots_(std::bit_ceil(entries_max * 2 + 2), Pages::huge, commit),
          shift_(64U - static_cast<unsigned>(std::countr_zero(slots_.size())))
    {
    }

    // Inlined at any price: g++ 12 drops calls of functions that do nothing but prefetch.
    [[gnu::always_inline]] void prefetch(std::uint64_t hash) const noexcept
    {
        __builtin_prefetch(&slots_[home(hash)]);
    }

    // The position whose hash matches and for which same(position) holds; kNone when there is none.
    template <class Same>
    [[nodiscard]] std::uint32_t find(std::uint64_t hash, Same&& same) const noexcept
    {
        for (auto at = home(hash);; at = next(at)) {
            auto const slot = slots_[at];
            if (slot == 0) return kNone;
            if (tag(slot) == tag_of(hash) && same(position(slot))) return position(slot);
        }
    }

    // First position with the same tag, without looking at its key: only good for prefetching.
    [[nodiscard]] std::uint32_t guess(std::uint64_t hash) const noexcept
    {
        return find(hash, [](std::uint32_t) { return true; });
    }

    // Adds a position that is not in it yet; the caller has checked that there is room.
    void insert(std::uint64_t hash, std::uint32_t position_to_add) noexcept
    {
        auto at = home(hash);
        while (slots_[at] != 0)
            at = next(at);
        slots_[at] = make(hash, position_to_add);
    }

    // Lets the entry of `from` point to `to`; false when it is not in it.
    bool replace(std::uint64_t hash, std::uint32_t from, std::uint32_t to) noexcept
    {
        auto const at = slot_of(hash, from);
        if (at == kNoSlot) return false;
        slots_[at] = make(hash, to);
        return true;
    }

    bool erase(std::uint64_t hash, std::uint32_t position_to_remove) noexcept;

private:
    // tag: upper half of the hash; lower half: position + 1, so that an empty slot is zero.
    static constexpr std::size_t kNoSlot = ~std::size_t{0};
    static constexpr std::uint64_t tag_of(std::uint64_t hash) noexcept { return hash >> 32; }
    static constexpr std::uint64_t tag(std::uint64_t slot) noexcept { return slot >> 32; }
    static constexpr std::uint32_t position(std::uint64_t slot) noexcept
    {
        return static_cast<std::uint32_t>(slot) - 1;
    }
    static constexpr std::uint64_t make(std::uint64_t hash, std::uint32_t position) noexcept
    {
        return (hash & 0xFFFF'FFFF'0000'0000ULL) | (position + 1ULL);
    }
    // The home slot comes from the tag's bits, so that deletion can find it again. shift_ >= 32
    // because a table has far fewer than 2^32 slots.
    std::size_t home(std::uint64_t hash) const noexcept { return hash >> shift_; }
    std::size_t next(std::size_t at) const noexcept { return (at + 1) & (slots_.size() - 1); }
    std::size_t slot_of(std::uint64_t hash, std::uint32_t wanted) const noexcept
    {
        for (auto at = home(hash);; at = next(at)) {
            if (slots_[at] == 0) return kNoSlot;
            if (slots_[at] == make(hash, wanted)) return at;
        }
    }

    TableMemory<std::uint64_t> slots_;
    unsigned shift_;
};

}  // namespace turnout::ledger
