// The engine: commands in, records and effects out. A pure state machine: no clock, no I/O, no
// thread, no allocation after construction. One thread owns it. The same apply() runs live and in
// replay; replay never decides again. Rules: docs/architecture.md, docs/formats/journal.md.
#pragma once
#include "protocol/core/bytes.hpp"
#include "switch/base/keyed_hash.hpp"
#include "switch/base/record.hpp"
#include "switch/engine/command.hpp"
#include "switch/ledger/account.hpp"
#include "switch/ledger/digest.hpp"

#include <memory>
#include <span>
#include <string_view>

namespace turnout::engine {

struct EngineConfig {
    std::uint32_t accounts_max = 1'100'000;
    std::uint32_t cards_max = 1'100'000;
    std::uint32_t holds_max = 1 << 18;
    std::uint32_t transactions_max = 1 << 21;  // per generation; two generations are kept
    std::uint64_t financial_window_ns = 900 * kNanosPerSecond;     // W, DE 7 of originals
    std::uint64_t reversal_window_ns = 259'200 * kNanosPerSecond;  // 72 h; generation length
    std::uint64_t future_tolerance_ns = 60 * kNanosPerSecond;
    // How far the local time in a duplicate key (has_local_time) may be from UTC; 0 where no link
    // has such keys. It lengthens a generation by twice as much.
    std::uint64_t key_time_slack_ns = 0;
    // What one of several participants may take of the transactions of a generation and of the
    // holds, 1 to 100.
    std::uint32_t participant_share_percent = 50;
    std::uint32_t config_version = 1;
    // Takes all memory from the kernel now, not page by page in the middle of payments.
    bool commit_memory = false;
};

// Where a batch's output goes; borrowed for one call. `records` starts on an 8-byte bound and has
// room for limits::batch_record_bytes_max in the worst case, `effects` for one per command.
struct Outbox {
    ByteSpan records;
    std::size_t record_bytes = 0;
    Sequence last_seq = 0;  // of the last record written, 0 when none
    std::span<Effect> effects;
    std::size_t effect_count = 0;
};

enum class ApplyErrc : std::uint8_t {  // family: stop (79)
    ok = 0,
    bad_layout,    // lengths, counts or zero fields are not what the type demands
    bad_sequence,  // not last + 1, or the time does not rise
    unbalanced,    // legs of a currency do not sum to zero
    unknown_account,
    unknown_reference,
    differs,  // balances or versions after are not those of the record
    table_full,
    digest_differs,  // of a CHECKPOINT
};
[[nodiscard]] std::string_view meaning(ApplyErrc code) noexcept;

using Digest = ledger::Digest;  // two 64-bit halves, lo and hi

struct CurrencyTotals {  // sums over all accounts of a currency; both differences are zero always
    std::uint16_t currency;
    ledger::Sum debits_posted, credits_posted, debits_pending, credits_pending;
};

struct EngineStats {
    std::uint64_t accounts, cards, participants, holds_open, transactions;
    // Of the journal, so a replay counts them too.
    std::uint64_t approved, declined, tombstones, expired;
    // Of this run: answers that are not journaled.
    std::uint64_t duplicates, mismatched_duplicates;  // stored answer; 94
    std::uint64_t stale_repeats;                      // too old to answer
    std::uint64_t refused_full, overflows;            // 96
    std::uint64_t second_completions;                 // 94: the hold had been completed before
    std::uint64_t refused_link_changes;               // 91: too many in a minute
    std::uint64_t dropped_full;                       // no room and no answer: the peer repeats
};

// How full a table is for requests: the table, or the part of the participant that is nearest to
// its end.
struct Fill {
    unsigned percent = 0;
    std::uint32_t participant = 0;  // id; 0: the table
};
struct Fills {
    Fill transactions, holds;
};

class Engine {
public:
    // Allocates every table now (throws std::bad_alloc at start only). `hash` holds the persisted
    // duplicate secret and the boot-random PAN secret and outlives the engine.
    Engine(EngineConfig const& config, KeyedHash const& hash);
    ~Engine();
    Engine(Engine const&) = delete;

    // Replay: applies one whole record (header included) and checks that it reproduces balances,
    // versions and sequence. On error the state is worthless: stop.
    [[nodiscard]] ApplyErrc apply(ByteView record) noexcept;

    // Live: decides a batch at `wall_ns`, appends its records to `out` (already applied) and one
    // effect per command. commands.size() <= limits::commands_per_batch_max.
    void process(std::span<Command const> commands, UnixNanos wall_ns, Outbox& out) noexcept;

    // Live: expires due holds, at most limits::expiries_per_turn_max. Cheap when nothing is due.
    void tick(UnixNanos wall_ns, Outbox& out) noexcept;

    // Start of a run: EPOCH_START, and RECOVERY before it when a torn tail was cut.
    void epoch_start(std::uint64_t epoch, bool tail_was_cut, UnixNanos wall_ns,
                     Outbox& out) noexcept;
    // CHECKPOINT with digest, totals and counts.
    void checkpoint(UnixNanos wall_ns, Outbox& out) noexcept;

    [[nodiscard]] Sequence last_seq() const noexcept;
    [[nodiscard]] UnixNanos last_ts() const noexcept;
    // Of all state; two engines with the same journal have the same, whatever their table sizes.
    [[nodiscard]] Digest digest() const noexcept;
    // Of accounts and open holds alone: a decline does not change it.
    [[nodiscard]] Digest ledger_digest() const noexcept;
    [[nodiscard]] EngineStats stats() const noexcept;
    // Looks at every participant: for once in a while.
    [[nodiscard]] Fills fills(UnixNanos wall_ns) const noexcept;
    // Participant id by its master-data name, 0 when there is none; start-up and tools.
    [[nodiscard]] std::uint32_t participant_id(std::string_view name) const noexcept;
    // Writes at most out.size() totals, one per currency in use; returns how many exist.
    [[nodiscard]] std::size_t totals(std::span<CurrencyTotals> out) const noexcept;

    struct State;  // tables; for genesis, tools and tests of this module
    [[nodiscard]] State& state() noexcept { return *state_; }
    [[nodiscard]] State const& state() const noexcept { return *state_; }

private:
    std::unique_ptr<State> state_;
};

}  // namespace turnout::engine
