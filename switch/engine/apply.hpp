// The one path on which state changes, live and in replay. It takes a finished record and does what
// the record says, after checking that the record follows from the state: sequence, time, balance,
// versions and balances after. It decides nothing and reads no clock.
#pragma once
#include "switch/engine/state.hpp"

#include <array>
#include <span>

namespace turnout::engine {

// Table positions that somebody has found already: deciding a live record, or prefetching for a
// replay. Each is checked against the record's ids; what is not hinted is looked up.
struct Hints {
    Hints() noexcept { accounts.fill(ledger::kNone); }

    std::array<std::uint32_t, limits::legs_per_record_max> accounts;  // one per leg
    std::uint32_t hold = ledger::kNone;
    std::uint32_t participant = ledger::kNone;
    RowRef original;
    std::uint64_t second_k0 = 0;  // second key of the record's own request; zero: not hinted
};

// A whole record on an 8-byte bound, lengths checked against the bytes at hand.
struct RecordView {
    record::Header const* header;
    ByteView body;  // behind the header
};

// Checks lengths, checksum and alignment of `bytes`; false when it is no record.
[[nodiscard]] bool view_record(ByteView bytes, RecordView& view) noexcept;

// On any error the state is worthless.
[[nodiscard]] ApplyErrc apply_record(Engine::State& state, RecordView const& record,
                                     Hints const& hints) noexcept;

namespace detail {

// Records that carry a context and legs.
struct Transfer {
    record::Header const& header;
    record::Context const& context;
    std::span<record::Leg const> legs;
    ByteView tail;
    Hints const& hints;
};
[[nodiscard]] ApplyErrc apply_transfer(Engine::State& state, Transfer const& transfer) noexcept;
// Accounts, cards, products, participants, links, epochs, settings, checkpoints.
[[nodiscard]] ApplyErrc apply_other(Engine::State& state, RecordView const& record) noexcept;

}  // namespace detail

}  // namespace turnout::engine
