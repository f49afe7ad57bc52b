#include "switch/engine/transactions.hpp"

#include "protocol/core/check.hpp"

#include <algorithm>

namespace turnout::engine {

namespace {

constexpr unsigned class_of(std::uint16_t mti) noexcept
{
    return mti / 100U % 10U;
}

bool same_key(Transaction const& row, MessageKey const& key) noexcept
{
    return row.k0 == key.k0 && row.k1 == key.k1 && row.acquirer == key.acquirer &&
           row.stan == key.stan && class_of(row.mti) == class_of(key.mti) &&
           std::memcmp(row.terminal, key.terminal, sizeof key.terminal) == 0;
}

ledger::Digest hash_of(Transaction const& row) noexcept
{
    return ledger::hash_bytes(ledger::Entry::transaction, &row, offsetof(Transaction, older));
}

MessageKey key_of(Transaction const& row) noexcept
{
    MessageKey key{row.k0, row.k1, row.acquirer, {}, row.stan, row.mti};
    std::memcpy(key.terminal, row.terminal, sizeof key.terminal);
    return key;
}

}  // namespace

void Transactions::Half::clear() noexcept
{
    by_key.clear();
    by_second.clear();
    count = 0;
    second_tombstones = 0;
    by_owner.fill(0);
    digest = {};
}

Transactions::Transactions(std::uint32_t rows_max, std::uint64_t generation_ns,
                           ledger::Commit commit)
    : generation_ns_(generation_ns), halves_{{rows_max, commit}, {rows_max, commit}}
{
    if (rows_max > GenerationIndex::kRowsMax || generation_ns == 0) throw std::bad_alloc{};
}

void Transactions::prefetch(std::uint64_t dup_k0, std::uint64_t second_k0) const noexcept
{
    for (auto const& half : halves_) {
        half.by_key.prefetch(dup_k0);
        half.by_second.prefetch(second_k0);
    }
}

void Transactions::prefetch_row(std::uint64_t dup_k0) const noexcept
{
    for (auto const& half : halves_) {
        if (half.count == 0) continue;
        auto const row = half.by_key.guess(dup_k0);
        if (row != ledger::kNone) __builtin_prefetch(&half.rows[row]);
    }
}

RowRef Transactions::find(MessageKey const& key, UnixNanos ts) const noexcept
{
    for (unsigned step = 0; step < 2; ++step) {
        auto const number = static_cast<std::uint8_t>(step == 0 ? current_ : 1 - current_);
        auto const& half = halves_[number];
        if (!is_visible(half, ts)) continue;
        auto const row = half.by_key.find(
            key.k0, [&](std::uint32_t at) { return same_key(half.rows[at], key); });
        if (row != ledger::kNone) return {number, row};
    }
    return {};
}

RowRef Transactions::find_seq(Sequence seq, RowKind kind) const noexcept
{
    for (std::uint8_t number = 0; number < 2; ++number) {
        auto const& half = halves_[number];
        auto const* const first = &half.rows[0];
        auto const* const last = first + half.count;
        auto const* row = std::lower_bound(
            first, last, seq, [](Transaction const& a, Sequence b) { return a.seq < b; });
        for (; row != last && row->seq == seq; ++row)
            if (row->kind == static_cast<std::uint8_t>(kind))
                return {number, static_cast<std::uint32_t>(row - first)};
    }
    return {};
}

std::uint32_t Transactions::room(UnixNanos ts) const noexcept
{
    auto const& half = halves_[current_];
    auto const rows_max = static_cast<std::uint32_t>(half.rows.size());
    return ts >= rolls_at_ ? rows_max : rows_max - half.count;
}

void Transactions::set_generation(Half& half, std::uint64_t generation) const noexcept
{
    half.generation = generation;
    half.dropped_from = (generation + 2) * generation_ns_;
}

void Transactions::roll(UnixNanos ts) noexcept
{
    if (ts < rolls_at_) [[likely]]
        return;
    auto const generation = ts / generation_ns_;
    auto const before = halves_[current_].generation;
    current_ ^= 1;
    halves_[current_].clear();
    set_generation(halves_[current_], generation);
    rolls_at_ = (generation + 1) * generation_ns_;
    if (generation > before + 1) halves_[current_ ^ 1].clear();
}

RowRef Transactions::append(Transaction const& fields, std::uint64_t second_k0) noexcept
{
    auto& half = halves_[current_];
    TURNOUT_CHECK(half.count < half.rows.size(),
                  "a transaction row is appended only where one fits");
    auto const number = half.count++;
    ++half.by_owner[fields.owner];
    auto& row = half.rows[number];
    row = fields;
    row.older = ledger::kNone;
    auto const has_key = (fields.k0 | fields.k1) != 0;
    if (!has_key && fields.kind == static_cast<std::uint8_t>(RowKind::tombstone))
        ++half.second_tombstones;
    if (has_key) {
        auto const key = key_of(fields);
        half.by_key.put(fields.k0, number,
                        [&](std::uint32_t at) { return same_key(half.rows[at], key); });
    }
    if (second_k0 != 0)
        row.older = half.by_second.put(second_k0, number, [&](std::uint32_t at) {
            return same_second(half.rows[at], fields);
        });
    half.digest += hash_of(fields);
    return {current_, number};
}

template <class Change>
void Transactions::change(RowRef ref, Change&& change) noexcept
{
    auto& row = at(ref);
    auto& digest = halves_[ref.half].digest;
    digest -= hash_of(row);
    change(row);
    digest += hash_of(row);
}

void Transactions::set_state(RowRef ref, RowState state) noexcept
{
    change(ref, [state](Transaction& row) { row.state = static_cast<std::uint8_t>(state); });
}

void Transactions::add_reversed(RowRef ref, std::int64_t amount) noexcept
{
    change(ref, [amount](Transaction& row) {
        row.reversed += amount;
        if (row.reversed >= row.amount) row.state = static_cast<std::uint8_t>(RowState::reversed);
    });
}

void Transactions::set_generation_ns(std::uint64_t generation_ns, UnixNanos ts) noexcept
{
    generation_ns_ = generation_ns;
    auto const generation = ts / generation_ns;
    set_generation(halves_[current_], generation);
    set_generation(halves_[current_ ^ 1], generation == 0 ? 0 : generation - 1);
    rolls_at_ = (generation + 1) * generation_ns;
}

ledger::Digest Transactions::digest() const noexcept
{
    auto sum = halves_[0].digest;
    return sum += halves_[1].digest;
}

bool Transactions::counts_are_right() const
{
    for (auto const& half : halves_) {
        auto rest = half.by_owner;
        for (std::uint32_t row = 0; row < half.count; ++row)
            --rest[half.rows[row].owner];
        if (std::any_of(rest.begin(), rest.end(), [](std::uint32_t left) { return left != 0; }))
            return false;
    }
    return true;
}

ledger::Digest Transactions::scanned_digest() const noexcept
{
    ledger::Digest sum;
    for (auto const& half : halves_)
        for (std::uint32_t row = 0; row < half.count; ++row)
            sum += hash_of(half.rows[row]);
    return sum;
}

}  // namespace turnout::engine
