#include "switch/ledger/ledger.hpp"

#include "switch/ledger/invariants.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace turnout::ledger {

namespace {

AccountFields account(std::uint64_t id, Kind kind = Kind::customer, std::uint16_t currency = 978)
{
    AccountFields fields{};
    fields.id_lo = spread(id);
    fields.id_hi = id;
    fields.kind = static_cast<std::uint8_t>(kind);
    fields.currency = currency;
    return fields;
}

record::Leg leg(Ledger const& ledger, std::uint32_t at, record::Effect effect, std::int64_t amount)
{
    AccountFields next = ledger[at];
    (void)add_to_sums(next, effect, amount);
    record::Leg leg{};
    leg.account_lo = next.id_lo;
    leg.account_hi = next.id_hi;
    leg.amount = amount;
    leg.after = balance_after(next, effect);
    leg.version = next.version + 1;
    leg.currency = next.currency;
    leg.effect = static_cast<std::uint8_t>(effect);
    return leg;
}

void pay(Ledger& ledger, std::uint32_t payer, std::uint32_t payee, std::int64_t amount,
         Sequence seq)
{
    EXPECT_EQ(ledger.apply(payer, leg(ledger, payer, record::Effect::debit_post, amount), seq),
              Errc::ok);
    EXPECT_EQ(ledger.apply(payee, leg(ledger, payee, record::Effect::credit_post, amount), seq),
              Errc::ok);
}

}  // namespace

TEST(Ledger, FindsAccountsByTheirId)
{
    Ledger ledger{8};
    ASSERT_EQ(ledger.create(account(1), 1), Errc::ok);
    ASSERT_EQ(ledger.create(account(2), 2), Errc::ok);
    EXPECT_EQ(ledger.find({spread(1), 1}), 0U);
    EXPECT_EQ(ledger.find({spread(2), 2}), 1U);
    EXPECT_EQ(ledger.find({spread(2), 1}), kNone);
    EXPECT_EQ(ledger.find({spread(3), 3}), kNone);
    EXPECT_TRUE(ledger.is_at(1, {spread(2), 2}));
    EXPECT_FALSE(ledger.is_at(0, {spread(2), 2}));
    EXPECT_FALSE(ledger.is_at(2, {spread(2), 2}));
}

TEST(Ledger, CreatingRefusesWhatCannotBe)
{
    Ledger ledger{3};
    ASSERT_EQ(ledger.create(account(1), 1), Errc::ok);
    EXPECT_EQ(ledger.create(account(1), 2), Errc::exists);
    auto bad = account(2);
    bad.kind = 0;
    EXPECT_EQ(ledger.create(bad, 2), Errc::bad_account);
    bad.kind = kKindMax + 1;
    EXPECT_EQ(ledger.create(bad, 2), Errc::bad_account);
    bad = account(2, Kind::customer, 0);
    EXPECT_EQ(ledger.create(bad, 2), Errc::bad_account);
    bad = account(2);
    bad.credit_limit = -1;
    EXPECT_EQ(ledger.create(bad, 2), Errc::bad_account);
    bad = account(2);
    bad.flags = 0x80;
    EXPECT_EQ(ledger.create(bad, 2), Errc::bad_account);
    bad = account(2);
    bad.id_lo = bad.id_hi = 0;
    EXPECT_EQ(ledger.create(bad, 2), Errc::bad_account);
    EXPECT_EQ(ledger.count(), 1U);
    ASSERT_EQ(ledger.create(account(2), 2), Errc::ok);
    ASSERT_EQ(ledger.create(account(3), 3), Errc::ok);
    EXPECT_EQ(ledger.create(account(4), 4), Errc::full);
}

TEST(Ledger, ACurrencyHasOneBankAndOneSuspenseAccount)
{
    Ledger ledger{8};
    ASSERT_EQ(ledger.create(account(1, Kind::bank), 1), Errc::ok);
    ASSERT_EQ(ledger.create(account(2, Kind::suspense), 2), Errc::ok);
    EXPECT_EQ(ledger.create(account(3, Kind::bank), 3), Errc::exists);
    EXPECT_EQ(ledger.create(account(3, Kind::suspense), 3), Errc::exists);
    ASSERT_EQ(ledger.create(account(4, Kind::bank, 840), 4), Errc::ok);
    EXPECT_EQ(ledger.book(978)->bank, 0U);
    EXPECT_EQ(ledger.book(978)->suspense, 1U);
    EXPECT_EQ(ledger.book(840)->bank, 2U);
    EXPECT_EQ(ledger.book(840)->suspense, kNone);
    EXPECT_EQ(ledger.book(826), nullptr);
}

TEST(Ledger, TooManyCurrenciesAreRefused)
{
    Ledger ledger{limits::currencies_max + 2};
    for (std::uint16_t at = 0; at < limits::currencies_max; ++at)
        ASSERT_EQ(
            ledger.create(account(at + 1U, Kind::customer, static_cast<std::uint16_t>(at + 1)),
                          at + 1U),
            Errc::ok);
    EXPECT_EQ(ledger.create(account(900, Kind::customer, 900), 900), Errc::full);
}

