#include "switch/ledger/invariants.hpp"

namespace turnout::ledger {

namespace {

struct Sums {
    Sum debits_posted = 0, credits_posted = 0, debits_pending = 0, credits_pending = 0;
};

void add(Sums& sums, AccountFields const& account) noexcept
{
    sums.debits_posted += account.debits_posted;
    sums.credits_posted += account.credits_posted;
    sums.debits_pending += account.debits_pending;
    sums.credits_pending += account.credits_pending;
}

std::string text_of(Sum sum)
{
    auto const is_negative = sum < 0;
    std::string digits;
    do {
        auto const digit = static_cast<int>(sum % 10);
        digits.insert(digits.begin(), static_cast<char>('0' + (digit < 0 ? -digit : digit)));
        sum /= 10;
    } while (sum != 0);
    return is_negative ? "-" + digits : digits;
}

void check_book(CurrencyBook const& book, Sums const& sums, std::string& broken)
{
    auto const name = "currency " + std::to_string(book.currency) + ": ";
    if (sums.debits_posted != sums.credits_posted)
        broken += name + "posted debits " + text_of(sums.debits_posted) + ", credits " +
                  text_of(sums.credits_posted) + "\n";
    if (sums.debits_pending != sums.credits_pending)
        broken += name + "pending debits " + text_of(sums.debits_pending) + ", credits " +
                  text_of(sums.credits_pending) + "\n";
    if (sums.debits_posted != book.debits_posted || sums.credits_posted != book.credits_posted ||
        sums.debits_pending != book.debits_pending || sums.credits_pending != book.credits_pending)
        broken += name + "its book is not the sum of its accounts\n";
}

}  // namespace

std::string broken_invariants(Ledger const& ledger)
{
    std::string broken;
    Digest digest;
    for (std::uint32_t at = 0; at < ledger.count(); ++at) {
        AccountFields const& account = ledger[at];
        digest += hash_entry(Entry::account, account);
        if (account.debits_posted < 0 || account.credits_posted < 0 || account.debits_pending < 0 ||
            account.credits_pending < 0)
            broken += "account " + std::to_string(at) + ": a sum is negative\n";
        if (ledger.find({account.id_lo, account.id_hi}) != at)
            broken += "account " + std::to_string(at) + ": not found by its id\n";
    }
    for (auto const& book : ledger.books()) {
        Sums sums;
        for (std::uint32_t at = 0; at < ledger.count(); ++at)
            if (ledger[at].currency == book.currency) add(sums, ledger[at]);
        check_book(book, sums, broken);
    }
    if (digest != ledger.digest()) broken += "the digest is not that of the accounts\n";
    return broken;
}

}  // namespace turnout::ledger
