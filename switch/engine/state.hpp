// All state of the engine. One thread owns it. Only apply.cpp changes it (and the counters of this
// run, which no digest covers); deciding reads it.
#pragma once
#include "switch/engine/cards.hpp"
#include "switch/engine/engine.hpp"
#include "switch/engine/holds.hpp"
#include "switch/engine/participants.hpp"
#include "switch/engine/share.hpp"
#include "switch/engine/transactions.hpp"
#include "switch/ledger/ledger.hpp"

namespace turnout::engine {

// A request may wait this long between its window check's clock and its record.
inline constexpr std::uint64_t kQueueAgeMaxNs = 60 * kNanosPerSecond;

// G of docs/formats/journal.md: with two generations kept, nothing is dropped that a message inside
// its window could still refer to.
[[nodiscard]] constexpr std::uint64_t generation_ns_for(EngineConfig const& config) noexcept
{
    return config.reversal_window_ns + config.future_tolerance_ns + kQueueAgeMaxNs +
           2 * config.key_time_slack_ns;
}

// What of the settings the journal knows; replay follows it, not the configuration file.
struct Settings {
    std::uint64_t epoch;
    std::uint64_t config_version;
    std::uint64_t generation_ns;  // zero until a CONFIG record
    std::uint64_t reversal_window_ns;
    // DE 7 below it is too old whatever the window: from before a window or a generation was made
    // longer, when slots were dropped that the longer one would need.
    std::uint64_t accepts_from;
};

// The date of the newest look, so that the calendar is asked once a day and not once a message.
struct Today {
    UnixNanos from = 0, until = 0;
    std::uint32_t yyyymmdd = 0;
    std::uint16_t yymm = 0;
};

struct Engine::State {
    State(EngineConfig const& engine_config, KeyedHash const& keyed_hash);

    EngineConfig const config;
    KeyedHash const& hash;
    Share const row_shares[2];  // of one alone, of one among others
    Share const hold_shares[2];
    ledger::Ledger ledger;
    Transactions transactions;
    Holds holds;
    Cards cards;
    Participants participants;
    Products products;
    Settings settings{};
    Sequence last_seq = 0;
    UnixNanos last_ts = 0;
    EngineStats stats{};  // of it only the counters are kept up to date here
    Today today;

    // Digest of everything above but sequence, time, counters and today.
    [[nodiscard]] Digest digest() const noexcept;
    // Rules for completions and holds of an account.
    [[nodiscard]] ProductPayload const& product_of(ledger::Account const& account) const noexcept
    {
        auto const* const product = products.find(account.product);
        return product != nullptr ? *product : kNoProduct;
    }
    // What one participant may take of the rows and of the holds: all, when there is only one.
    [[nodiscard]] Share const& row_share() const noexcept
    {
        return row_shares[participants.count() > 1 ? 1 : 0];
    }
    [[nodiscard]] Share const& hold_share() const noexcept
    {
        return hold_shares[participants.count() > 1 ? 1 : 0];
    }
    [[nodiscard]] Today const& day_of(UnixNanos ts) noexcept;
    // The stamp of the next record: never stands still, never goes back.
    [[nodiscard]] UnixNanos next_ts(UnixNanos wall_ns) const noexcept
    {
        return wall_ns > last_ts ? wall_ns : last_ts + 1;
    }
};

}  // namespace turnout::engine
