// The tables beneath the engine, each alone: generations that roll, holds that expire in order.
#include "switch/engine/cards.hpp"
#include "switch/engine/holds.hpp"
#include "switch/engine/participants.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace turnout::engine {

namespace {

constexpr std::uint64_t kGeneration = 1000;
constexpr auto always = [](auto const&) { return true; };

Transaction row(Sequence seq, std::uint64_t key)
{
    Transaction row{};
    row.seq = seq;
    row.k0 = ledger::spread(key);
    row.k1 = key;
    row.kind = static_cast<std::uint8_t>(RowKind::post);
    row.mti = 200;
    row.amount = 100;
    std::memcpy(row.rrn, "RRN", 3);
    return row;
}

MessageKey key(std::uint64_t number)
{
    MessageKey key;
    key.k0 = ledger::spread(number);
    key.k1 = number;
    key.mti = 200;
    return key;
}

HoldFields hold(Sequence seq, UnixNanos expires)
{
    HoldFields fields{};
    fields.seq = seq;
    fields.k0 = ledger::spread(seq);
    fields.k1 = seq;
    fields.amount = fields.rest = 100;
    fields.expires_ts = expires;
    return fields;
}

}  // namespace

TEST(GenerationIndex, ClearingForgetsEverythingAlsoWhenItsTagsWrapAround)
{
    GenerationIndex index{8, ledger::Commit::when_touched};
    for (std::uint32_t generation = 0; generation < 140'000; ++generation) {
        ASSERT_EQ(index.find(77, always), ledger::kNone) << generation;
        ASSERT_EQ(index.put(77, generation % 8, always), ledger::kNone);
        ASSERT_EQ(index.find(77, always), generation % 8);
        index.clear();
    }
}

TEST(GenerationIndex, PuttingAKeyAgainTellsTheRowBefore)
{
    GenerationIndex index{8, ledger::Commit::when_touched};
    EXPECT_EQ(index.put(5, 1, always), ledger::kNone);
    EXPECT_EQ(index.put(5, 2, always), 1U);
    EXPECT_EQ(index.put(5, 3, [](std::uint32_t) { return false; }), ledger::kNone);
    EXPECT_EQ(index.find(5, [](std::uint32_t at) { return at == 3; }), 3U);
}

TEST(Transactions, AKeyIsComparedInFull)
{
    Transactions table{8, kGeneration};
    table.roll(0);
    table.append(row(1, 7), 0);
    EXPECT_FALSE(table.find(key(7), 0).is_none());
    auto other = key(7);
    other.k1 += 1;
    EXPECT_TRUE(table.find(other, 0).is_none());
    other = key(7);
    other.stan = 1;
    EXPECT_TRUE(table.find(other, 0).is_none());
    other = key(7);
    other.acquirer = 1;
    EXPECT_TRUE(table.find(other, 0).is_none());
    other = key(7);
    other.terminal[3] = 'x';
    EXPECT_TRUE(table.find(other, 0).is_none());
    other = key(7);
    other.mti = 100;
    EXPECT_TRUE(table.find(other, 0).is_none());
    other.mti = 221;  // the class alone counts
    EXPECT_FALSE(table.find(other, 0).is_none());
}

TEST(Transactions, RowsLiveForOneToTwoGenerations)
{
    Transactions table{8, kGeneration};
    table.roll(5 * kGeneration + 10);
    table.append(row(1, 1), 0);
    EXPECT_FALSE(table.find(key(1), 5 * kGeneration + 999).is_none());
    EXPECT_FALSE(table.find(key(1), 6 * kGeneration + 999).is_none());
    EXPECT_TRUE(table.find(key(1), 7 * kGeneration).is_none()) << "a record then would drop it";
    table.roll(6 * kGeneration);
    table.append(row(2, 2), 0);
    EXPECT_EQ(table.count(), 2U);
    table.roll(7 * kGeneration);
    EXPECT_EQ(table.count(), 1U);
    EXPECT_TRUE(table.find(key(1), 7 * kGeneration).is_none());
    EXPECT_FALSE(table.find(key(2), 7 * kGeneration).is_none());
    table.roll(20 * kGeneration);
    EXPECT_EQ(table.count(), 0U);
    EXPECT_EQ(table.digest(), ledger::Digest{});
}

