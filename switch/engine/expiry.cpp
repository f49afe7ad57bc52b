// The end of holds that nobody completed: journaled by the engine, applied like everything else.
#include "protocol/core/check.hpp"
#include "switch/engine/turn.hpp"

namespace turnout::engine {

void expire_hold(Engine::State& state, std::uint32_t at, UnixNanos ts, Outbox& out) noexcept
{
    auto const& hold = state.holds[at];
    RecordBuilder builder{state, out, record::Type::expire, ts, 0};
    auto& context = builder.context();
    context.ref_seq = hold.seq;
    context.expires_ts = hold.expires_ts;
    context.requested = context.decided = hold.rest;
    context.acquirer = hold.acquirer;
    context.stan = hold.stan;
    context.business_day = state.day_of(ts).yyyymmdd;
    context.currency = hold.currency;
    context.mti = hold.mti;
    std::memcpy(context.rrn, hold.rrn, sizeof context.rrn);
    std::memcpy(context.terminal, hold.terminal, sizeof context.terminal);
    std::memcpy(context.approval, hold.approval, sizeof context.approval);
    std::memcpy(context.pan, hold.pan, sizeof context.pan);
    context.config_version = state.config.config_version;
    auto const releases =
        builder.add_leg(hold.payer, record::Effect::debit_release, record::Role::payer,
                        hold.rest) &&
        builder.add_leg(hold.payee, record::Effect::credit_release, record::Role::payee, hold.rest);
    TURNOUT_CHECK(releases, "what a hold has pending can be released");
    builder.hints().hold = at;
    builder.commit();
}

void Engine::tick(UnixNanos wall_ns, Outbox& out) noexcept
{
    auto& state = *state_;
    for (std::size_t done = 0; done < limits::expiries_per_turn_max; ++done) {
        auto const at = state.holds.next_to_expire();
        auto const ts = state.next_ts(wall_ns);
        if (at == ledger::kNone || state.holds[at].expires_ts > ts) return;
        expire_hold(state, at, ts, out);
    }
}

}  // namespace turnout::engine
