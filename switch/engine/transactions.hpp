// Every journaled request of the last one to two generations: the answer to give its repeats, and
// what a reversal needs of it. Rows lie in order of sequence; two indexes lead to them (duplicate
// key; acquirer + terminal + RRN). A generation is dropped as a whole and only when a record of a
// newer one is applied, so live and replay hold the same rows at the same sequence. Never evicts.
#pragma once
#include "switch/base/ids.hpp"
#include "switch/engine/generation_index.hpp"
#include "switch/ledger/digest.hpp"

#include <array>
#include <cstring>

namespace turnout::engine {

// A participant by its place in the table, plus one; 0: nobody.
using Owner = std::uint16_t;
static_assert(limits::participants_max < 0xFFFF);

enum class RowKind : std::uint8_t {
    post = 1,
    hold,
    capture,
    reversal /* of anything, with or without money */,
    decline,
    tombstone,  // of an original that has not come: no answer of its own
};

enum class RowState : std::uint8_t {
    open = 0,  // as recorded
    reversed,  // in full
    captured,  // a hold, by its final completion
    expired,   // a hold
    consumed,  // a tombstone without duplicate key, by the original that it declined
};

// The fields that make a duplicate key; compared in full, the hash only leads to them. The time is
// left to the 128 bits of the keyed hash: which field it comes from (DE 7, or DE 12 and 13) is the
// link's business.
struct MessageKey {
    std::uint64_t k0 = 0, k1 = 0;
    std::uint64_t acquirer = 0;
    char terminal[8] = {};
    std::uint32_t stan = 0;
    std::uint16_t mti = 0;  // only its class counts
};

// No padding: the digest covers it as it lies, up to `older`.
struct alignas(64) Transaction {
    std::uint64_t seq;
    std::uint64_t k0, k1;  // duplicate key; zero: none
    std::uint64_t fingerprint;
    std::uint64_t acquirer;
    std::uint64_t de7_ts;
    char terminal[8];
    std::int64_t amount;    // requested, minor units; approved or declined as a whole
    std::int64_t reversed;  // of it, so far
    char rrn[12];           // zero: none
    std::uint32_t stan;
    char rc[4];
    char approval[6];
    std::uint8_t pan[10];  // BCD
    std::uint16_t mti;
    std::uint16_t currency;
    std::uint8_t kind;    // RowKind
    std::uint8_t state;   // RowState
    Owner owner;          // who asked
    std::uint32_t payer;  // account positions, ledger::kNone when no money moved
    std::uint32_t payee;
    std::uint32_t older;  // previous row of the same second key in this generation
};
static_assert(sizeof(Transaction) == 128, "two cache lines");
static_assert(std::has_unique_object_representations_v<Transaction>);

// Valid until the next roll(); sequence order makes it findable again.
struct RowRef {
    std::uint8_t half = 0;
    std::uint32_t row = ledger::kNone;
    [[nodiscard]] bool is_none() const noexcept { return row == ledger::kNone; }
};

class Transactions {
public:
    // `rows_max` per generation; throws std::bad_alloc.
    Transactions(std::uint32_t rows_max, std::uint64_t generation_ns,
                 ledger::Commit commit = ledger::Commit::when_touched);

    void prefetch(std::uint64_t dup_k0, std::uint64_t second_k0) const noexcept;
    // Second stage, when the slots have arrived: the row that the key probably leads to.
    void prefetch_row(std::uint64_t dup_k0) const noexcept;

    // Look-ups as of a record at `ts`: rows that it would drop are not seen any more.
    [[nodiscard]] RowRef find(MessageKey const& key, UnixNanos ts) const noexcept;
    // Newest row of this acquirer, terminal and RRN that `wanted(row)` accepts, among the newest
    // limits::second_key_candidates_max of each generation.
    template <class Wanted>
    [[nodiscard]] RowRef find_second(std::uint64_t k0, Transaction const& like, UnixNanos ts,
                                     Wanted&& wanted) const noexcept;
    // Row of a sequence and kind; none when it was dropped or never was.
    [[nodiscard]] RowRef find_seq(Sequence seq, RowKind kind) const noexcept;

