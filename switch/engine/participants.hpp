// Participants with their position account per currency and the state of their link, and products.
// Small tables owned by the engine thread; filled by records only.
#pragma once
#include "switch/engine/payloads.hpp"
#include "switch/ledger/ledger.hpp"

#include <span>
#include <string_view>

namespace turnout::engine {

struct Participant {
    ParticipantPayload fields;
    LinkState link;
    Sequence link_seq;  // of the record that set it
    // Changes of the link since the first one of the current minute. Records make them, so a replay
    // has the same.
    UnixNanos changes_from;
    std::uint32_t changes;
    struct Position {
        std::uint64_t account_lo, account_hi;
        std::uint32_t account;  // position in the ledger
        std::uint16_t currency;
    } positions[limits::currencies_max];

    // Ledger position of its account in a currency; kNone when it has none.
    [[nodiscard]] std::uint32_t position(std::uint16_t currency) const noexcept
    {
        for (std::uint32_t at = 0; at < fields.positions; ++at)
            if (positions[at].currency == currency) return positions[at].account;
        return ledger::kNone;
    }
};

// Changes of a participant's link that are journaled in a minute.
inline constexpr std::uint32_t kLinkChangesMax = 10;
inline constexpr std::uint64_t kLinkChangesNs = 60 * kNanosPerSecond;

[[nodiscard]] inline bool may_change_link(Participant const& participant, UnixNanos ts) noexcept
{
    return participant.changes < kLinkChangesMax || ts - participant.changes_from >= kLinkChangesNs;
}

class Participants {
public:
    Participants() : participants_(limits::participants_max), by_id_(limits::participants_max) {}

    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
    [[nodiscard]] Participant const& operator[](std::uint32_t at) const noexcept
    {
        return participants_[at];
    }
    [[nodiscard]] std::uint32_t find(std::uint32_t id) const noexcept
    {
        return by_id_.find(ledger::spread(id), [this, id](std::uint32_t at) {
            return participants_[at].fields.id == id;
        });
    }
    [[nodiscard]] std::uint32_t find(std::string_view name) const noexcept;

    // Apply only. False when full, the id exists, or a position is no POSITION account of `ledger`.
    [[nodiscard]] bool add(ParticipantPayload const& fields,
                           std::span<PositionPayload const> positions,
                           ledger::Ledger const& ledger) noexcept;
    void set_link(std::uint32_t at, LinkState state, Sequence seq, UnixNanos ts) noexcept;
    [[nodiscard]] ledger::Digest digest() const noexcept { return digest_; }

private:
    ledger::TableMemory<Participant> participants_;
    ledger::FlatIndex by_id_;
    std::uint32_t count_ = 0;
    ledger::Digest digest_;
};

class Products {
public:
    Products() : products_(limits::products_max), by_id_(limits::products_max) {}

    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
    // nullptr when there is none: then the rules are those of kNoProduct.
    [[nodiscard]] ProductPayload const* find(std::uint16_t id) const noexcept
    {
        auto const at = by_id_.find(ledger::spread(id), [this, id](std::uint32_t product) {
            return products_[product].id == id;
        });
        return at == ledger::kNone ? nullptr : &products_[at];
    }
    [[nodiscard]] bool add(ProductPayload const& product) noexcept;  // apply only
    [[nodiscard]] ledger::Digest digest() const noexcept { return digest_; }

private:
    ledger::TableMemory<ProductPayload> products_;
    ledger::FlatIndex by_id_;
    std::uint32_t count_ = 0;
    ledger::Digest digest_;
};

// Rules of an account without product: nothing above the hold, seven days.
inline constexpr ProductPayload kNoProduct{0, 0, 0, 7 * 86'400, {}};

}  // namespace turnout::engine