TEST(Ledger, ALegMovesMoneyVersionAndSequence)
{
    Ledger ledger{4};
    ASSERT_EQ(ledger.create(account(1), 1), Errc::ok);
    ASSERT_EQ(ledger.create(account(2, Kind::position), 2), Errc::ok);
    pay(ledger, 0, 1, 250, 7);
    EXPECT_EQ(posted_balance(ledger[0]), -250);
    EXPECT_EQ(posted_balance(ledger[1]), 250);
    EXPECT_EQ(ledger[0].version, 1U);
    EXPECT_EQ(ledger[0].last_seq, 7U);
    EXPECT_TRUE(ledger.book(978)->debits_posted == 250);
    EXPECT_EQ(broken_invariants(ledger), "");
}

TEST(Ledger, ApplyRefusesWhatDoesNotFit)
{
    Ledger ledger{4};
    ASSERT_EQ(ledger.create(account(1), 1), Errc::ok);
    auto good = leg(ledger, 0, record::Effect::credit_post, 10);
    EXPECT_EQ(ledger.apply(1, good, 2), Errc::unknown_account);
    EXPECT_EQ(ledger.apply(kNone, good, 2), Errc::unknown_account);
    auto bad = good;
    bad.currency = 840;
    EXPECT_EQ(ledger.apply(0, bad, 2), Errc::currency);
    bad = good;
    bad.amount = 0;
    EXPECT_EQ(ledger.apply(0, bad, 2), Errc::overflow);
    bad = leg(ledger, 0, record::Effect::debit_release, 10);
    EXPECT_EQ(ledger.apply(0, bad, 2), Errc::overflow);
    EXPECT_EQ(ledger[0].version, 0U);
    bad = good;
    bad.after += 1;
    EXPECT_EQ(ledger.apply(0, bad, 2), Errc::differs);
}

TEST(Ledger, TheSumOfACurrencyIsWiderThanAnAccounts)
{
    Ledger ledger{8};
    for (std::uint64_t id = 1; id <= 4; ++id)
        ASSERT_EQ(ledger.create(account(id), id), Errc::ok);
    auto const most = std::numeric_limits<std::int64_t>::max();
    pay(ledger, 0, 1, most, 10);
    pay(ledger, 2, 3, most, 11);
    EXPECT_TRUE(ledger.book(978)->debits_posted == Sum{most} * 2);
    EXPECT_TRUE(ledger.book(978)->credits_posted == Sum{most} * 2);
    EXPECT_EQ(broken_invariants(ledger), "");
    // One account's own sum still may not overflow.
    EXPECT_EQ(ledger.apply(0, leg(ledger, 0, record::Effect::debit_post, 1), 12), Errc::overflow);
}

TEST(Ledger, PendingSumsOfACurrencyGoUpAndDownWithItsAccounts)
{
    Ledger ledger{8};
    for (std::uint64_t id = 1; id <= 3; ++id)
        ASSERT_EQ(ledger.create(account(id), id), Errc::ok);
    auto const most = std::numeric_limits<std::int64_t>::max();
    for (std::uint32_t at = 0; at < 3; ++at)
        ASSERT_EQ(ledger.apply(at, leg(ledger, at, record::Effect::debit_pend, most), 10 + at),
                  Errc::ok);
    EXPECT_TRUE(ledger.book(978)->debits_pending == Sum{most} * 3);
    for (std::uint32_t at = 0; at < 3; ++at)
        ASSERT_EQ(ledger.apply(at, leg(ledger, at, record::Effect::debit_release, most), 20 + at),
                  Errc::ok);
    EXPECT_TRUE(ledger.book(978)->debits_pending == 0);
}

TEST(Ledger, DigestDependsOnContentOnly)
{
    Ledger small{4};
    Ledger large{1000};
    EXPECT_EQ(small.digest(), large.digest());
    ASSERT_EQ(small.create(account(1), 1), Errc::ok);
    ASSERT_EQ(small.create(account(2), 2), Errc::ok);
    // The other one in another order; the digest is taken in between, so that it is incremental.
    ASSERT_EQ(large.create(account(2), 2), Errc::ok);
    (void)large.digest();
    ASSERT_EQ(large.create(account(1), 1), Errc::ok);
    EXPECT_EQ(small.digest(), large.digest());
    pay(small, 0, 1, 5, 3);
    EXPECT_NE(small.digest(), large.digest());
    pay(large, 1, 0, 5, 3);
    EXPECT_EQ(small.digest(), large.digest());
}

TEST(Ledger, DigestIsRightAfterMoreChangesThanItKeepsPending)
{
    Ledger ledger{5000};
    for (std::uint64_t id = 1; id <= 5000; ++id)
        ASSERT_EQ(ledger.create(account(id), id), Errc::ok);
    for (std::uint32_t at = 0; at + 1 < 5000; at += 2)
        pay(ledger, at, at + 1, 1, 6000 + at);
    EXPECT_EQ(broken_invariants(ledger), "");
}

TEST(LedgerInvariants, AOneSidedPostingIsNamed)
{
    Ledger ledger{4};
    ASSERT_EQ(ledger.create(account(1), 1), Errc::ok);
    ASSERT_EQ(ledger.apply(0, leg(ledger, 0, record::Effect::credit_post, 5), 2), Errc::ok);
    EXPECT_NE(broken_invariants(ledger).find("currency 978: posted debits 0, credits 5"),
              std::string::npos);
    ASSERT_EQ(ledger.apply(0, leg(ledger, 0, record::Effect::debit_pend, 9), 3), Errc::ok);
    EXPECT_NE(broken_invariants(ledger).find("currency 978: pending debits 9, credits 0"),
              std::string::npos);
}

}  // namespace turnout::ledger
