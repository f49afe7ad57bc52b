// An account as the engine keeps it: sums of all debits and credits ever posted and pending, never
// a balance that is overwritten. Owned by the engine thread; two cache lines. Amounts are minor
// units of the account's one currency. Every sum is checked for overflow before it is stored.
#pragma once
#include "switch/base/ids.hpp"
#include "switch/base/record.hpp"

#include <cstdint>
#include <type_traits>

namespace turnout::ledger {

// A sum over accounts. Each account's own sums fit 64 bits; that of all of them need not.
__extension__ using Sum = __int128;

enum class Kind : std::uint8_t {  // numbers are in the journal
    customer = 1,
    merchant,
    position,  // what we owe a participant, or it us
    bank,      // where opening balances come from
    fee,
    fx,
    receivable,
    suspense,  // forced transactions whose card nobody knows
    transit,
    loss,
};
inline constexpr std::uint8_t kKindMax = 10;

enum AccountFlag : std::uint8_t {
    frozen = 1,  // no debit and no hold unless forced; credits go through
    closed = 2,  // likewise, answered as if there were no such card
};

// What of an account the journal tells; hashed into the digest as it lies, hence no padding.
struct AccountFields {
    std::uint64_t id_lo, id_hi;
    std::int64_t debits_posted, credits_posted;
    std::int64_t debits_pending, credits_pending;
    std::int64_t credit_limit;  // >= 0
    std::uint64_t version;      // number of legs so far
    std::uint64_t last_seq;     // of the newest record that touched it
    std::uint16_t currency;     // ISO 4217 numeric
    std::uint8_t kind;          // Kind
    std::uint8_t flags;         // AccountFlag
    std::uint16_t product;
    std::uint16_t zero;
};
static_assert(sizeof(AccountFields) == 80);
static_assert(std::has_unique_object_representations_v<AccountFields>);

struct alignas(64) Account : AccountFields {
    std::uint64_t digest_lo, digest_hi;  // of the fields, as it is counted in the digest now
    std::uint8_t dirty;                  // the fields have changed since
};
static_assert(sizeof(Account) == 128, "two cache lines");

// credits - debits, posted. Both are sums from zero upward, so the difference cannot overflow.
[[nodiscard]] inline std::int64_t posted_balance(AccountFields const& account) noexcept
{
    return account.credits_posted - account.debits_posted;
}
[[nodiscard]] inline std::int64_t pending_balance(AccountFields const& account) noexcept
{
    return account.credits_pending - account.debits_pending;
}

// What may still be spent: posted balance - pending debits + credit limit. Pending credits do not
// count: they are not ours yet. False when the sum does not fit 64 bits; then nothing is written.
[[nodiscard]] inline bool available(AccountFields const& account,
                                    std::int64_t& minor_units) noexcept
{
    std::int64_t sum = 0;
    if (__builtin_sub_overflow(posted_balance(account), account.debits_pending, &sum) ||
        __builtin_add_overflow(sum, account.credit_limit, &sum))
        return false;
    minor_units = sum;
    return true;
}

// Adds one leg to the sums. False when a sum overflows or a release takes more than is pending;
// then nothing has changed. Touches neither version nor sequence.
[[nodiscard]] inline bool add_to_sums(AccountFields& account, record::Effect effect,
                                      std::int64_t amount) noexcept
{
    auto const add = [amount](std::int64_t& sum) noexcept {
        std::int64_t next = 0;
        if (__builtin_add_overflow(sum, amount, &next)) return false;
        sum = next;
        return true;
    };
    auto const take = [amount](std::int64_t& sum) noexcept {
        if (sum < amount) return false;
        sum -= amount;
        return true;
    };
    switch (effect) {
        case record::Effect::debit_post:
            return add(account.debits_posted);
        case record::Effect::credit_post:
            return add(account.credits_posted);
        case record::Effect::debit_pend:
            return add(account.debits_pending);
        case record::Effect::credit_pend:
            return add(account.credits_pending);
        case record::Effect::debit_release:
            return take(account.debits_pending);
        case record::Effect::credit_release:
            return take(account.credits_pending);
    }
    return false;
}

[[nodiscard]] constexpr bool is_posting(record::Effect effect) noexcept
{
    return effect == record::Effect::debit_post || effect == record::Effect::credit_post;
}

// What a leg of this effect records as `after`.
[[nodiscard]] inline std::int64_t balance_after(AccountFields const& account,
                                                record::Effect effect) noexcept
{
    return is_posting(effect) ? posted_balance(account) : pending_balance(account);
}

}  // namespace turnout::ledger
