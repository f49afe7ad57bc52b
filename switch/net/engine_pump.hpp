// Runs the engine for whoever has commands: lets through what the journal can take, calls the
// engine at a time that a jumping wall clock cannot spoil, hands its records to the journal. Lives
// on the thread that owns the engine (the inline loop or the engine thread); allocates at
// construction only.
#pragma once
#include "switch/base/counters.hpp"
#include "switch/journal/journal.hpp"
#include "switch/net/engine_port.hpp"
#include "switch/net/wall_limit.hpp"

#include <memory>
#include <vector>

namespace turnout::net {

// A turn's time: read once, used by all its messages.
struct Now {
    UnixNanos wall_ns = 0;
    std::uint64_t monotonic_ns = 0;
};

class EnginePump {
public:
    static constexpr std::uint64_t kOldestPendingMaxNs = 2 * kNanosPerSecond;
    static constexpr std::uint64_t kCheckpointEveryNs = 60 * kNanosPerSecond;
    static constexpr std::uint64_t kCheckpointEveryBytes = std::uint64_t{1} << 30U;
    static constexpr unsigned kFillWarnPercent = 80;  // warned once,
    static constexpr unsigned kFillCalmPercent = 70;  // and again after it was below this

    // Borrows all of them for its life.
    EnginePump(EnginePort& engine, journal::Journal& journal, Counters& counters);

    // Decides a batch (at most limits::commands_per_batch_max) and writes one effect per command to
    // `effects`, in any order. What the journal cannot take is shed: originals get 91 at once, the
    // rest no answer. commit() must follow, after the effects are where their loop finds them.
    void decide(std::span<engine::Command const> commands, Now const& now,
                std::span<engine::Effect> effects) noexcept;
    // Expires holds, writes a CHECKPOINT when one is due, and warns when a table of the engine or a
    // participant's part of it is nearly full; commit() must follow.
    void tick(Now const& now) noexcept;
    // Hands the records made so far to the journal; wakes it at most once.
    void commit() noexcept;
    // CHECKPOINT now, for an orderly stop; none when the journal is full. commit() included.
    void final_checkpoint(Now const& now) noexcept;

private:
    [[nodiscard]] bool has_room(std::size_t commands) const noexcept;
    [[nodiscard]] engine::Outbox outbox(std::span<engine::Effect> effects) noexcept;
    void keep(engine::Outbox const& out) noexcept;
    [[nodiscard]] UnixNanos engine_time(Now const& now) noexcept;
    void warn_when_full(engine::Fill const& fill, char const* table, bool& is_warned) noexcept;

    EnginePort& engine_;
    journal::Journal& journal_;
    Counters& counters_;
    std::unique_ptr<std::byte[]> records_;
    std::size_t record_bytes_ = 0;  // waiting for commit()
    Sequence record_seq_ = 0;
    std::vector<engine::Command> passed_;
    WallLimit wall_limit_;
    bool warned_clock_ = false;
    bool warned_transactions_ = false;
    bool warned_holds_ = false;
    std::uint64_t checkpoint_at_ns_ = 0;
    std::uint64_t checkpoint_bytes_ = 0;  // journaled since the last one
};

}  // namespace turnout::net
