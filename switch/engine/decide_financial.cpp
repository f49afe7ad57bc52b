// 0200 and 0220 without a hold: purchases, withdrawals and refunds, asked or advised; and balance
// inquiries.
#include "switch/engine/turn.hpp"

namespace turnout::engine {

namespace {

enum class Direction : bool { from_card, to_card };

bool can_spend(Turn const& turn) noexcept
{
    std::int64_t available = 0;
    return ledger::available(turn.state.ledger[turn.account], available) &&
           turn.command.amount <= available;
}

void post(Turn& turn, Direction direction, unsigned flags) noexcept
{
    RecordBuilder builder{turn.state, turn.out, record::Type::post, turn.ts, turn.command.origin};
    auto const amount = turn.command.amount;
    fill_context(turn, builder.context(), amount);
    builder.set_flags(flags);
    auto const to_card = direction == Direction::to_card;
    auto const payer = to_card ? turn.position : turn.account;
    auto const payee = to_card ? turn.account : turn.position;
    if (!builder.add_leg(payer, record::Effect::debit_post, record::Role::payer, amount) ||
        !builder.add_leg(payee, record::Effect::credit_post, record::Role::payee, amount)) {
        decline_overflow(turn);
        return;
    }
    set_approval(turn, builder);
    approve(turn, builder);
}

}  // namespace

void decide_financial(Turn& turn) noexcept
{
    switch (turn.operation) {
        case Operation::inquiry:
            return decide_inquiry(turn);
        case Operation::purchase: {
            auto const refused = check_card(turn);
            if (refused != code::approved) return decline(turn, refused);
            if (!can_spend(turn)) return decline(turn, code::insufficient_funds);
            return post(turn, Direction::from_card, 0);
        }
        case Operation::refund: {
            auto const refused = check_card(turn);
            if (refused != code::approved) return decline(turn, refused);
            return post(turn, Direction::to_card, 0);
        }
        default: {  // a completion that found no hold, or a forced refund
            auto const refused = check_forced(turn);
            if (refused != code::approved) return decline(turn, refused);
            auto const is_refund = turn.operation == Operation::forced_refund;
            return post(turn, is_refund ? Direction::to_card : Direction::from_card,
                        record::forced);
        }
    }
}

// Nothing is journaled, but the answer waits for what it has seen: money that a crash could still
// take back must not be shown.
void decide_inquiry(Turn& turn) noexcept
{
    auto const refused = check_card(turn);
    auto const seen = turn.state.last_seq;
    if (refused != code::approved) return answer(turn, refused, seen);
    auto const& account = turn.state.ledger[turn.account];
    std::int64_t available = 0;
    if (!ledger::available(account, available)) {
        ++turn.state.stats.overflows;
        return answer(turn, code::malfunction, seen);
    }
    turn.effect.has_balance = 1;
    turn.effect.currency = account.currency;
    turn.effect.ledger_balance = ledger::posted_balance(account);
    turn.effect.available = available;
    answer(turn, code::approved, seen);
}

}  // namespace turnout::engine