TEST(Transactions, RoomIsCountedPerGeneration)
{
    Transactions table{2, kGeneration};
    table.roll(0);
    EXPECT_EQ(table.room(0), 2U);
    table.append(row(1, 1), 0);
    table.append(row(2, 2), 0);
    EXPECT_EQ(table.room(999), 0U);
    EXPECT_EQ(table.room(1000), 2U) << "a record there begins a new one";
    table.roll(1000);
    EXPECT_EQ(table.room(1000), 2U);
}

TEST(Transactions, OfOneSecondKeyTheNewestComesFirst)
{
    Transactions table{8, kGeneration};
    table.roll(500);
    table.append(row(1, 1), 99);
    table.append(row(2, 2), 99);
    table.roll(1500);
    table.append(row(3, 3), 99);
    std::vector<Sequence> seen;
    auto const none = table.find_second(99, row(0, 0), 1500, [&](Transaction const& candidate) {
        seen.push_back(candidate.seq);
        return false;
    });
    EXPECT_TRUE(none.is_none());
    EXPECT_EQ(seen, (std::vector<Sequence>{3, 2, 1}));
}

TEST(Transactions, ASecondKeyThatIsAbusedCostsABoundedSearch)
{
    Transactions table{1000, kGeneration};
    table.roll(0);
    for (Sequence seq = 1; seq <= 1000; ++seq)
        table.append(row(seq, seq), 99);
    std::size_t seen = 0;
    (void)table.find_second(99, row(0, 0), 0, [&](Transaction const&) {
        ++seen;
        return false;
    });
    EXPECT_EQ(seen, limits::second_key_candidates_max);
}

TEST(Transactions, AreFoundBySequenceAndKind)
{
    Transactions table{8, kGeneration};
    table.roll(0);
    auto stone = row(5, 1);
    stone.kind = static_cast<std::uint8_t>(RowKind::tombstone);
    table.append(row(3, 3), 0);
    table.append(stone, 0);
    table.append(row(5, 5), 0);
    EXPECT_EQ(table[table.find_seq(5, RowKind::tombstone)].k1, 1U);
    EXPECT_EQ(table[table.find_seq(5, RowKind::post)].k1, 5U);
    EXPECT_TRUE(table.find_seq(4, RowKind::post).is_none());
    EXPECT_TRUE(table.find_seq(3, RowKind::hold).is_none());
}

TEST(Transactions, DigestFollowsEveryChange)
{
    Transactions table{8, kGeneration};
    table.roll(0);
    auto const ref = table.append(row(1, 1), 0);
    auto const before = table.digest();
    table.add_reversed(ref, 40);
    EXPECT_NE(table.digest(), before);
    EXPECT_EQ(table.digest(), table.scanned_digest());
    EXPECT_EQ(table[ref].state, static_cast<std::uint8_t>(RowState::open));
    table.add_reversed(ref, 60);
    EXPECT_EQ(table[ref].state, static_cast<std::uint8_t>(RowState::reversed));
    table.set_state(ref, RowState::captured);
    EXPECT_EQ(table.digest(), table.scanned_digest());
}

TEST(Holds, ExpireInOrderOfTimeThenOfSequence)
{
    Holds holds{64};
    for (Sequence seq = 1; seq <= 40; ++seq)
        holds.open(hold(seq, 1000 + seq * 7919 % 5), 0, {});
    UnixNanos last_time = 0;
    Sequence last_seq = 0;
    for (int left = 40; left > 0; --left) {
        auto const at = holds.next_to_expire();
        ASSERT_NE(at, ledger::kNone);
        auto const& next = holds[at];
        EXPECT_TRUE(next.expires_ts > last_time ||
                    (next.expires_ts == last_time && next.seq > last_seq));
        last_time = next.expires_ts;
        last_seq = next.seq;
        holds.close(at);
    }
    EXPECT_EQ(holds.next_to_expire(), ledger::kNone);
    EXPECT_EQ(holds.digest(), ledger::Digest{});
}

