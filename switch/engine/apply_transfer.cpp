#include "switch/engine/apply.hpp"

namespace turnout::engine::detail {

namespace {

using ledger::kNone;
using record::Effect;
using record::Type;

using Positions = std::array<std::uint32_t, limits::legs_per_record_max>;

bool is_effect(std::uint8_t effect) noexcept
{
    return effect >= static_cast<std::uint8_t>(Effect::debit_post) &&
           effect <= static_cast<std::uint8_t>(Effect::credit_release);
}

// Signed contribution to "debits - credits" of what the leg moves.
bool adds_debit(Effect effect) noexcept
{
    return effect == Effect::debit_post || effect == Effect::debit_pend ||
           effect == Effect::credit_release;
}

// Per currency, posted and pending legs sum to zero each. Few legs: a pass per leg is cheap.
bool is_balanced(std::span<record::Leg const> legs) noexcept
{
    for (auto const& first : legs) {
        std::int64_t posted = 0;
        std::int64_t pending = 0;
        for (auto const& leg : legs) {
            if (leg.currency != first.currency) continue;
            auto const effect = static_cast<Effect>(leg.effect);
            auto& sum = ledger::is_posting(effect) ? posted : pending;
            auto const amount = adds_debit(effect) ? leg.amount : -leg.amount;
            if (__builtin_add_overflow(sum, amount, &sum)) return false;
        }
        if (posted != 0 || pending != 0) return false;
        // All legs of one currency, as nearly always: one pass has told everything.
        bool all_same = true;
        for (auto const& leg : legs)
            all_same = all_same && leg.currency == first.currency;
        if (all_same) return true;
    }
    return true;
}

ApplyErrc check_legs(Engine::State const& state, Transfer const& transfer,
                     Positions& positions) noexcept
{
    auto const legs = transfer.legs;
    for (std::size_t at = 0; at < legs.size(); ++at) {
        auto const& leg = legs[at];
        if (leg.amount <= 0 || !is_effect(leg.effect) || leg.zero != 0)
            return ApplyErrc::bad_layout;
        Id128 const id{leg.account_lo, leg.account_hi};
        auto const hint = transfer.hints.accounts[at];
        positions[at] = state.ledger.is_at(hint, id) ? hint : state.ledger.find(id);
        if (positions[at] == kNone) return ApplyErrc::unknown_account;
    }
    return is_balanced(legs) ? ApplyErrc::ok : ApplyErrc::unbalanced;
}

ApplyErrc apply_legs(Engine::State& state, Transfer const& transfer,
                     Positions const& positions) noexcept
{
    for (std::size_t at = 0; at < transfer.legs.size(); ++at)
        if (state.ledger.apply(positions[at], transfer.legs[at], transfer.header.seq) !=
            ledger::Errc::ok)
            return ApplyErrc::differs;
    return ApplyErrc::ok;
}

// The legs of each type in the order in which they are always written.
bool has_effects(std::span<record::Leg const> legs, std::initializer_list<Effect> effects) noexcept
{
    if (legs.size() != effects.size()) return false;
    std::size_t at = 0;
    for (auto const effect : effects)
        if (legs[at++].effect != static_cast<std::uint8_t>(effect)) return false;
    return true;
}

bool has_legs_of_type(Transfer const& transfer) noexcept
{
    auto const legs = transfer.legs;
    switch (static_cast<Type>(transfer.header.type)) {
        case Type::post:
            return has_effects(legs, {Effect::debit_post, Effect::credit_post});
        case Type::hold:
            return has_effects(legs, {Effect::debit_pend, Effect::credit_pend});
        case Type::capture:
            return has_effects(legs, {Effect::debit_release, Effect::credit_release,
                                      Effect::debit_post, Effect::credit_post});
        case Type::release:
        case Type::expire:
            return has_effects(legs, {Effect::debit_release, Effect::credit_release});
        case Type::reversal:
            return legs.empty() || has_effects(legs, {Effect::debit_post, Effect::credit_post});
        default:
            return legs.empty();
    }
}

// False when the record names a participant that there is none of.
bool find_owner(Engine::State const& state, Transfer const& transfer, Owner& owner) noexcept
{
    auto const id = transfer.context.participant;
    owner = 0;
    if (id == 0) return true;
    auto at = transfer.hints.participant;
    if (at >= state.participants.count() || state.participants[at].fields.id != id)
        at = state.participants.find(id);
    if (at == kNone) return false;
    owner = static_cast<Owner>(at + 1);
    return true;
}

Transaction row_of(Transfer const& transfer, RowKind kind, Positions const& positions,
                   Owner owner) noexcept
{
    auto const& context = transfer.context;
    Transaction row{};
    row.seq = transfer.header.seq;
    row.k0 = context.dup_k0;
    row.k1 = context.dup_k1;
    row.fingerprint = context.fingerprint;
    row.acquirer = context.acquirer;
    row.de7_ts = context.de7_ts;
    std::memcpy(row.terminal, context.terminal, sizeof row.terminal);
    row.amount = context.requested;
    std::memcpy(row.rrn, context.rrn, sizeof row.rrn);
    row.stan = context.stan;
    std::memcpy(row.rc, context.rc, sizeof row.rc);
    std::memcpy(row.approval, context.approval, sizeof row.approval);
    std::memcpy(row.pan, context.pan, sizeof row.pan);
    row.mti = context.mti;
    row.currency = context.currency;
    row.kind = static_cast<std::uint8_t>(kind);
    row.owner = owner;
    auto const is_money = !transfer.legs.empty();
    row.payer = is_money ? positions[0] : kNone;
    row.payee = is_money ? positions[1] : kNone;
    return row;
}

MessageKey key_of(Transaction const& row) noexcept
{
    MessageKey key{row.k0, row.k1, row.acquirer, {}, row.stan, row.mti};
    std::memcpy(key.terminal, row.terminal, sizeof key.terminal);
    return key;
}

std::uint64_t second_k0_of(Engine::State const& state, Transfer const& transfer,
                           Transaction const& row) noexcept
{
    if (row.rrn[0] == 0) return 0;
    if (transfer.hints.second_k0 != 0) return transfer.hints.second_k0;
    return state.hash.second_key(row.acquirer, row.terminal, row.rrn).k0;
}

// Remembers the request; none when its key is zero (opening balances, expiries). A key that has a
// row already may only be a tombstone's: everything else would be a transaction applied twice.
ApplyErrc remember(Engine::State& state, Transfer const& transfer, Transaction const& row,
                   RowRef& ref) noexcept
{
    if ((row.k0 | row.k1) == 0) return ApplyErrc::ok;
    auto const ts = transfer.header.ts_ns;
    auto& transactions = state.transactions;
    if (transactions.room(ts) == 0) return ApplyErrc::table_full;
    auto const known = transactions.find(key_of(row), ts);
    if (!known.is_none() &&
        transactions[known].kind != static_cast<std::uint8_t>(RowKind::tombstone))
        return ApplyErrc::differs;
    // Reversals, and declines of them, are not found by RRN: it is that of the original.
    auto const is_original = row.mti / 100 % 10 != 4;
    ref = transactions.append(row, is_original ? second_k0_of(state, transfer, row) : 0);
    return ApplyErrc::ok;
}

void open_hold(Engine::State& state, Transfer const& transfer, Transaction const& row,
               RowRef ref) noexcept
{
    HoldFields hold{};
    hold.seq = row.seq;
    hold.k0 = row.k0;
    hold.k1 = row.k1;
    hold.acquirer = row.acquirer;
    hold.de7_ts = row.de7_ts;
    std::memcpy(hold.terminal, row.terminal, sizeof hold.terminal);
    hold.amount = hold.rest = transfer.context.decided;
    hold.expires_ts = transfer.context.expires_ts;
    std::memcpy(hold.rrn, row.rrn, sizeof hold.rrn);
    hold.stan = row.stan;
    std::memcpy(hold.approval, row.approval, sizeof hold.approval);
    std::memcpy(hold.pan, row.pan, sizeof hold.pan);
    hold.mti = row.mti;
    hold.currency = row.currency;
    hold.owner = row.owner;
    hold.payer = row.payer;
    hold.payee = row.payee;
    state.holds.open(hold, second_k0_of(state, transfer, row), ref);
}

// CAPTURE, VOID and EXPIRE: takes the released amount from the hold that the record names.
ApplyErrc change_hold(Engine::State& state, Transfer const& transfer) noexcept
{
    auto const type = static_cast<Type>(transfer.header.type);
    auto at = transfer.hints.hold;
    if (at == kNone || state.holds[at].seq != transfer.context.ref_seq)
        at = state.holds.find_seq(transfer.context.ref_seq);
    if (at == kNone) return ApplyErrc::unknown_reference;
    auto const& hold = state.holds[at];
    auto const released = transfer.legs[0].amount;
    auto const is_late = transfer.header.ts_ns >= hold.expires_ts;
    if (released > hold.rest || (type == Type::expire && !is_late) ||
        (type == Type::capture && is_late))
        return ApplyErrc::differs;

    auto const is_final = (transfer.header.flags & record::final_capture) != 0;
    auto const closes = type == Type::capture ? is_final : released == hold.rest;
    if ((type == Type::expire || (type == Type::capture && is_final)) && released != hold.rest)
        return ApplyErrc::differs;
    auto const row = state.transactions.still(hold.row, hold.seq);
    if (!row.is_none()) {
        if (type == Type::release) state.transactions.add_reversed(row, released);
        if (closes && type != Type::release)
            state.transactions.set_state(
                row, type == Type::capture ? RowState::captured : RowState::expired);
    }
    if (closes)
        state.holds.close(at);
    else
        state.holds.take(at, released);
    return ApplyErrc::ok;
}

// A REVERSAL with money: marks the original, which must be a post or a capture with enough left.
ApplyErrc mark_original(Engine::State& state, Transfer const& transfer) noexcept
{
    auto& transactions = state.transactions;
    auto ref = transactions.still(transfer.hints.original, transfer.context.ref_seq);
    if (ref.is_none()) ref = transactions.find_seq(transfer.context.ref_seq, RowKind::post);
    if (ref.is_none()) ref = transactions.find_seq(transfer.context.ref_seq, RowKind::capture);
    if (ref.is_none()) return ApplyErrc::unknown_reference;
    auto const& original = transactions[ref];
    auto const back = transfer.legs[0].amount;
    if (back > original.amount - original.reversed) return ApplyErrc::differs;
    transactions.add_reversed(ref, back);
    return ApplyErrc::ok;
}

// Both rows of a TOMBSTONE: the original's, which declines it when it comes, and the reversal's.
ApplyErrc bury(Engine::State& state, Transfer const& transfer, Transaction const& own) noexcept
{
    TombstoneTail tail;
    std::memcpy(&tail, transfer.tail.data(), sizeof tail);
    if (tail.zero != 0) return ApplyErrc::bad_layout;
    if (state.transactions.room(transfer.header.ts_ns) < 2) return ApplyErrc::table_full;
    auto stone = own;
    stone.k0 = tail.k0;
    stone.k1 = tail.k1;
    stone.acquirer = tail.acquirer;
    stone.de7_ts = tail.de7_ts;
    stone.stan = tail.stan;
    stone.mti = tail.mti;
    stone.kind = static_cast<std::uint8_t>(RowKind::tombstone);
    auto const by_key = (stone.k0 | stone.k1) != 0;
    if (by_key && !state.transactions.find(key_of(stone), transfer.header.ts_ns).is_none())
        return ApplyErrc::differs;
    auto const second = stone.rrn[0] == 0
                            ? Hash128{}
                            : state.hash.second_key(stone.acquirer, stone.terminal, stone.rrn);
    state.transactions.append(stone, second.k0);
    ++state.stats.tombstones;
    return ApplyErrc::ok;
}

// A DECLINE that names a record was declined by that tombstone; one without duplicate key is used
// up by it, since a later transaction may bear the same RRN.
ApplyErrc use_tombstone(Engine::State& state, Transfer const& transfer) noexcept
{
    auto const seq = transfer.context.ref_seq;
    if (seq == 0) return ApplyErrc::ok;
    auto const ref = state.transactions.find_seq(seq, RowKind::tombstone);
    if (ref.is_none()) return ApplyErrc::unknown_reference;
    state.transactions.set_state(ref, RowState::consumed);
    return ApplyErrc::ok;
}

RowKind kind_of(Type type) noexcept
{
    switch (type) {
        case Type::post:
            return RowKind::post;
        case Type::hold:
            return RowKind::hold;
        case Type::capture:
            return RowKind::capture;
        case Type::decline:
            return RowKind::decline;
        default:
            return RowKind::reversal;
    }
}

void count(Engine::State& state, Transfer const& transfer) noexcept
{
    auto const type = static_cast<Type>(transfer.header.type);
    if (type == Type::expire)
        ++state.stats.expired;
    else if ((transfer.header.flags & record::declined) != 0)
        ++state.stats.declined;
    else if ((transfer.context.dup_k0 | transfer.context.dup_k1) != 0)
        ++state.stats.approved;
}

}  // namespace

ApplyErrc apply_transfer(Engine::State& state, Transfer const& transfer) noexcept
{
    Positions positions;
    if (auto const bad = check_legs(state, transfer, positions); bad != ApplyErrc::ok) return bad;
    if (!has_legs_of_type(transfer)) return ApplyErrc::bad_layout;
    auto const type = static_cast<Type>(transfer.header.type);
    if (type == Type::hold && state.holds.is_full()) return ApplyErrc::table_full;

    Owner owner = 0;
    if (!find_owner(state, transfer, owner)) return ApplyErrc::unknown_reference;

    auto changed = ApplyErrc::ok;
    auto const row = row_of(transfer, kind_of(type), positions, owner);
    if (type == Type::capture || type == Type::release || type == Type::expire)
        changed = change_hold(state, transfer);
    else if (type == Type::reversal && !transfer.legs.empty())
        changed = mark_original(state, transfer);
    else if (type == Type::tombstone)
        changed = bury(state, transfer, row);
    else if (type == Type::decline)
        changed = use_tombstone(state, transfer);
    if (changed != ApplyErrc::ok) return changed;
    if (auto const bad = apply_legs(state, transfer, positions); bad != ApplyErrc::ok) return bad;

    RowRef ref;
    if (auto const bad = remember(state, transfer, row, ref); bad != ApplyErrc::ok) return bad;
    if (type == Type::hold) open_hold(state, transfer, row, ref);
    count(state, transfer);
    return ApplyErrc::ok;
}

}  // namespace turnout::engine::detail
