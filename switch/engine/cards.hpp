// Cards by PAN: found by the boot-random hash, compared in full in BCD. Owned by the engine thread,
// sized at start. PANs lie only here and in the journal's encrypted frames.
#pragma once
#include "switch/engine/payloads.hpp"
#include "switch/ledger/digest.hpp"
#include "switch/ledger/flat_index.hpp"

#include <cstring>

namespace turnout::engine {

enum class CardStatus : std::uint8_t { active = 0, blocked = 1, lost = 2, stolen = 3 };

struct alignas(64) Card {
    CardPayload fields;
    std::uint32_t account;  // position in the ledger
};
static_assert(sizeof(Card) == 64, "one cache line");

class Cards {
public:
    // Throws std::bad_alloc.
    explicit Cards(std::uint32_t cards_max, ledger::Commit commit = ledger::Commit::when_touched)
        : cards_(cards_max, ledger::Pages::huge, commit), by_pan_(cards_max, commit)
    {
    }

    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
    [[nodiscard]] bool is_full() const noexcept { return count_ == cards_.size(); }
    [[nodiscard]] Card const& operator[](std::uint32_t at) const noexcept { return cards_[at]; }

    // kNone when this PAN is none of ours. `pan_h0` is the first half of KeyedHash::pan().
    [[nodiscard]] std::uint32_t find(std::uint64_t pan_h0,
                                     std::uint8_t const pan[10]) const noexcept
    {
        return by_pan_.find(pan_h0, [this, pan](std::uint32_t at) {
            return std::memcmp(cards_[at].fields.pan, pan, 10) == 0;
        });
    }
    void prefetch(std::uint64_t pan_h0) const noexcept { by_pan_.prefetch(pan_h0); }
    // The card that the hash probably means, prefetched; kNone when there is none.
    [[nodiscard]] std::uint32_t guess(std::uint64_t pan_h0) const noexcept
    {
        auto const at = by_pan_.guess(pan_h0);
        if (at != ledger::kNone) __builtin_prefetch(&cards_[at]);
        return at;
    }

    // Apply only; false when the table is full or has this PAN already.
    [[nodiscard]] bool add(CardPayload const& fields, std::uint32_t account,
                           std::uint64_t pan_h0) noexcept;
    [[nodiscard]] ledger::Digest digest() const noexcept { return digest_; }

private:
    ledger::TableMemory<Card> cards_;
    ledger::FlatIndex by_pan_;
    std::uint32_t count_ = 0;
    ledger::Digest digest_;
};

}  // namespace turnout::engine
