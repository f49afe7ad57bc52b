// 0100 and 0120: holds. The amount becomes pending from the account to the participant's position.
#include "switch/engine/turn.hpp"

namespace turnout::engine {

namespace {

bool can_spend(Turn const& turn) noexcept
{
    std::int64_t available = 0;
    return ledger::available(turn.state.ledger[turn.account], available) &&
           turn.command.amount <= available;
}

void hold(Turn& turn, bool is_forced) noexcept
{
    auto const& holds = turn.state.holds;
    if (!turn.state.hold_share().has_room(turn.claim(), holds.count(), holds.used_by(turn.owner()),
                                          1)) {
        if (!turn.is_refusable()) return refuse_full(turn);
        ++turn.state.stats.refused_full;
        return decline(turn, code::malfunction);
    }
    RecordBuilder builder{turn.state, turn.out, record::Type::hold, turn.ts, turn.command.origin};
    auto const amount = turn.command.amount;
    fill_context(turn, builder.context(), amount);
    auto const& product = turn.state.product_of(turn.state.ledger[turn.account]);
    builder.context().expires_ts = turn.ts + product.hold_expires_s * kNanosPerSecond;
    if (is_forced) builder.set_flags(record::forced);
    auto const is_suspense = turn.card == ledger::kNone;
    auto const payer = is_suspense ? record::Role::suspense : record::Role::payer;
    if (!builder.add_leg(turn.account, record::Effect::debit_pend, payer, amount) ||
        !builder.add_leg(turn.position, record::Effect::credit_pend, record::Role::payee, amount)) {
        decline_overflow(turn);
        return;
    }
    set_approval(turn, builder);
    approve(turn, builder);
}

}  // namespace

void decide_authorization(Turn& turn) noexcept
{
    auto const is_forced = turn.operation == Operation::forced_hold;
    auto const refused = is_forced ? check_forced(turn) : check_card(turn);
    if (refused != code::approved) return decline(turn, refused);
    if (!is_forced && !can_spend(turn)) return decline(turn, code::insufficient_funds);
    hold(turn, is_forced);
}

}  // namespace turnout::engine
