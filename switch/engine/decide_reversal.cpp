// 0400 and 0420: takes back what an original has done, by DE 90 or by acquirer, terminal and RRN.
// Never refused for money, status or limits; never answered 00 without either an effect or the
// knowledge that there is nothing to take back.
#include "protocol/core/check.hpp"
#include "switch/engine/turn.hpp"

namespace turnout::engine {

namespace {

using ledger::kNone;

// What a reversal refers to: a remembered request, or a hold that is older than those.
struct Original {
    RowRef row;
    std::uint32_t hold = kNone;
    [[nodiscard]] bool is_none() const noexcept { return row.is_none() && hold == kNone; }
};

bool is_kind(Transaction const& row, RowKind kind) noexcept
{
    return row.kind == static_cast<std::uint8_t>(kind);
}

template <class Wanted>
RowRef find_by_rrn(Turn const& turn, Wanted&& wanted) noexcept
{
    auto const k0 = turn.second_k0();
    if (k0 == 0) return {};
    return turn.state.transactions.find_second(k0, like_second(turn.command), turn.ts, wanted);
}

// Card, amount and currency are the original's, as far as the reversal has them.
bool agrees(Turn const& turn, std::uint8_t const (&pan)[10], std::int64_t amount,
            std::uint16_t currency) noexcept
{
    auto const& command = turn.command;
    return (!turn.has(has_pan) || same_pan(pan, command)) &&
           (!turn.has(has_amount) || command.amount == amount) &&
           (!turn.has(has_currency) || command.currency == currency);
}

// Something that a reversal could still take back.
bool is_open(Transaction const& row) noexcept
{
    return row.state == static_cast<std::uint8_t>(RowState::open) &&
           (is_kind(row, RowKind::post) || is_kind(row, RowKind::hold) ||
            is_kind(row, RowKind::capture));
}

// RRN alone names all messages of a transaction: the newest one of this card that agrees and can
// still be reversed, else the newest that agrees, else the newest, which then gets 94.
Original find_by_second_key(Turn const& turn) noexcept
{
    auto const& command = turn.command;
    if (!turn.has(has_pan)) return {};
    auto const row_agrees = [&](Transaction const& row) {
        return agrees(turn, row.pan, row.amount, row.currency);
    };
    auto const open =
        find_by_rrn(turn, [&](Transaction const& row) { return is_open(row) && row_agrees(row); });
    if (!open.is_none()) return {open, kNone};
    auto const closed = find_by_rrn(turn, row_agrees);
    if (!closed.is_none()) return {closed, kNone};
    auto const any =
        find_by_rrn(turn, [&](Transaction const& row) { return same_pan(row.pan, command); });
    if (!any.is_none()) return {any, kNone};
    auto const hold = turn.state.holds.find_second(turn.second_k0(), [&](Hold const& other) {
        return other.acquirer == command.acquirer &&
               std::memcmp(other.terminal, command.terminal, sizeof other.terminal) == 0 &&
               std::memcmp(other.rrn, command.rrn, sizeof other.rrn) == 0 &&
               same_pan(other.pan, command);
    });
    return {{}, hold};
}

// DE 90 names one message. The RRN then only helps out when class and STAN agree as well, that is
// when the peer has changed the time or the acquirer in between.
Original find_original(Turn const& turn) noexcept
{
    auto const& command = turn.command;
    if (!turn.has(has_de90)) return find_by_second_key(turn);
    auto const key = original_key(command);
    auto const row = turn.state.transactions.find(key, turn.ts);
    if (!row.is_none()) return {row, kNone};
    auto const hold = turn.state.holds.find(key);
    if (hold != kNone) return {{}, hold};
    auto const by_rrn = find_by_rrn(turn, [&](Transaction const& other) {
        return other.stan == command.orig_stan && other.mti / 100 == command.orig_mti / 100 &&
               turn.has(has_pan) && same_pan(other.pan, command) &&
               !is_kind(other, RowKind::tombstone);
    });
    return {by_rrn, kNone};
}

// What goes back now: all of it, or all above the replacement amount, less what went back before.
std::int64_t amount_back(Turn const& turn, std::int64_t amount, std::int64_t reversed) noexcept
{
    auto const replacement = turn.has(has_replacement) ? turn.command.replacement : 0;
    auto const back = amount - replacement - reversed;
    return back > 0 ? back : 0;
}

void fill_reversal(Turn const& turn, RecordBuilder& builder, Sequence original,
                   std::int64_t back) noexcept
{
    fill_context(turn, builder.context(), back);
    builder.context().ref_seq = original;
    builder.set_flags(record::forced);
    if (turn.has(has_replacement)) builder.set_flags(record::partial);
}

// There was nothing to take back: declined, reversed before, expired, or never here.
void acknowledge(Turn& turn, Sequence original) noexcept
{
    RecordBuilder builder{turn.state, turn.out, record::Type::reversal, turn.ts,
                          turn.command.origin};
    fill_reversal(turn, builder, original, 0);
    approve(turn, builder);
}

void void_hold(Turn& turn, std::uint32_t at) noexcept
{
    auto const& hold = turn.state.holds[at];
    auto const back = amount_back(turn, hold.rest, 0);
    if (back == 0) return acknowledge(turn, hold.seq);
    RecordBuilder builder{turn.state, turn.out, record::Type::release, turn.ts,
                          turn.command.origin};
    fill_reversal(turn, builder, hold.seq, back);
    auto const releases =
        builder.add_leg(hold.payer, record::Effect::debit_release, record::Role::payer, back) &&
        builder.add_leg(hold.payee, record::Effect::credit_release, record::Role::payee, back);
    TURNOUT_CHECK(releases, "what a hold has pending can be released");
    builder.hints().hold = at;
    approve(turn, builder);
}

// The mirror of a posting: also on an empty, frozen or closed account.
void mirror(Turn& turn, RowRef ref) noexcept
{
    auto const& row = turn.state.transactions[ref];
    auto const back = amount_back(turn, row.amount, row.reversed);
    if (back == 0) return acknowledge(turn, row.seq);
    RecordBuilder builder{turn.state, turn.out, record::Type::reversal, turn.ts,
                          turn.command.origin};
    fill_reversal(turn, builder, row.seq, back);
    if (!builder.add_leg(row.payee, record::Effect::debit_post, record::Role::payer, back) ||
        !builder.add_leg(row.payer, record::Effect::credit_post, record::Role::payee, back))
        return decline_overflow(turn);
    builder.hints().original = ref;
    approve(turn, builder);
}

// More than there was cannot have been the actual amount, so nothing says what to take back.
bool replaces_too_much(Turn const& turn, std::int64_t amount) noexcept
{
    return turn.has(has_replacement) && turn.command.replacement > amount;
}

void reverse_row(Turn& turn, RowRef ref) noexcept
{
    auto const& row = turn.state.transactions[ref];
    if (!agrees(turn, row.pan, row.amount, row.currency)) {
        ++turn.state.stats.mismatched_duplicates;
        return answer(turn, code::duplicate, row.seq);
    }
    if (row.amount != 0 && replaces_too_much(turn, row.amount))
        return answer(turn, code::invalid_amount, row.seq);
    switch (static_cast<RowKind>(row.kind)) {
        case RowKind::post:
        case RowKind::capture:
            return mirror(turn, ref);
        case RowKind::hold:
            break;
        default:
            return acknowledge(turn, row.seq);  // declined, or buried already
    }
    auto const hold = turn.state.holds.find_seq(row.seq);
    if (hold != kNone) return void_hold(turn, hold);
    // The money of a captured hold is its completion's: that is what must be reversed.
    if (row.state == static_cast<std::uint8_t>(RowState::captured))
        return decline(turn, code::invalid_transaction);
    acknowledge(turn, row.seq);
}

// Nobody knows the original. While it could still come it is declined in advance; afterwards the
// reversal is refused: 00 would claim an effect that there was not.
void bury(Turn& turn) noexcept
{
    auto const& command = turn.command;
    auto const& config = turn.state.config;
    auto const by_key = turn.has(has_de90);
    auto const is_advice = by_key && command.orig_mti / 10 % 10 == 2;
    auto const window = is_advice ? config.reversal_window_ns : config.financial_window_ns;
    auto const time = by_key ? command.orig_de7_ts : command.de7_ts;
    // By RRN alone the original will be known by its card, so that must be given.
    if (time + window < turn.ts || (!by_key && !turn.has(has_pan)))
        return decline(turn, code::not_found);

    RecordBuilder builder{turn.state, turn.out, record::Type::tombstone, turn.ts, command.origin};
    fill_context(turn, builder.context(), 0);
    TombstoneTail tail{};
    tail.acquirer = by_key ? command.orig_acquirer : command.acquirer;
    tail.de7_ts = time;
    tail.k0 = by_key ? command.orig_k0 : 0;
    tail.k1 = by_key ? command.orig_k1 : 0;
    tail.stan = by_key ? command.orig_stan : 0;
    tail.mti = by_key ? command.orig_mti : 0;
    builder.append(tail);
    approve(turn, builder);
}

}  // namespace

void decide_reversal(Turn& turn) noexcept
{
    auto const& command = turn.command;
    if (turn.has(has_pan)) turn.card = turn.state.cards.find(command.pan_h0, command.pan);
    auto const original = find_original(turn);
    if (original.is_none()) return bury(turn);
    if (!original.row.is_none()) return reverse_row(turn, original.row);
    auto const& hold = turn.state.holds[original.hold];
    if (!agrees(turn, hold.pan, hold.amount, hold.currency)) {
        ++turn.state.stats.mismatched_duplicates;
        return answer(turn, code::duplicate, hold.seq);
    }
    if (replaces_too_much(turn, hold.amount)) return answer(turn, code::invalid_amount, hold.seq);
    void_hold(turn, original.hold);
}

}  // namespace turnout::engine
