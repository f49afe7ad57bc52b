#include "switch/ledger/account.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace turnout::ledger {

using record::Effect;

constexpr auto kMax = std::numeric_limits<std::int64_t>::max();

TEST(Account, AvailableIsPostedLessPendingDebitsPlusLimit)
{
    AccountFields account{};
    account.credits_posted = 10'000;
    account.debits_posted = 2'500;
    account.debits_pending = 1'000;
    account.credits_pending = 7'777;  // not ours yet
    account.credit_limit = 500;
    std::int64_t value = 0;
    ASSERT_TRUE(available(account, value));
    EXPECT_EQ(value, 7'000);
    EXPECT_EQ(posted_balance(account), 7'500);
    EXPECT_EQ(pending_balance(account), 6'777);
}

TEST(Account, AvailableThatDoesNotFitIsRefused)
{
    AccountFields account{};
    account.credits_posted = kMax;
    account.credit_limit = 1;
    std::int64_t value = 42;
    EXPECT_FALSE(available(account, value));
    account = {};
    account.debits_posted = kMax;
    account.debits_pending = kMax;
    EXPECT_FALSE(available(account, value));
    EXPECT_EQ(value, 42);
}

TEST(Account, EachEffectMovesItsOwnSum)
{
    AccountFields account{};
    EXPECT_TRUE(add_to_sums(account, Effect::debit_post, 1));
    EXPECT_TRUE(add_to_sums(account, Effect::credit_post, 20));
    EXPECT_TRUE(add_to_sums(account, Effect::debit_pend, 300));
    EXPECT_TRUE(add_to_sums(account, Effect::credit_pend, 4'000));
    EXPECT_EQ(account.debits_posted, 1);
    EXPECT_EQ(account.credits_posted, 20);
    EXPECT_EQ(account.debits_pending, 300);
    EXPECT_EQ(account.credits_pending, 4'000);
    EXPECT_TRUE(add_to_sums(account, Effect::debit_release, 300));
    EXPECT_TRUE(add_to_sums(account, Effect::credit_release, 3'999));
    EXPECT_EQ(account.debits_pending, 0);
    EXPECT_EQ(account.credits_pending, 1);
}

TEST(Account, ReleasingMoreThanIsPendingChangesNothing)
{
    AccountFields account{};
    account.debits_pending = 10;
    EXPECT_FALSE(add_to_sums(account, Effect::debit_release, 11));
    EXPECT_FALSE(add_to_sums(account, Effect::credit_release, 1));
    EXPECT_EQ(account.debits_pending, 10);
}

TEST(Account, SumsThatOverflowChangeNothing)
{
    AccountFields account{};
    account.debits_posted = account.credits_posted = kMax - 5;
    account.debits_pending = account.credits_pending = kMax - 5;
    for (auto const effect :
         {Effect::debit_post, Effect::credit_post, Effect::debit_pend, Effect::credit_pend}) {
        EXPECT_TRUE(add_to_sums(account, effect, 5));
        EXPECT_FALSE(add_to_sums(account, effect, 1));
    }
    EXPECT_EQ(account.debits_posted, kMax);
}

TEST(Account, AnUnknownEffectIsRefused)
{
    AccountFields account{};
    EXPECT_FALSE(add_to_sums(account, static_cast<Effect>(0), 1));
    EXPECT_FALSE(add_to_sums(account, static_cast<Effect>(7), 1));
}

}  // namespace turnout::ledger
