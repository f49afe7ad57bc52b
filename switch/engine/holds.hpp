// Open holds: a bounded pool that outlives the generations of transactions, found by sequence, by
// duplicate key and by acquirer + terminal + RRN, and a queue by expiry. A hold that is captured in
// full, voided or expired leaves the pool. Same order and result live and in replay. Full refuses
// new holds (96); nothing is ever evicted.
#pragma once
#include "switch/engine/transactions.hpp"

namespace turnout::engine {

// No padding: the digest covers it as it lies.
struct HoldFields {
    std::uint64_t seq;     // of its HOLD record: its name
    std::uint64_t k0, k1;  // duplicate key
    std::uint64_t acquirer;
    std::uint64_t de7_ts;
    char terminal[8];
    std::int64_t amount;       // authorized, minor units
    std::int64_t rest;         // still pending
    std::uint64_t expires_ts;  // a capture at or after it is refused
    char rrn[12];
    std::uint32_t stan;
    char approval[6];
    std::uint8_t pan[10];  // BCD
    std::uint16_t mti;
    std::uint16_t currency;
    std::uint32_t owner;  // Owner: who asked
    std::uint32_t payer;  // account positions
    std::uint32_t payee;
};
static_assert(sizeof(HoldFields) == 120);
static_assert(std::has_unique_object_representations_v<HoldFields>);

struct Hold : HoldFields {
    std::uint64_t second_k0;     // zero: no RRN
    std::uint32_t newer, older;  // chain of one second key; older doubles as the free list
    std::uint32_t queue_at;      // its place in the expiry queue
    RowRef row;                  // its transaction, while that is remembered
};

class Holds {
public:
    // Throws std::bad_alloc.
    explicit Holds(std::uint32_t holds_max, ledger::Commit commit = ledger::Commit::when_touched);

    [[nodiscard]] bool is_full() const noexcept { return count_ == holds_.size(); }
    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint32_t used_by(Owner owner) const noexcept { return by_owner_[owner]; }
    [[nodiscard]] Hold const& operator[](std::uint32_t at) const noexcept { return holds_[at]; }

    [[nodiscard]] std::uint32_t find_seq(Sequence seq) const noexcept;
    [[nodiscard]] std::uint32_t find(MessageKey const& key) const noexcept;
    // Newest hold of this acquirer, terminal and RRN that `wanted(hold)` accepts.
    template <class Wanted>
    [[nodiscard]] std::uint32_t find_second(std::uint64_t k0, Wanted&& wanted) const noexcept;
    // The hold that expires first (ties: the older record); kNone when there is none.
    [[nodiscard]] std::uint32_t next_to_expire() const noexcept
    {
        return count_ == 0 ? ledger::kNone : queue_[0].at;
    }

    // Brings in what open() and find() will touch for these keys; `seq` is a guess. Inlined at any
    // price: g++ 12 takes a function that only prefetches for one without effect and drops the
    // call.
    [[gnu::always_inline]] void prefetch(std::uint64_t k0, std::uint64_t second_k0,
                                         Sequence seq) const noexcept
    {
        by_key_.prefetch(k0);
        by_second_.prefetch(second_k0);
        by_seq_.prefetch(ledger::spread(seq));
    }

    // Apply only; the caller has checked room and `amount` <= rest.
    void open(HoldFields const& fields, std::uint64_t second_k0, RowRef row) noexcept;
    void take(std::uint32_t at, std::int64_t amount) noexcept;  // from the rest
    void close(std::uint32_t at) noexcept;

    [[nodiscard]] ledger::Digest digest() const noexcept { return digest_; }
    // Calls visit(hold) for each open hold, in no particular order.
    template <class Visit>
    void for_each(Visit&& visit) const
    {
        for (std::uint32_t place = 0; place < count_; ++place)
            visit(holds_[queue_[place].at]);
    }

private:
    // The time lies beside the position: comparing it touches no hold, which would be a cache miss.
    struct Due {
        std::uint64_t expires_ts;
        std::uint32_t at;
        std::uint32_t zero;
    };
    [[nodiscard]] bool is_before(Due const& a, Due const& b) const noexcept;
    void put(std::uint32_t place, Due const& due) noexcept;
    void sift_up(std::uint32_t place) noexcept;
    void sift_down(std::uint32_t place) noexcept;
    void link_second(std::uint32_t at) noexcept;
    void unlink_second(std::uint32_t at) noexcept;

    ledger::TableMemory<Hold> holds_;
    ledger::TableMemory<Due> queue_;  // binary heap
    ledger::FlatIndex by_seq_, by_key_, by_second_;
    std::array<std::uint32_t, limits::participants_max + 1> by_owner_{};  // open holds of each
    std::uint32_t count_ = 0;
    std::uint32_t used_ = 0;  // positions ever handed out
    std::uint32_t free_ = ledger::kNone;
    ledger::Digest digest_;
};

template <class Wanted>
std::uint32_t Holds::find_second(std::uint64_t k0, Wanted&& wanted) const noexcept
{
    auto at = by_second_.find(k0, [&](std::uint32_t head) { return holds_[head].second_k0 == k0; });
    for (std::size_t seen = 0; at != ledger::kNone && seen < limits::second_key_candidates_max;
         ++seen, at = holds_[at].older)
        if (wanted(holds_[at])) return at;
    return ledger::kNone;
}

}  // namespace turnout::engine
