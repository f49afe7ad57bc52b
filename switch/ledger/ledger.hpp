// The ledger: accounts in order of creation, currency totals, and the one function that moves
// money. Pure: no clock, no I/O, no journal. Owned by the engine thread, sized at start. Its digest
// covers the logical fields of every account and does not depend on table sizes or order.
#pragma once
#include "switch/base/limits.hpp"
#include "switch/ledger/account.hpp"
#include "switch/ledger/digest.hpp"
#include "switch/ledger/flat_index.hpp"

#include <array>
#include <span>

namespace turnout::ledger {

// Sums over all accounts of one currency, and the accounts that the switch itself owns in it. A leg
// adds less than 2^63, so 2^64 legs, more than there are sequences, cannot overflow them.
struct CurrencyBook {
    std::uint16_t currency = 0;
    Sum debits_posted = 0, credits_posted = 0;
    Sum debits_pending = 0, credits_pending = 0;
    std::uint32_t bank = kNone;      // position of bank:<currency>
    std::uint32_t suspense = kNone;  // position of suspense:<currency>
};

enum class Errc : std::uint8_t {  // nothing has changed, but for `differs`
    ok = 0,
    full,         // accounts or currencies
    exists,       // an account with this id, or a second bank or suspense account of a currency
    bad_account,  // kind, currency or limit out of range
    unknown_account,
    currency,  // the leg's is not the account's
    overflow,  // a sum, or a release of more than is pending
    differs,   // `after` or `version` is not what the leg says; the sums have changed
};

class Ledger {
public:
    // Throws std::bad_alloc.
    explicit Ledger(std::uint32_t accounts_max, Commit commit = Commit::when_touched);

    // Adds an account with empty sums. Reads id, credit limit, currency, kind, flags and product.
    [[nodiscard]] Errc create(AccountFields const& account, Sequence seq) noexcept;

    // kNone when there is no such account.
    [[nodiscard]] std::uint32_t find(Id128 id) const noexcept
    {
        return index_.find(id.lo, [this, id](std::uint32_t position) {
            return accounts_[position].id_lo == id.lo && accounts_[position].id_hi == id.hi;
        });
    }
    [[nodiscard]] bool is_at(std::uint32_t position, Id128 id) const noexcept
    {
        return position < count_ && accounts_[position].id_lo == id.lo &&
               accounts_[position].id_hi == id.hi;
    }
    [[nodiscard]] std::uint32_t count() const noexcept { return count_; }
    [[nodiscard]] std::uint32_t capacity() const noexcept
    {
        return static_cast<std::uint32_t>(accounts_.size());
    }
    [[nodiscard]] Account const& operator[](std::uint32_t position) const noexcept
    {
        return accounts_[position];
    }
    // First stage for an id whose position is not known yet, second stage for a position.
    void prefetch_id(Id128 id) const noexcept { index_.prefetch(id.lo); }
    [[nodiscard]] std::uint32_t guess(Id128 id) const noexcept { return index_.guess(id.lo); }
    void prefetch(std::uint32_t position) const noexcept
    {
        __builtin_prefetch(&accounts_[position], 1);
        __builtin_prefetch(reinterpret_cast<char const*>(&accounts_[position]) + 64, 1);
    }

    // Applies a leg to the account at `position` and checks that it ends as the leg says.
    [[nodiscard]] Errc apply(std::uint32_t position, record::Leg const& leg, Sequence seq) noexcept;

    // The book of a currency; nullptr when no account has it.
    [[nodiscard]] CurrencyBook const* book(std::uint16_t currency) const noexcept;
    [[nodiscard]] std::span<CurrencyBook const> books() const noexcept
    {
        return {books_.data(), book_count_};
    }

    // Right at any time; the work for accounts changed since the last call is done here.
    [[nodiscard]] Digest digest() const noexcept;

private:
    static constexpr std::size_t kDirtyMax = 4096;

    [[nodiscard]] CurrencyBook* book_for(std::uint16_t currency) noexcept;
    void mark_dirty(std::uint32_t position) noexcept;
    void flush_dirty() const noexcept;

    mutable TableMemory<Account> accounts_;
    FlatIndex index_;
    std::uint32_t count_ = 0;
    std::uint32_t book_count_ = 0;
    std::array<CurrencyBook, limits::currencies_max> books_{};
    // Hot accounts change with every record; their hash is taken once per flush, not once per leg.
    mutable Digest digest_;
    mutable std::size_t dirty_count_ = 0;
    mutable std::array<std::uint32_t, kDirtyMax> dirty_{};
};

}  // namespace turnout::ledger
