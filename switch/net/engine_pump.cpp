#include "switch/net/engine_pump.hpp"

#include "protocol/core/check.hpp"
#include "protocol/iso8583/mti.hpp"
#include "switch/base/limits.hpp"
#include "switch/base/log.hpp"

#include <algorithm>
#include <cstring>

namespace turnout::net {

using engine::Command;
using engine::CommandKind;
using engine::Effect;
using engine::EffectKind;

// A CHECKPOINT and the expiries of a tick fit beside any batch.
static constexpr std::size_t kSpareRecords = limits::expiries_per_turn_max + 1;
static constexpr std::size_t kRecordsBytes =
    limits::batch_record_bytes_max + kSpareRecords * limits::record_bytes_max;
static_assert(kRecordsBytes <= limits::journal_ring_bytes);

EnginePump::EnginePump(EnginePort& engine, journal::Journal& journal, Counters& counters)
    : engine_(engine),
      journal_(journal),
      counters_(counters),
      records_(new std::byte[kRecordsBytes])
{
    passed_.reserve(limits::commands_per_batch_max);
}

bool EnginePump::has_room(std::size_t commands) const noexcept
{
    auto const records = commands * limits::records_per_command_max + kSpareRecords;
    return journal_.room_bytes() >= record_bytes_ + records * limits::record_bytes_max;
}

engine::Outbox EnginePump::outbox(std::span<Effect> effects) noexcept
{
    engine::Outbox out;
    out.records = ByteSpan(records_.get() + record_bytes_, kRecordsBytes - record_bytes_);
    out.effects = effects;
    return out;
}

void EnginePump::keep(engine::Outbox const& out) noexcept
{
    record_bytes_ += out.record_bytes;
    if (out.last_seq != 0) record_seq_ = out.last_seq;
}

// The wall clock, but not faster than it can have run: records never go back in time.
UnixNanos EnginePump::engine_time(Now const& now) noexcept
{
    auto const wall_ns = wall_limit_.limit(now.wall_ns, now.monotonic_ns);
    auto const behind_ns = wall_limit_.behind_ns();
    if (behind_ns == 0) [[likely]] {
        warned_clock_ = false;
        return wall_ns;
    }
    if (!warned_clock_) {
        warned_clock_ = true;
        counters_.add(CounterId::clock_jumps);
        log::warn(
            "the wall clock has jumped ahead: {} s are not followed at once; if it is right now, a "
            "restart follows it",
            behind_ns / kNanosPerSecond);
    }
    return wall_ns;
}

static Effect shed(Command const& command, Counters& counters) noexcept
{
    Effect effect{};
    effect.echo_slot = command.echo_slot;
    effect.echo_generation = command.echo_generation;
    iso8583::Mti const mti{command.mti};
    if (mti.is_advice() || mti.is_repeat() || command.kind == CommandKind::reversal) {
        // The peer repeats these until they are answered; a refusal would end that.
        effect.kind = EffectKind::drop;
        counters.add(CounterId::shed_unanswered);
    } else {
        effect.kind = EffectKind::answer;
        std::memcpy(effect.rc, "91", 2);
        counters.add(CounterId::shed_originals);
    }
    return effect;
}

static bool passes_shortage(Command const& command) noexcept
{
    return command.kind == CommandKind::reversal || iso8583::Mti{command.mti}.is_advice();
}

void EnginePump::decide(std::span<Command const> commands, Now const& now,
                        std::span<Effect> effects) noexcept
{
    TURNOUT_CHECK(
        commands.size() <= limits::commands_per_batch_max && effects.size() >= commands.size(),
        "a batch is bounded and has room for its effects");
    if (commands.empty()) return;
    auto const wall_ns = engine_time(now);
    auto const no_room = !has_room(commands.size());
    auto const shortage = journal_.segment_shortage() ||
                          journal_.oldest_pending_ns(now.monotonic_ns) > kOldestPendingMaxNs;
    std::size_t shed_count = 0;
    if (no_room || shortage) [[unlikely]] {
        passed_.clear();
        for (auto const& command : commands) {
            if (!no_room && passes_shortage(command))
                passed_.push_back(command);
            else
                effects[shed_count++] = shed(command, counters_);
        }
        commands = passed_;
    }
    auto out = outbox(effects.subspan(shed_count));
    if (!commands.empty()) {
        engine_.process(commands, wall_ns, out);
        TURNOUT_CHECK(out.effect_count == commands.size(), "one effect per command");
        counters_.add(CounterId::engine_batches);
    }
    keep(out);
}

void EnginePump::warn_when_full(engine::Fill const& fill, char const* table,
                                bool& is_warned) noexcept
{
    if (fill.percent < kFillCalmPercent) is_warned = false;
    if (is_warned || fill.percent < kFillWarnPercent) return;
    is_warned = true;
    counters_.add(CounterId::tables_nearly_full);
    if (fill.participant == 0)
        log::warn("{}: {} % of what requests may use is taken", table, fill.percent);
    else
        log::warn("{}: {} % of the part of participant {} is taken", table, fill.percent,
                  fill.participant);
}

void EnginePump::tick(Now const& now) noexcept
{
    auto const wall_ns = engine_time(now);
    auto const fills = engine_.fills(wall_ns);
    warn_when_full(fills.transactions, "transactions", warned_transactions_);
    warn_when_full(fills.holds, "holds", warned_holds_);
    if (!has_room(0)) return;
    auto out = outbox({});
    engine_.tick(wall_ns, out);
    keep(out);
    if (checkpoint_at_ns_ == 0) checkpoint_at_ns_ = now.monotonic_ns + kCheckpointEveryNs;
    auto const due = (now.monotonic_ns >= checkpoint_at_ns_ && checkpoint_bytes_ != 0) ||
                     checkpoint_bytes_ >= kCheckpointEveryBytes;
    if (!due || journal_.segment_shortage()) return;
    auto last = outbox({});
    engine_.checkpoint(wall_ns, last);
    keep(last);
    commit();
    checkpoint_at_ns_ = now.monotonic_ns + kCheckpointEveryNs;
    checkpoint_bytes_ = 0;
    counters_.add(CounterId::checkpoints);
}

void EnginePump::commit() noexcept
{
    if (record_bytes_ == 0) return;
    auto const taken = journal_.append({records_.get(), record_bytes_}, record_seq_);
    // decide() and tick() asked for the room first, and only the journal thread changes it since.
    TURNOUT_CHECK(taken, "records that the engine applied go to the journal");
    counters_.add(CounterId::engine_records_bytes, record_bytes_);
    checkpoint_bytes_ += record_bytes_;
    record_bytes_ = 0;
}

void EnginePump::final_checkpoint(Now const& now) noexcept
{
    commit();
    if (!has_room(0)) return;  // a stop does not wait for a stuck disk
    auto out = outbox({});
    engine_.checkpoint(engine_time(now), out);
    keep(out);
    commit();
    counters_.add(CounterId::checkpoints);
}

}  // namespace turnout::net
