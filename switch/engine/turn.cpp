#include "switch/engine/turn.hpp"

namespace turnout::engine {

namespace {

void finish(Turn& turn, AnswerCode code, Sequence seq) noexcept
{
    turn.effect.kind = EffectKind::answer;
    turn.effect.seq = seq;
    std::memcpy(turn.effect.rc, code.digits, sizeof turn.effect.rc);
}

}  // namespace

void answer(Turn& turn, AnswerCode code, Sequence seq) noexcept
{
    finish(turn, code, seq);
}

void drop(Turn& turn) noexcept
{
    turn.effect.kind = EffectKind::drop;
    turn.effect.seq = 0;
}

void decline(Turn& turn, AnswerCode code, Sequence tombstone_seq) noexcept
{
    RecordBuilder builder{turn.state, turn.out, record::Type::decline, turn.ts,
                          turn.command.origin};
    fill_context(turn, builder.context(), 0);
    set_rc(builder.context(), code);
    builder.context().ref_seq = tombstone_seq;
    builder.set_flags(record::declined);
    builder.hints().second_k0 = turn.second_k0();
    builder.hints().participant = turn.participant_at;
    finish(turn, code, builder.commit());
}

void approve(Turn& turn, RecordBuilder& builder) noexcept
{
    set_rc(builder.context(), code::approved);
    builder.hints().second_k0 = turn.second_k0();
    builder.hints().participant = turn.participant_at;
    std::memcpy(turn.effect.approval, builder.context().approval, sizeof turn.effect.approval);
    finish(turn, code::approved, builder.commit());
}

void refuse_full(Turn& turn) noexcept
{
    if (turn.is_refusable()) {
        ++turn.state.stats.refused_full;
        answer(turn, code::malfunction);
    } else {
        ++turn.state.stats.dropped_full;
        drop(turn);
    }
}

void decline_overflow(Turn& turn) noexcept
{
    ++turn.state.stats.overflows;
    decline(turn, code::malfunction);
}

void fill_context(Turn const& turn, record::Context& context, std::int64_t decided) noexcept
{
    auto const& command = turn.command;
    context.dup_k0 = command.dup_k0;
    context.dup_k1 = command.dup_k1;
    context.requested = command.amount;
    context.decided = decided;
    context.de7_ts = command.de7_ts;
    context.acquirer = command.acquirer;
    context.stan = command.stan;
    context.proc_code = command.proc_code;
    context.business_day = turn.state.day_of(turn.ts).yyyymmdd;
    context.participant = command.participant;
    context.currency = command.currency;
    context.mti = command.mti;
    context.mcc = command.mcc;
    context.pos_mode = command.pos_mode;
    if (turn.has(has_rrn)) std::memcpy(context.rrn, command.rrn, sizeof context.rrn);
    std::memcpy(context.terminal, command.terminal, sizeof context.terminal);
    std::memcpy(context.merchant, command.merchant, sizeof context.merchant);
    context.dialect = command.dialect;
    if (turn.has(has_pan)) std::memcpy(context.pan, command.pan, sizeof context.pan);
    context.config_version = turn.state.config.config_version;
    if (turn.card != ledger::kNone) {
        context.card_lo = turn.state.cards[turn.card].fields.id_lo;
        context.card_hi = turn.state.cards[turn.card].fields.id_hi;
    }
    context.fingerprint = command.fingerprint;
}

void set_approval(Turn const& turn, RecordBuilder& builder) noexcept
{
    auto& approval = builder.context().approval;
    if (turn.has(has_approval) && turn.claim() == Claim::settled) {
        std::memcpy(approval, turn.command.approval, sizeof approval);
        return;
    }
    auto rest = builder.seq();
    for (auto at = sizeof approval; at > 0; rest /= 10)
        approval[--at] = static_cast<char>('0' + rest % 10);
}

void set_rc(record::Context& context, AnswerCode code) noexcept
{
    std::memcpy(context.rc, code.digits, sizeof code.digits);
}

MessageKey own_key(Command const& command) noexcept
{
    MessageKey key{command.dup_k0, command.dup_k1, command.acquirer, {}, command.stan, command.mti};
    std::memcpy(key.terminal, command.terminal, sizeof key.terminal);
    return key;
}

MessageKey original_key(Command const& command) noexcept
{
    MessageKey key{command.orig_k0,   command.orig_k1, command.orig_acquirer, {},
                   command.orig_stan, command.orig_mti};
    std::memcpy(key.terminal, command.terminal, sizeof key.terminal);
    return key;
}

Transaction like_second(Command const& command) noexcept
{
    Transaction like{};
    like.acquirer = command.acquirer;
    std::memcpy(like.terminal, command.terminal, sizeof like.terminal);
    std::memcpy(like.rrn, command.rrn, sizeof like.rrn);
    return like;
}

bool same_pan(std::uint8_t const (&pan)[10], Command const& command) noexcept
{
    return std::memcmp(pan, command.pan, sizeof pan) == 0;
}

}  // namespace turnout::engine
