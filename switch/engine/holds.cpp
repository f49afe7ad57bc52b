#include "switch/engine/holds.hpp"

#include "protocol/core/check.hpp"

namespace turnout::engine {

namespace {

ledger::Digest hash_of(HoldFields const& hold) noexcept
{
    return ledger::hash_entry<HoldFields>(ledger::Entry::hold, hold);
}

}  // namespace

Holds::Holds(std::uint32_t holds_max, ledger::Commit commit)
    : holds_(holds_max, ledger::Pages::huge, commit),
      queue_(holds_max, ledger::Pages::huge, commit),
      by_seq_(holds_max, commit),
      by_key_(holds_max, commit),
      by_second_(holds_max, commit)
{
}

std::uint32_t Holds::find_seq(Sequence seq) const noexcept
{
    return by_seq_.find(ledger::spread(seq),
                        [this, seq](std::uint32_t at) { return holds_[at].seq == seq; });
}

std::uint32_t Holds::find(MessageKey const& key) const noexcept
{
    return by_key_.find(key.k0, [&](std::uint32_t at) {
        auto const& hold = holds_[at];
        return hold.k0 == key.k0 && hold.k1 == key.k1 && hold.acquirer == key.acquirer &&
               hold.stan == key.stan && hold.mti / 100U % 10U == key.mti / 100U % 10U &&
               std::memcmp(hold.terminal, key.terminal, sizeof key.terminal) == 0;
    });
}

void Holds::open(HoldFields const& fields, std::uint64_t second_k0, RowRef row) noexcept
{
    TURNOUT_CHECK(!is_full(), "a hold is opened only where one fits");
    auto at = free_;
    if (at != ledger::kNone)
        free_ = holds_[at].older;
    else
        at = used_++;
    auto& hold = holds_[at];
    static_cast<HoldFields&>(hold) = fields;
    hold.second_k0 = second_k0;
    hold.row = row;
    by_seq_.insert(ledger::spread(hold.seq), at);
    if ((hold.k0 | hold.k1) != 0) by_key_.insert(hold.k0, at);
    link_second(at);
    put(count_, {hold.expires_ts, at, 0});
    sift_up(count_++);
    ++by_owner_[hold.owner];
    digest_ += hash_of(hold);
}

void Holds::take(std::uint32_t at, std::int64_t amount) noexcept
{
    auto& hold = holds_[at];
    digest_ -= hash_of(hold);
    hold.rest -= amount;
    digest_ += hash_of(hold);
}

void Holds::close(std::uint32_t at) noexcept
{
    auto& hold = holds_[at];
    digest_ -= hash_of(hold);
    by_seq_.erase(ledger::spread(hold.seq), at);
    if ((hold.k0 | hold.k1) != 0) by_key_.erase(hold.k0, at);
    unlink_second(at);

    auto const place = hold.queue_at;
    --count_;
    --by_owner_[hold.owner];
    if (place != count_) {
        put(place, queue_[count_]);
        sift_up(place);
        sift_down(holds_[queue_[place].at].queue_at);
    }
    hold.older = free_;
    free_ = at;
}

// Expiry first; of equal ones the older record, so that the order does not depend on positions.
bool Holds::is_before(Due const& a, Due const& b) const noexcept
{
    if (a.expires_ts != b.expires_ts) return a.expires_ts < b.expires_ts;
    return holds_[a.at].seq < holds_[b.at].seq;
}

void Holds::put(std::uint32_t place, Due const& due) noexcept
{
    queue_[place] = due;
    holds_[due.at].queue_at = place;
}

void Holds::sift_up(std::uint32_t place) noexcept
{
    auto const due = queue_[place];
    while (place > 0) {
        auto const parent = (place - 1) / 2;
        if (!is_before(due, queue_[parent])) break;
        put(place, queue_[parent]);
        place = parent;
    }
    put(place, due);
}

void Holds::sift_down(std::uint32_t place) noexcept
{
    auto const due = queue_[place];
    for (;;) {
        auto child = place * 2 + 1;
        if (child >= count_) break;
        if (child + 1 < count_ && is_before(queue_[child + 1], queue_[child])) ++child;
        if (!is_before(queue_[child], due)) break;
        put(place, queue_[child]);
        place = child;
    }
    put(place, due);
}

// The index leads to the newest hold of a second key, which leads to the older ones.
void Holds::link_second(std::uint32_t at) noexcept
{
    auto& hold = holds_[at];
    hold.newer = hold.older = ledger::kNone;
    if (hold.second_k0 == 0) return;
    auto const head = by_second_.find(hold.second_k0, [&](std::uint32_t other) {
        return holds_[other].second_k0 == hold.second_k0;
    });
    if (head == ledger::kNone) {
        by_second_.insert(hold.second_k0, at);
        return;
    }
    hold.older = head;
    holds_[head].newer = at;
    by_second_.replace(hold.second_k0, head, at);
}

void Holds::unlink_second(std::uint32_t at) noexcept
{
    auto& hold = holds_[at];
    if (hold.second_k0 == 0) return;
    if (hold.older != ledger::kNone) holds_[hold.older].newer = hold.newer;
    if (hold.newer != ledger::kNone)
        holds_[hold.newer].older = hold.older;
    else if (hold.older != ledger::kNone)
        by_second_.replace(hold.second_k0, at, hold.older);
    else
        by_second_.erase(hold.second_k0, at);
}

}  // namespace turnout::engine
