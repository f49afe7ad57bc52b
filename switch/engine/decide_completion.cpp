// 0220 of a debit: takes the money that a hold has set aside. The completion is final, what is left
// of the hold goes back. A second one of the same hold is declined; without a hold the advice is a
// forced debit.
#include "switch/engine/turn.hpp"

namespace turnout::engine {

namespace {

// Card and DE 38, when there is one, must be the hold's.
bool belongs_to(Turn const& turn, Hold const& hold) noexcept
{
    auto const& command = turn.command;
    return turn.has(has_pan) && same_pan(hold.pan, command) && hold.currency == command.currency &&
           (!turn.has(has_approval) ||
            std::memcmp(hold.approval, command.approval, sizeof hold.approval) == 0);
}

// By DE 90 when the advice has it, else or otherwise by acquirer, terminal and RRN.
std::uint32_t find_hold(Turn const& turn) noexcept
{
    auto const& holds = turn.state.holds;
    auto const& command = turn.command;
    if (turn.has(has_de90)) {
        auto const at = holds.find(original_key(command));
        if (at != ledger::kNone && belongs_to(turn, holds[at])) return at;
    }
    auto const k0 = turn.second_k0();
    if (k0 == 0) return ledger::kNone;
    return holds.find_second(k0, [&](Hold const& hold) {
        return hold.acquirer == command.acquirer &&
               std::memcmp(hold.terminal, command.terminal, sizeof hold.terminal) == 0 &&
               std::memcmp(hold.rrn, command.rrn, sizeof hold.rrn) == 0 && belongs_to(turn, hold);
    });
}

bool is_kind(Transaction const& row, RowKind kind) noexcept
{
    return row.kind == static_cast<std::uint8_t>(kind);
}

// The newest debit under the hold's RRN and card has been reversed in full, so that a corrected one
// may follow.
bool is_taken_back(Turn const& turn, Transaction const& hold) noexcept
{
    if (hold.rrn[0] == 0) return false;
    auto const k0 = turn.state.hash.second_key(hold.acquirer, hold.terminal, hold.rrn).k0;
    auto const& transactions = turn.state.transactions;
    auto const newest = transactions.find_second(k0, hold, turn.ts, [&](Transaction const& row) {
        return (is_kind(row, RowKind::capture) || is_kind(row, RowKind::post)) &&
               same_pan(row.pan, turn.command);
    });
    return !newest.is_none() &&
           transactions[newest].state == static_cast<std::uint8_t>(RowState::reversed);
}

bool is_completed(Turn const& turn, Transaction const& row) noexcept
{
    return is_kind(row, RowKind::hold) &&
           row.state == static_cast<std::uint8_t>(RowState::captured) &&
           same_pan(row.pan, turn.command) && row.currency == turn.command.currency &&
           !is_taken_back(turn, row);
}

// The hold that the advice names has had its final completion: what comes under another STAN is the
// same money once more. DE 90 names it beyond doubt; of several holds with one RRN (and DE 38, when
// there is one) the newest counts.
bool is_completed_already(Turn const& turn) noexcept
{
    auto const& transactions = turn.state.transactions;
    auto const& command = turn.command;
    if (!turn.has(has_pan)) return false;
    if (turn.has(has_de90)) {
        auto const ref = transactions.find(original_key(command), turn.ts);
        if (!ref.is_none() && is_completed(turn, transactions[ref])) return true;
    }
    auto const k0 = turn.second_k0();
    if (k0 == 0) return false;
    auto const newest =
        transactions.find_second(k0, like_second(command), turn.ts, [&](Transaction const& row) {
            return is_kind(row, RowKind::hold) && same_pan(row.pan, command) &&
                   (!turn.has(has_approval) ||
                    std::memcmp(row.approval, command.approval, sizeof row.approval) == 0);
        });
    return !newest.is_none() && is_completed(turn, transactions[newest]);
}

// excess <= amount * percent / 100, without the product overflowing.
bool is_within_percent(std::int64_t excess, std::int64_t amount, unsigned percent) noexcept
{
    __extension__ using Wide = unsigned __int128;
    return static_cast<Wide>(excess) * 100 <= static_cast<Wide>(amount) * percent;
}

// Whether the part above the hold may be debited: the product's percentage, then the limit.
AnswerCode check_excess(Turn const& turn, Hold const& hold) noexcept
{
    auto const amount = turn.command.amount;
    if (amount <= hold.rest) return code::approved;
    auto const& account = turn.state.ledger[hold.payer];
    auto const percent = turn.state.product_of(account).over_capture_percent;
    if (!is_within_percent(amount - hold.rest, hold.rest, percent)) return code::exceeds_limit;
    if (account.kind != static_cast<std::uint8_t>(ledger::Kind::customer)) return code::approved;
    std::int64_t available = 0;
    if (!ledger::available(account, available) || amount - hold.rest > available)
        return code::insufficient_funds;
    return code::approved;
}

void capture(Turn& turn, std::uint32_t at) noexcept
{
    using record::Effect;
    using record::Role;
    auto const& hold = turn.state.holds[at];
    if (auto const refused = check_excess(turn, hold); refused != code::approved)
        return decline(turn, refused);
    RecordBuilder builder{turn.state, turn.out, record::Type::capture, turn.ts,
                          turn.command.origin};
    auto const amount = turn.command.amount;
    fill_context(turn, builder.context(), amount);
    builder.context().ref_seq = hold.seq;
    builder.set_flags(record::final_capture);
    if (!builder.add_leg(hold.payer, Effect::debit_release, Role::payer, hold.rest) ||
        !builder.add_leg(hold.payee, Effect::credit_release, Role::payee, hold.rest) ||
        !builder.add_leg(hold.payer, Effect::debit_post, Role::payer, amount) ||
        !builder.add_leg(hold.payee, Effect::credit_post, Role::payee, amount))
        return decline_overflow(turn);
    std::memcpy(builder.context().approval, hold.approval, sizeof hold.approval);
    builder.hints().hold = at;
    approve(turn, builder);
}

}  // namespace

void decide_completion(Turn& turn) noexcept
{
    if (turn.has(has_pan)) turn.card = turn.state.cards.find(turn.command.pan_h0, turn.command.pan);
    auto const at = find_hold(turn);
    if (at == ledger::kNone) {
        if (!is_completed_already(turn)) return decide_financial(turn);
        ++turn.state.stats.second_completions;
        return decline(turn, code::duplicate);
    }
    if (turn.ts >= turn.state.holds[at].expires_ts) {
        // Late: the hold's money goes back first, so that it is not set aside and taken as well.
        expire_hold(turn.state, at, turn.ts, turn.out);
        turn.ts = turn.state.next_ts(turn.wall_ns);
        return decide_financial(turn);
    }
    capture(turn, at);
}

}  // namespace turnout::engine
