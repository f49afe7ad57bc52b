#include "switch/ledger/invariants.hpp"

namespace turnout::ledger {

namespace {

struct Sums {
    std::int64_t debits_posted = 0, credits_posted = 0, debits_pending = 0, credits_pending = 0;
};

bool add(Sums& sums, AccountFields const& account) noexcept
{
    return !__builtin_add_overflow(sums.debits_posted, account.debits_posted,
                                   &sums.debits_posted) &&
           !__builtin_add_overflow(sums.credits_posted, account.credits_posted,
                                   &sums.credits_posted) &&
           !__builtin_add_overflow(sums.debits_pending, account.debits_pending,
                                   &sums.debits_pending) &&
           !__builtin_add_overflow(sums.credits_pending, account.credits_pending,
                                   &sums.credits_pending);
}

void check_book(CurrencyBook const& book, Sums const& sums, std::string& broken)
{
    auto const name = "currency " + std::to_string(book.currency) + ": ";
    if (sums.debits_posted != sums.credits_posted)
        broken += name + "posted debits " + std::to_string(sums.debits_posted) + ", credits " +
                  std::to_string(sums.credits_posted) + "\n";
    if (sums.debits_pending != sums.credits_pending)
        broken += name + "pending debits " + std::to_string(sums.debits_pending) + ", credits " +
                  std::to_string(sums.credits_pending) + "\n";
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
            if (ledger[at].currency == book.currency && !add(sums, ledger[at]))
                broken += "currency " + std::to_string(book.currency) + ": sums overflow\n";
        check_book(book, sums, broken);
    }
    if (digest != ledger.digest()) broken += "the digest is not that of the accounts\n";
    return broken;
}

}  // namespace turnout::ledger
