// The first steps of every request: who asks, for what, when, and whether it was asked before.
// What is refused here is refused by the message alone or by its timing: no record, no slot.
#include "protocol/core/money.hpp"
#include "switch/engine/turn.hpp"

namespace turnout::engine {

namespace {

constexpr bool is_repeat(std::uint16_t mti) noexcept
{
    return mti % 10 == 1;
}
constexpr bool is_advice(std::uint16_t mti) noexcept
{
    return mti / 10 % 10 == 2;
}

Operation operation_of(std::uint16_t mti, std::uint32_t proc_code) noexcept
{
    auto const kind = proc_code / 10'000;  // first two digits of DE 3
    auto const is_debit = kind == 0 || kind == 1 || kind == 9;
    switch (mti / 10) {  // without the repeat digit, which the caller has looked at
        case 10:
            if (kind == 0 || kind == 1) return Operation::hold;
            return kind == 30 || kind == 31 ? Operation::inquiry : Operation::none;
        case 12:
            return kind == 0 || kind == 1 ? Operation::forced_hold : Operation::none;
        case 20:
            if (is_debit) return Operation::purchase;
            if (kind == 20) return Operation::refund;
            return kind == 30 || kind == 31 ? Operation::inquiry : Operation::none;
        case 22:
            if (is_debit) return Operation::completion;
            return kind == 20 ? Operation::forced_refund : Operation::none;
        case 40:
        case 42:
            return Operation::reversal;
        default:
            return Operation::none;
    }
}

constexpr bool is_tombstone(Transaction const& row) noexcept
{
    return row.kind == static_cast<std::uint8_t>(RowKind::tombstone);
}

// Whether this participant has had an answer to this very message (or to one with the same key).
bool is_answered(Turn const& turn) noexcept
{
    if (operation_of(turn.command.mti, turn.command.proc_code) == Operation::inquiry) return false;
    auto const& transactions = turn.state.transactions;
    auto const known = transactions.find(own_key(turn.command), turn.ts);
    if (known.is_none() || is_tombstone(transactions[known])) return false;
    auto const owner = transactions[known].owner;
    return owner == turn.owner() || owner == 0;
}

// Who has signed off gets nothing decided, but is told again what was decided before.
bool identify(Turn& turn) noexcept
{
    auto const at = turn.state.participants.find(turn.command.participant);
    if (at == ledger::kNone) {
        answer(turn, code::unavailable);
        return false;
    }
    turn.participant = &turn.state.participants[at];
    turn.participant_at = at;
    if (turn.participant->link != LinkState::signed_on && !is_answered(turn)) {
        answer(turn, code::unavailable);
        return false;
    }
    turn.position = turn.participant->position(turn.command.currency);
    return true;
}

// A reversal: names an original that can be reversed, and takes back no more than it was.
bool check_reversal_content(Turn& turn) noexcept
{
    auto const& command = turn.command;
    if (!turn.has(has_de90) && turn.second_k0() == 0) {
        answer(turn, code::format_error);
        return false;
    }
    auto const original_class = command.orig_mti / 100 % 10;
    if (turn.has(has_de90) && original_class != 1 && original_class != 2) {
        answer(turn, code::invalid_transaction);
        return false;
    }
    auto const horizon = turn.ts + turn.state.config.future_tolerance_ns;
    if (turn.has(has_de90) && command.orig_de7_ts > horizon) {
        answer(turn, code::format_error);
        return false;
    }
    if (command.amount < 0 || command.replacement < 0 ||
        (turn.has(has_replacement) && turn.has(has_amount) &&
         command.replacement > command.amount)) {
        answer(turn, code::invalid_amount);
        return false;
    }
    return true;
}

bool check_content(Turn& turn) noexcept
{
    auto const& command = turn.command;
    auto const mti = command.mti;
    turn.operation = mti % 10 <= 1 ? operation_of(mti, command.proc_code) : Operation::none;
    switch (turn.operation) {
        case Operation::none:
            answer(turn, code::invalid_transaction);
            return false;
        case Operation::reversal:
            return check_reversal_content(turn);
        case Operation::inquiry:
            return true;
        default:
            break;
    }
    if (command.amount <= 0) {
        answer(turn, code::invalid_amount);
        return false;
    }
    // The table of currencies is asked only for those that this participant does not use.
    if (turn.position == ledger::kNone && !currency_exponent(command.currency)) {
        answer(turn, code::invalid_transaction);
        return false;
    }
    return true;
}

// A peer that puts a new DE 7 into a repeat must not make an old key new by that: the time that is
// in the key has a window too, wider by what a local time may be from UTC.
struct Window {
    bool is_old, is_early;
};
Window window_of(Turn const& turn, std::uint64_t length) noexcept
{
    auto const& config = turn.state.config;
    auto const& command = turn.command;
    auto const accepts_from = turn.state.settings.accepts_from;
    Window window{command.de7_ts + length < turn.ts ||
                  command.de7_ts<accepts_from, command.de7_ts> turn.ts +
                      config.future_tolerance_ns};
    if (turn.has(has_local_time)) {
        auto const slack = config.key_time_slack_ns;
        window.is_old |=
            command.key_ts + length + slack < turn.ts || command.key_ts < accepts_from + slack;
        window.is_early |= command.key_ts > turn.ts + config.future_tolerance_ns + slack;
    }
    return window;
}

}  // namespace

bool check_window(Turn& turn) noexcept
{
    auto const& config = turn.state.config;
    auto const& command = turn.command;
    auto const is_long = turn.operation == Operation::reversal || is_advice(command.mti);
    auto const [is_old, is_early] =
        window_of(turn, is_long ? config.reversal_window_ns : config.financial_window_ns);
    if (!is_old && !is_early) [[likely]]
        return true;
    if (is_old && is_repeat(command.mti)) {
        // Its original may have been approved: a decline would contradict that.
        ++turn.state.stats.stale_repeats;
        drop(turn);
    } else {
        answer(turn, code::format_error);
    }
    return false;
}

namespace {

void answer_stored(Turn& turn, Transaction const& row) noexcept
{
    if (row.fingerprint != turn.command.fingerprint) {
        ++turn.state.stats.mismatched_duplicates;
        answer(turn, code::duplicate, row.seq);
        return;
    }
    ++turn.state.stats.duplicates;
    std::memcpy(turn.effect.approval, row.approval, sizeof turn.effect.approval);
    answer(turn, AnswerCode{{row.rc[0], row.rc[1]}}, row.seq);
}

// A tombstone that is known by RRN only, of this card and amount.
Sequence second_tombstone(Turn const& turn) noexcept
{
    auto const& transactions = turn.state.transactions;
    auto const k0 = turn.second_k0();
    if (!transactions.has_second_tombstones() || k0 == 0 || turn.operation == Operation::reversal)
        return 0;
    auto const like = like_second(turn.command);
    auto const ref = transactions.find_second(k0, like, turn.ts, [&](Transaction const& row) {
        return is_tombstone(row) && (row.k0 | row.k1) == 0 &&
               row.state == static_cast<std::uint8_t>(RowState::open) &&
               same_pan(row.pan, turn.command) &&
               (row.amount == 0 || row.amount == turn.command.amount);
    });
    return ref.is_none() ? 0 : transactions[ref].seq;
}

bool check_duplicate(Turn& turn) noexcept
{
    auto const& transactions = turn.state.transactions;
    auto const known = transactions.find(own_key(turn.command), turn.ts);
    if (!known.is_none() && !is_tombstone(transactions[known])) {
        answer_stored(turn, transactions[known]);
        return false;
    }
    // A TOMBSTONE takes two rows, everything else one.
    auto const rows = turn.operation == Operation::reversal ? 2U : 1U;
    if (!turn.state.row_share().has_room(turn.claim(), transactions.used(turn.ts),
                                         transactions.used_by(turn.owner(), turn.ts), rows)) {
        refuse_full(turn);
        return false;
    }
    auto const tombstone = !known.is_none() ? transactions[known].seq : second_tombstone(turn);
    if (tombstone != 0) {
        decline(turn, code::declined_by_reversal, tombstone);
        return false;
    }
    return true;
}

// An advice of what another system declined: kept, acknowledged, moves nothing.
bool is_declined_advice(Turn const& turn) noexcept
{
    if (!is_advice(turn.command.mti) || turn.operation == Operation::reversal ||
        !turn.has(has_response_code))
        return false;
    for (char const* approval : {"00", "08", "10", "11", "16"})
        if (std::memcmp(turn.command.response_code, approval, 2) == 0) return false;
    return true;
}

}  // namespace

bool admit(Turn& turn) noexcept
{
    if (!identify(turn) || !check_content(turn) || !check_window(turn)) return false;
    if (turn.operation == Operation::inquiry) return true;  // no record, so no duplicates
    if (!check_duplicate(turn)) return false;
    if (is_declined_advice(turn)) {
        decline(turn, code::approved);
        return false;
    }
    return true;
}

}  // namespace turnout::engine
