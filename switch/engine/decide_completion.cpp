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

bool is_debit(Turn const& turn, Transaction const& row) noexcept
{
    return is_kind(row, RowKind::capture) ||
           (is_kind(row, RowKind::post) &&
            turn.state.ledger[row.payer].kind != static_cast<std::uint8_t>(ledger::Kind::position));
}

// Newest debit of this card under the RRN of `row`; none when that has no RRN.
RowRef newest_debit(Turn const& turn, Transaction const& row) noexcept
{
    if (row.rrn[0] == 0) return {};
    auto const k0 = turn.state.hash.second_key(row.acquirer, row.terminal, row.rrn).k0;
    return turn.state.transactions.find_second(k0, row, turn.ts, [&](Transaction const& other) {
        return is_debit(turn, other) && same_pan(other.pan, turn.command);
    });
}

// `row` is a hold, or the completion of one that is not remembered any more. It has had its debit,
// and that has not been reversed in full, after which a corrected one may follow.
bool is_completed(Turn const& turn, Transaction const& row) noexcept
{
    auto const is_hold = is_kind(row, RowKind::hold);
    if (!is_hold && !is_kind(row, RowKind::capture)) return false;
    if (!same_pan(row.pan, turn.command) || row.currency != turn.command.currency) return false;
    if (is_hold && turn.state.holds.find_seq(row.seq) != ledger::kNone) return false;
    auto const debit = newest_debit(turn, row);
    auto const is_captured = !is_hold || row.state == static_cast<std::uint8_t>(RowState::captured);
    if (debit.is_none()) return is_captured;
    auto const& newest = turn.state.transactions[debit];
    if (newest.state == static_cast<std::uint8_t>(RowState::reversed)) return false;
    return is_captured || newest.seq > row.seq;  // or forced, after the hold had ended otherwise
}

// Newest of that kind under this acquirer, terminal, RRN, card and, when there is one, DE 38.
RowRef find_by_rrn(Turn const& turn, RowKind kind) noexcept
{
    auto const& command = turn.command;
    auto const k0 = turn.second_k0();
    if (k0 == 0) return {};
    return turn.state.transactions.find_second(
        k0, like_second(command), turn.ts, [&](Transaction const& row) {
            return is_kind(row, kind) && same_pan(row.pan, command) &&
                   (!turn.has(has_approval) ||
                    std::memcmp(row.approval, command.approval, sizeof row.approval) == 0);
        });
}

// The hold that the advice names has had its debit: what comes under another STAN is the same money
// once more. DE 90 names it beyond doubt; of several holds with one RRN the newest counts.
bool is_completed_already(Turn const& turn) noexcept
{
    auto const& transactions = turn.state.transactions;
    if (!turn.has(has_pan)) return false;
    if (turn.has(has_de90)) {
        auto const ref = transactions.find(original_key(turn.command), turn.ts);
        if (!ref.is_none() && is_completed(turn, transactions[ref])) return true;
    }
    auto ref = find_by_rrn(turn, RowKind::hold);
    if (ref.is_none()) ref = find_by_rrn(turn, RowKind::capture);
    return !ref.is_none() && is_completed(turn, transactions[ref]);
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