    [[nodiscard]] Transaction const& operator[](RowRef ref) const noexcept
    {
        return halves_[ref.half].rows[ref.row];
    }
    // Rows that a record at `ts` could still add.
    [[nodiscard]] std::uint32_t room(UnixNanos ts) const noexcept;
    // Rows that its generation has by then, in all and of one owner.
    [[nodiscard]] std::uint32_t used(UnixNanos ts) const noexcept
    {
        return ts >= rolls_at_ ? 0 : halves_[current_].count;
    }
    [[nodiscard]] std::uint32_t used_by(Owner owner, UnixNanos ts) const noexcept
    {
        return ts >= rolls_at_ ? 0 : halves_[current_].by_owner[owner];
    }
    [[nodiscard]] std::uint64_t count() const noexcept
    {
        return halves_[0].count + std::uint64_t{halves_[1].count};
    }

    // Apply only. Drops what a record at `ts` makes too old; call before anything else of it.
    void roll(UnixNanos ts) noexcept;
    // Appends a row (room() > 0); keys that are zero are not indexed. A row with the same duplicate
    // key takes its place in the index.
    RowRef append(Transaction const& fields, std::uint64_t second_k0) noexcept;
    void set_state(RowRef ref, RowState state) noexcept;
    // `ref` if it still is the row of this sequence, none when that was dropped.
    [[nodiscard]] RowRef still(RowRef ref, Sequence seq) const noexcept
    {
        auto const& half = halves_[ref.half];
        return ref.row < half.count && half.rows[ref.row].seq == seq ? ref : RowRef{};
    }
    // Whether a tombstone that is known by RRN only may be about: spares originals the look-up.
    [[nodiscard]] bool has_second_tombstones() const noexcept
    {
        return halves_[0].second_tombstones + halves_[1].second_tombstones != 0;
    }
    void add_reversed(RowRef ref, std::int64_t amount) noexcept;

    // A journaled change of the generation's length. What is remembered stays remembered at least
    // until the next roll.
    void set_generation_ns(std::uint64_t generation_ns, UnixNanos ts) noexcept;
    [[nodiscard]] std::uint64_t generation_ns() const noexcept { return generation_ns_; }

    [[nodiscard]] ledger::Digest digest() const noexcept;
    // Computed anew by a scan; for checks.
    [[nodiscard]] ledger::Digest scanned_digest() const noexcept;
    // Whether the rows counted per owner are those that are there; by a scan, for checks.
    [[nodiscard]] bool counts_are_right() const;

private:
    struct Half {
        Half(std::uint32_t rows_max, ledger::Commit commit)
            : rows(rows_max, ledger::Pages::huge, commit),
              by_key(rows_max, commit),
              by_second(rows_max, commit)
        {
        }
        void clear() noexcept;

        ledger::TableMemory<Transaction> rows;
        GenerationIndex by_key;
        GenerationIndex by_second;
        std::uint64_t generation = 0;
        UnixNanos dropped_from = 0;  // end of the next generation: a record there drops this one
        std::uint32_t count = 0;
        std::uint32_t second_tombstones = 0;
        std::array<std::uint32_t, limits::participants_max + 1> by_owner{};  // rows of each
        ledger::Digest digest;
    };

    [[nodiscard]] static bool is_visible(Half const& half, UnixNanos ts) noexcept
    {
        return half.count != 0 && ts < half.dropped_from;
    }
    void set_generation(Half& half, std::uint64_t generation) const noexcept;
    Transaction& at(RowRef ref) noexcept { return halves_[ref.half].rows[ref.row]; }
    template <class Change>
    void change(RowRef ref, Change&& change) noexcept;

    std::uint64_t generation_ns_;
    UnixNanos rolls_at_ = 0;  // first instant of the generation after the current one
    std::uint8_t current_ = 0;
    Half halves_[2];
};

[[nodiscard]] inline bool same_second(Transaction const& a, Transaction const& b) noexcept
{
    return a.acquirer == b.acquirer && std::memcmp(a.terminal, b.terminal, 8) == 0 &&
           std::memcmp(a.rrn, b.rrn, 12) == 0;
}

template <class Wanted>
RowRef Transactions::find_second(std::uint64_t k0, Transaction const& like, UnixNanos ts,
                                 Wanted&& wanted) const noexcept
{
    for (unsigned step = 0; step < 2; ++step) {
        auto const number = static_cast<std::uint8_t>(step == 0 ? current_ : 1 - current_);
        auto const& half = halves_[number];
        if (!is_visible(half, ts)) continue;
        auto row = half.by_second.find(
            k0, [&](std::uint32_t at) { return same_second(half.rows[at], like); });
        for (std::size_t seen = 0; row != ledger::kNone && seen < limits::second_key_candidates_max;
             ++seen, row = half.rows[row].older)
            if (wanted(half.rows[row])) return {number, row};
    }
    return {};
}

}  // namespace turnout::engine
