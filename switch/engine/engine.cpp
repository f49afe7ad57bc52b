#include "switch/engine/engine.hpp"

#include "protocol/core/check.hpp"
#include "switch/engine/turn.hpp"

#include <algorithm>

namespace turnout::engine {

namespace {

// Cache lines of a block are asked for in three waves, each when the one before has had time to
// arrive: index slots, then rows and cards, then accounts.
constexpr std::size_t kBlock = 32;

void prefetch(Engine::State const& state, std::span<Command const> block) noexcept
{
    std::array<std::uint32_t, kBlock> cards;
    auto seq = state.last_seq;
    for (auto const& command : block) {
        state.transactions.prefetch(command.dup_k0, command.key2_k0);
        if (command.kind == CommandKind::authorization)
            state.holds.prefetch(command.dup_k0, command.key2_k0, ++seq);
        state.cards.prefetch(command.pan_h0);
    }
    for (std::size_t at = 0; at < block.size(); ++at) {
        cards[at] = state.cards.guess(block[at].pan_h0);
        state.transactions.prefetch_row(block[at].dup_k0);
    }
    for (std::size_t at = 0; at < block.size(); ++at)
        if (cards[at] != ledger::kNone) state.ledger.prefetch(state.cards[cards[at]].account);
}

void decide(Turn& turn) noexcept
{
    if (turn.command.kind == CommandKind::network) return decide_network(turn);
    if (!admit(turn)) return;
    switch (turn.operation) {
        case Operation::hold:
        case Operation::forced_hold:
            return decide_authorization(turn);
        case Operation::completion:
            return decide_completion(turn);
        case Operation::reversal:
            return decide_reversal(turn);
        default:
            return decide_financial(turn);
    }
}

}  // namespace

std::string_view meaning(ApplyErrc code) noexcept
{
    switch (code) {
        case ApplyErrc::ok:
            return "ok";
        case ApplyErrc::bad_layout:
            return "lengths, checksum or reserved bytes are wrong";
        case ApplyErrc::bad_sequence:
            return "sequence or time does not follow the last record";
        case ApplyErrc::unbalanced:
            return "debits and credits of a currency differ";
        case ApplyErrc::unknown_account:
            return "an account of a leg does not exist";
        case ApplyErrc::unknown_reference:
            return "the record that it refers to does not exist";
        case ApplyErrc::differs:
            return "it does not follow from the state before it";
        case ApplyErrc::table_full:
            return "a table is full: raise its size in [engine]";
        case ApplyErrc::digest_differs:
            return "the state is not that of the checkpoint";
    }
    return "unknown";
}

Engine::Engine(EngineConfig const& config, KeyedHash const& hash)
    : state_(std::make_unique<State>(config, hash))
{
}

Engine::~Engine() = default;

ApplyErrc Engine::apply(ByteView record) noexcept
{
    // Frames keep records on 8-byte bounds, but nobody promises that of a buffer in a tool.
    alignas(8) std::array<std::byte, limits::record_bytes_max> copy;
    if (reinterpret_cast<std::uintptr_t>(record.data()) % 8 != 0) {
        if (record.size() > copy.size()) return ApplyErrc::bad_layout;
        std::memcpy(copy.data(), record.data(), record.size());
        record = ByteView{copy.data(), record.size()};
    }
    RecordView view;
    if (!view_record(record, view)) return ApplyErrc::bad_layout;
    return apply_record(*state_, view, Hints{});
}

void Engine::process(std::span<Command const> commands, UnixNanos wall_ns, Outbox& out) noexcept
{
    TURNOUT_CHECK(commands.size() <= limits::commands_per_batch_max &&
                      out.effects.size() - out.effect_count >= commands.size(),
                  "a batch keeps to its limit and its effects fit");
    auto& state = *state_;
    while (!commands.empty()) {
        auto const block = commands.first(std::min(kBlock, commands.size()));
        commands = commands.subspan(block.size());
        prefetch(state, block);
        for (auto const& command : block) {
            auto& effect = out.effects[out.effect_count++];
            effect = Effect{};
            effect.echo_slot = command.echo_slot;
            effect.echo_generation = command.echo_generation;
            Turn turn{state, command, wall_ns, state.next_ts(wall_ns), out, effect};
            decide(turn);
        }
    }
}

void Engine::epoch_start(std::uint64_t epoch, bool tail_was_cut, UnixNanos wall_ns,
                         Outbox& out) noexcept
{
    auto& state = *state_;
    if (tail_was_cut) {
        RecordBuilder builder{state, out, record::Type::recovery, state.next_ts(wall_ns), 0};
        builder.append(RecoveryPayload{state.last_seq});
        builder.commit();
    }
    RecordBuilder start{state, out, record::Type::epoch_start, state.next_ts(wall_ns), 0};
    start.append(EpochStartPayload{epoch, state.config.config_version, 0});
    start.commit();

    // Replay keeps and drops duplicate slots by the journal's window, so a new one is journaled.
    auto const generation_ns = generation_ns_for(state.config);
    if (state.settings.generation_ns == generation_ns &&
        state.settings.reversal_window_ns == state.config.reversal_window_ns &&
        state.settings.config_version == state.config.config_version)
        return;
    RecordBuilder config{state, out, record::Type::config, state.next_ts(wall_ns), 0};
    config.append(ConfigPayload{
        state.config.config_version, 0, generation_ns, state.config.reversal_window_ns, {}});
    config.commit();
}

void Engine::checkpoint(UnixNanos wall_ns, Outbox& out) noexcept
{
    auto& state = *state_;
    RecordBuilder builder{state, out, record::Type::checkpoint, state.next_ts(wall_ns), 0};
    auto const digest = state.digest();
    auto const books = state.ledger.books();
    builder.append(CheckpointPayload{
        digest.lo, digest.hi, state.ledger.count(), state.cards.count(), state.participants.count(),
        state.holds.count(), state.transactions.count(), books.size()});
    for (auto const& book : books)
        builder.append(totals_payload(book));
    builder.commit();
}

Sequence Engine::last_seq() const noexcept
{
    return state_->last_seq;
}
UnixNanos Engine::last_ts() const noexcept
{
    return state_->last_ts;
}
Digest Engine::digest() const noexcept
{
    return state_->digest();
}

Digest Engine::ledger_digest() const noexcept
{
    auto sum = state_->ledger.digest();
    return sum += state_->holds.digest();
}

EngineStats Engine::stats() const noexcept
{
    auto stats = state_->stats;
    stats.accounts = state_->ledger.count();
    stats.cards = state_->cards.count();
    stats.participants = state_->participants.count();
    stats.holds_open = state_->holds.count();
    stats.transactions = state_->transactions.count();
    return stats;
}

Fills Engine::fills(UnixNanos wall_ns) const noexcept
{
    auto const& state = *state_;
    auto const ts = state.next_ts(wall_ns);
    Fills fills;
    fills.transactions.percent = state.row_share().percent_of_all(state.transactions.used(ts));
    fills.holds.percent = state.hold_share().percent_of_all(state.holds.count());
    for (std::uint32_t at = 0; at < state.participants.count(); ++at) {
        auto const owner = static_cast<Owner>(at + 1);
        auto const id = state.participants[at].fields.id;
        auto const rows = state.row_share().percent_of_own(state.transactions.used_by(owner, ts));
        auto const holds = state.hold_share().percent_of_own(state.holds.used_by(owner));
        if (rows > fills.transactions.percent) fills.transactions = {rows, id};
        if (holds > fills.holds.percent) fills.holds = {holds, id};
    }
    return fills;
}

std::uint32_t Engine::participant_id(std::string_view name) const noexcept
{
    auto const at = state_->participants.find(name);
    return at == ledger::kNone ? 0 : state_->participants[at].fields.id;
}

std::size_t Engine::totals(std::span<CurrencyTotals> out) const noexcept
{
    auto const books = state_->ledger.books();
    for (std::size_t at = 0; at < std::min(out.size(), books.size()); ++at)
        out[at] = {books[at].currency, books[at].debits_posted, books[at].credits_posted,
                   books[at].debits_pending, books[at].credits_pending};
    return books.size();
}

}  // namespace turnout::engine