TEST(Holds, RandomOpeningAndClosingKeepsQueueAndIndexesRight)
{
    Holds holds{32};
    std::vector<Sequence> open;
    Sequence seq = 0;
    for (std::uint64_t step = 0; step < 20'000; ++step) {
        auto const draw = ledger::spread(step);
        if (open.size() < 32 && draw % 2 == 0) {
            holds.open(hold(++seq, 1000 + draw % 100), 1 + draw % 4, {});
            open.push_back(seq);
        } else if (!open.empty()) {
            auto const victim = open.begin() + static_cast<std::ptrdiff_t>(draw / 2 % open.size());
            holds.close(holds.find_seq(*victim));
            open.erase(victim);
        }
        ASSERT_EQ(holds.count(), open.size());
        ASSERT_EQ(holds.is_full(), open.size() == 32);
        UnixNanos first = UINT64_MAX;
        for (auto const wanted : open) {
            auto const at = holds.find_seq(wanted);
            ASSERT_NE(at, ledger::kNone);
            ASSERT_EQ(holds[at].seq, wanted);
            first = std::min(first, holds[at].expires_ts);
            ASSERT_EQ(holds.find_second(holds[at].second_k0,
                                        [&](Hold const& other) { return other.seq == wanted; }),
                      at);
        }
        if (!open.empty()) {
            ASSERT_EQ(holds[holds.next_to_expire()].expires_ts, first);
        }
    }
}

TEST(Holds, OfOneSecondKeyTheNewestComesFirst)
{
    Holds holds{8};
    for (Sequence seq = 1; seq <= 3; ++seq)
        holds.open(hold(seq, 1000), 99, {});
    EXPECT_EQ(holds[holds.find_second(99, always)].seq, 3U);
    holds.close(holds.find_seq(2));
    holds.close(holds.find_seq(3));
    EXPECT_EQ(holds[holds.find_second(99, always)].seq, 1U);
    holds.close(holds.find_seq(1));
    EXPECT_EQ(holds.find_second(99, always), ledger::kNone);
}

TEST(Cards, ArePansComparedInFull)
{
    Cards cards{2};
    CardPayload card{};
    card.pan[0] = 0x12;
    ASSERT_TRUE(cards.add(card, 5, 77));
    EXPECT_FALSE(cards.add(card, 6, 77)) << "this PAN exists";
    CardPayload other{};
    other.pan[0] = 0x13;
    EXPECT_EQ(cards.find(77, other.pan), ledger::kNone) << "same hash, another PAN";
    ASSERT_TRUE(cards.add(other, 6, 77));
    EXPECT_EQ(cards[cards.find(77, other.pan)].account, 6U);
    CardPayload third{};
    EXPECT_FALSE(cards.add(third, 7, 78)) << "full";
}

TEST(Participants, NeedPositionAccountsThatExist)
{
    ledger::Ledger ledger{4};
    ledger::AccountFields account{};
    account.id_lo = 1;
    account.currency = 978;
    account.kind = static_cast<std::uint8_t>(ledger::Kind::position);
    ASSERT_EQ(ledger.create(account, 1), ledger::Errc::ok);
    account.id_lo = 2;
    account.kind = static_cast<std::uint8_t>(ledger::Kind::customer);
    ASSERT_EQ(ledger.create(account, 2), ledger::Errc::ok);

    Participants participants;
    ParticipantPayload payload{1, 1, 100, "acme"};
    PositionPayload const position{1, 0};
    PositionPayload const customer{2, 0};
    PositionPayload const nobody{9, 9};
    EXPECT_FALSE(participants.add(payload, {&customer, 1}, ledger));
    EXPECT_FALSE(participants.add(payload, {&nobody, 1}, ledger));
    EXPECT_FALSE(participants.add(payload, {}, ledger)) << "the counts differ";
    payload.id = 0;
    EXPECT_FALSE(participants.add(payload, {&position, 1}, ledger));
    payload.id = 1;
    ASSERT_TRUE(participants.add(payload, {&position, 1}, ledger));
    EXPECT_FALSE(participants.add(payload, {&position, 1}, ledger)) << "the id exists";
    auto const at = participants.find(1U);
    EXPECT_EQ(participants[at].position(978), 0U);
    EXPECT_EQ(participants[at].position(840), ledger::kNone);
    EXPECT_EQ(participants.find("acme"), at);
}

TEST(Products, AreFoundByIdAndExistOnce)
{
    Products products;
    EXPECT_EQ(products.find(1), nullptr);
    ASSERT_TRUE(products.add({1, 20, 0, 60, "tips"}));
    EXPECT_FALSE(products.add({1, 30, 0, 60, "again"}));
    EXPECT_FALSE(products.add({0, 0, 0, 60, "zero"}));
    EXPECT_EQ(products.find(1)->over_capture_percent, 20);
}

}  // namespace turnout::engine
