// Replay takes nothing on trust: a record that was changed anywhere is refused, with the right
// error.
#include "protocol/core/crc32c.hpp"
#include "switch/engine/replay.hpp"
#include "switch/engine/state.hpp"
#include "tests/unit/switch/engine/world.hpp"

#include <cstring>
#include <functional>

#include <gtest/gtest.h>

namespace turnout::engine::test {

namespace {

struct Parts {
    record::Header& header;
    record::Context& context;
    record::Leg* legs;
};

using Change = std::function<void(Parts)>;

void reseal(std::vector<std::byte>& bytes)
{
    auto& header = *reinterpret_cast<record::Header*>(bytes.data());
    header.crc32c = 0;
    header.crc32c = crc32c(bytes);
}

// A world whose last record was replayed everywhere but in `fresh`.
class Apply : public testing::Test {
protected:
    void SetUp() override { hold_ = world_.request(100, 0, 0, 4'000); }

    // The journal so far goes into a fresh engine, then the changed record of `command`.
    ApplyErrc changed(Command const& command, Change const& change)
    {
        auto const prefix = world_.journal.size();
        world_.run(command);
        auto bytes = world_.journal.at(prefix);
        change({*reinterpret_cast<record::Header*>(bytes.data()),
                *reinterpret_cast<record::Context*>(&bytes[sizeof(record::Header)]),
                reinterpret_cast<record::Leg*>(
                    &bytes[sizeof(record::Header) + sizeof(record::Context)])});
        reseal(bytes);
        return applied(prefix, bytes);
    }

    ApplyErrc applied(std::size_t prefix, std::vector<std::byte> const& bytes)
    {
        Engine fresh{config_, test_hash()};
        for (std::size_t at = 0; at < prefix; ++at)
            EXPECT_EQ(fresh.apply(world_.journal[at]), ApplyErrc::ok);
        return fresh.apply(bytes);
    }

    ApplyErrc changed_purchase(Change const& change)
    {
        return changed(world_.request(200, 0, 0, 100), change);
    }

    EngineConfig config_ = small_config();
    World world_;
    Command hold_{};
};

}  // namespace

TEST_F(Apply, TheUnchangedRecordIsFine)
{
    EXPECT_EQ(changed_purchase([](Parts) {}), ApplyErrc::ok);
}

TEST_F(Apply, AmountsOfLegs)
{
    EXPECT_EQ(changed_purchase([](Parts p) { p.legs[0].amount += 1; }), ApplyErrc::unbalanced);
    EXPECT_EQ(changed_purchase([](Parts p) { p.legs[1].amount -= 1; }), ApplyErrc::unbalanced);
    EXPECT_EQ(changed_purchase([](Parts p) {
                  p.legs[0].amount += 1;
                  p.legs[1].amount += 1;
              }),
              ApplyErrc::differs);
    EXPECT_EQ(changed_purchase([](Parts p) { p.legs[0].amount = 0; }), ApplyErrc::bad_layout);
    EXPECT_EQ(changed_purchase([](Parts p) { p.legs[0].amount = -100; }), ApplyErrc::bad_layout);
    EXPECT_EQ(changed_purchase([](Parts p) {
                  p.legs[0].amount = INT64_MAX;
                  p.legs[1].amount = INT64_MAX;
              }),
              ApplyErrc::differs);
}

TEST_F(Apply, BalancesAndVersionsAfter)
{
    for (int leg = 0; leg < 2; ++leg) {
        EXPECT_EQ(changed_purchase([leg](Parts p) { p.legs[leg].after += 1; }), ApplyErrc::differs);
        EXPECT_EQ(changed_purchase([leg](Parts p) { p.legs[leg].version += 1; }),
                  ApplyErrc::differs);
    }
}

TEST_F(Apply, AccountsCurrenciesAndEffects)
{
    EXPECT_EQ(changed_purchase([](Parts p) { p.legs[0].account_lo ^= 1; }),
              ApplyErrc::unknown_account);
    EXPECT_EQ(changed_purchase([](Parts p) { p.legs[1].account_hi ^= 1; }),
              ApplyErrc::unknown_account);
    EXPECT_EQ(changed_purchase([](Parts p) { p.legs[0].currency = 840; }), ApplyErrc::unbalanced);
    EXPECT_EQ(changed_purchase([](Parts p) { p.legs[0].currency = p.legs[1].currency = 840; }),
              ApplyErrc::differs);
    EXPECT_EQ(changed_purchase([](Parts p) { p.legs[0].effect = 0; }), ApplyErrc::bad_layout);
    EXPECT_EQ(changed_purchase([](Parts p) { p.legs[0].effect = 7; }), ApplyErrc::bad_layout);
    EXPECT_EQ(changed_purchase([](Parts p) { std::swap(p.legs[0].effect, p.legs[1].effect); }),
              ApplyErrc::bad_layout);
    EXPECT_EQ(changed_purchase([](Parts p) { p.legs[0].effect = 3; }), ApplyErrc::unbalanced);
    EXPECT_EQ(changed_purchase([](Parts p) { p.legs[0].zero = 1; }), ApplyErrc::bad_layout);
}

TEST_F(Apply, SequenceAndTime)
{
    EXPECT_EQ(changed_purchase([](Parts p) { p.header.seq += 1; }), ApplyErrc::bad_sequence);
    EXPECT_EQ(changed_purchase([](Parts p) { p.header.seq -= 1; }), ApplyErrc::bad_sequence);
    auto const last = world_.live.last_ts();
    EXPECT_EQ(changed_purchase([last](Parts p) { p.header.ts_ns = last; }),
              ApplyErrc::bad_sequence);
}

TEST_F(Apply, LengthsTypesAndReservedBytes)
{
    EXPECT_EQ(changed_purchase([](Parts p) { p.header.record_bytes -= 8; }), ApplyErrc::bad_layout);
    EXPECT_EQ(changed_purchase([](Parts p) { p.context.legs = 1; }), ApplyErrc::bad_layout);
    EXPECT_EQ(changed_purchase([](Parts p) { p.context.legs = 17; }), ApplyErrc::bad_layout);
    EXPECT_EQ(changed_purchase([](Parts p) { p.context.participant = 3; }),
              ApplyErrc::unknown_reference);
    EXPECT_EQ(changed_purchase([](Parts p) { p.context.zero4 = 1; }), ApplyErrc::bad_layout);
    for (std::uint16_t const type :
         std::initializer_list<std::uint16_t>{0, 9, 15, 18, 24, 35, 38, 999})
        EXPECT_EQ(changed_purchase([type](Parts p) { p.header.type = type; }),
                  ApplyErrc::bad_layout)
            << type;
    for (std::uint16_t const type :
         std::initializer_list<std::uint16_t>{2, 3, 4, 5, 7, 8, 14, 16, 17, 22, 32, 33, 34, 36, 37})
        EXPECT_NE(changed_purchase([type](Parts p) { p.header.type = type; }), ApplyErrc::ok)
            << "a POST's body under type " << type;
}

TEST_F(Apply, AnyFlippedBitIsFound)
{
    world_.run(world_.request(200, 0, 0, 100));
    auto const& good = world_.journal.back();
    auto const prefix = world_.journal.size() - 1;
    Engine fresh{config_, test_hash()};
    for (std::size_t at = 0; at < prefix; ++at)
        ASSERT_EQ(fresh.apply(world_.journal[at]), ApplyErrc::ok);
    for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
        auto bad = good;
        bad[bit / 8] ^= static_cast<std::byte>(1U << bit % 8);
        ASSERT_EQ(fresh.apply(bad), ApplyErrc::bad_layout) << "bit " << bit;
    }
    EXPECT_EQ(fresh.apply(good), ApplyErrc::ok);
}

TEST_F(Apply, AnyCutIsFound)
{
    world_.run(world_.request(200, 0, 0, 100));
    auto const good = world_.journal.back();
    for (std::size_t bytes = 0; bytes < good.size(); ++bytes) {
        auto const cut = ByteView{good}.first(bytes);
        EXPECT_EQ(world_.replica.apply(cut), ApplyErrc::bad_layout) << bytes;
    }
    auto longer = good;
    longer.resize(good.size() + 8);
    EXPECT_EQ(world_.replica.apply(longer), ApplyErrc::bad_layout);
}

TEST_F(Apply, ARecordNeedNotBeAligned)
{
    auto const prefix = world_.journal.size();
    world_.run(world_.request(200, 0, 0, 100));
    auto const& good = world_.journal.at(prefix);
    std::vector<std::byte> shifted(good.size() + 8);
    Engine fresh{config_, test_hash()};
    for (std::size_t at = 0; at < prefix; ++at)
        ASSERT_EQ(fresh.apply(world_.journal[at]), ApplyErrc::ok);
    std::memcpy(&shifted[3], good.data(), good.size());
    EXPECT_EQ(fresh.apply(ByteView{shifted}.subspan(3, good.size())), ApplyErrc::ok);
}

TEST_F(Apply, HoldsAreResolvedAsTheyAre)
{
    world_.run(hold_);
    auto completion = [this] {
        auto command = world_.request(220, 0, 0, 3'000);
        std::memcpy(command.rrn, hold_.rrn, sizeof command.rrn);
        World::seal(command);
        return command;
    };
    EXPECT_EQ(changed(completion(), [](Parts p) { p.context.ref_seq += 1; }),
              ApplyErrc::unknown_reference);
    // The second one is a forced POST by now: the hold is closed.
    world_.run(hold_ = world_.request(100, 0, 0, 4'000));
    EXPECT_EQ(changed(completion(), [](Parts p) { p.header.ts_ns += 2 * kHour; }),
              ApplyErrc::differs)
        << "a capture at or after the hold's end";
    world_.run(hold_ = world_.request(100, 0, 0, 4'000));
    EXPECT_EQ(changed(completion(), [](Parts p) { p.legs[0].amount = p.legs[1].amount = 4'001; }),
              ApplyErrc::differs)
        << "more released than is held";
    world_.run(hold_ = world_.request(100, 0, 0, 4'000));
    EXPECT_EQ(changed(completion(), [](Parts p) { p.legs[0].amount = p.legs[1].amount = 3'999; }),
              ApplyErrc::differs)
        << "a final capture releases all";
}

TEST_F(Apply, AnExpiryBeforeItsTimeIsRefused)
{
    world_.run(hold_);
    auto const prefix = world_.journal.size();
    world_.now += kHour;
    world_.tick();
    auto bytes = world_.journal.at(prefix);
    EXPECT_EQ(applied(prefix, bytes), ApplyErrc::ok);
    reinterpret_cast<record::Header*>(bytes.data())->ts_ns -= 1;
    reseal(bytes);
    EXPECT_EQ(applied(prefix, bytes), ApplyErrc::differs);
}

TEST_F(Apply, AReversalNeedsItsOriginalAndNoMoreThanIsLeft)
{
    auto const purchase = world_.request(200, 0, 0, 500);
    world_.run(purchase);
    auto partial = world_.reversal(420, purchase);
    partial.replacement = 400;
    partial.has |= has_replacement;
    EXPECT_EQ(changed(partial, [](Parts p) { p.context.ref_seq -= 1; }),
              ApplyErrc::unknown_reference);
    EXPECT_EQ(changed(world_.reversal(420, purchase),
                      [](Parts p) { p.legs[0].amount = p.legs[1].amount = 401; }),
              ApplyErrc::differs);
}

TEST_F(Apply, TheSameKeyTwiceIsRefused)
{
    auto const first = world_.request(200, 0, 0, 100);
    world_.run(first);
    EXPECT_EQ(changed_purchase([&first](Parts p) {
                  p.context.dup_k0 = first.dup_k0;
                  p.context.dup_k1 = first.dup_k1;
                  p.context.stan = first.stan;
              }),
              ApplyErrc::differs);
}

TEST_F(Apply, TablesThatAreTooSmallForTheJournalSaySo)
{
    for (int count = 0; count < 5; ++count)
        world_.run(world_.request(100, 0, 0, 1));
    auto const replay = [this](EngineConfig const& config) {
        Engine fresh{config, test_hash()};
        auto result = ApplyErrc::ok;
        for (auto const& bytes : world_.journal)
            if (result == ApplyErrc::ok) result = fresh.apply(bytes);
        return result;
    };
    EXPECT_EQ(replay(config_), ApplyErrc::ok);
    auto small = config_;
    small.accounts_max = 5;
    EXPECT_EQ(replay(small), ApplyErrc::table_full);
    small = config_;
    small.cards_max = 9;
    EXPECT_EQ(replay(small), ApplyErrc::table_full);
    small = config_;
    small.holds_max = 4;
    EXPECT_EQ(replay(small), ApplyErrc::table_full);
    small = config_;
    small.transactions_max = 4;
    EXPECT_EQ(replay(small), ApplyErrc::table_full);
}

TEST_F(Apply, TheReplayerNamesTheRecordThatFails)
{
    for (int count = 0; count < 40; ++count)
        world_.run(world_.request(200, 0, 0, 1));
    auto journal = world_.journal;
    auto const bad = journal.size() - 20;
    reinterpret_cast<record::Leg*>(&journal[bad][sizeof(record::Header) + sizeof(record::Context)])
        ->after += 1;
    reseal(journal[bad]);
    Engine fresh{config_, test_hash()};
    auto const replayer = std::make_unique<Replayer>(fresh);
    auto result = ApplyErrc::ok;
    for (auto const& bytes : journal)
        result = replayer->push(bytes);
    EXPECT_EQ(result, ApplyErrc::differs);
    EXPECT_EQ(replayer->finish(), ApplyErrc::differs);
    EXPECT_EQ(replayer->failed_seq(), bad + 1);
}

TEST_F(Apply, TheReplayerAppliesWhatCameBeforeABrokenRecord)
{
    auto journal = world_.journal;
    journal.back().resize(journal.back().size() - 8);
    Engine fresh{config_, test_hash()};
    auto const replayer = std::make_unique<Replayer>(fresh);
    auto result = ApplyErrc::ok;
    for (auto const& bytes : journal)
        result = replayer->push(bytes);
    EXPECT_EQ(result, ApplyErrc::bad_layout);
    EXPECT_EQ(replayer->failed_seq(), journal.size());
    EXPECT_EQ(fresh.last_seq(), journal.size() - 1);
}

}  // namespace turnout::engine::test
