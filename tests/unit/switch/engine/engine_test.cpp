#include "protocol/core/crc32c.hpp"
#include "switch/base/limits.hpp"
#include "switch/engine/replay.hpp"
#include "switch/engine/state.hpp"
#include "tests/support/alloc_guard.hpp"
#include "tests/unit/switch/engine/world.hpp"

#include <cstring>
#include <limits>
#include <utility>

#include <gtest/gtest.h>

namespace turnout::engine::test {

TEST(Engine, PurchaseIsOneRecordOfTwoLegsAndAnswersWithItsSequence)
{
    World world;
    auto const command = world.request(200, 0, 0, 2'500);
    auto const effect = world.run(command);
    EXPECT_EQ(rc_of(effect), "00");
    EXPECT_EQ(effect.kind, EffectKind::answer);
    EXPECT_EQ(effect.seq, world.live.last_seq());
    EXPECT_EQ(effect.echo_slot, command.echo_slot);
    EXPECT_EQ(effect.echo_generation, command.echo_generation);
    ASSERT_EQ(world.records.size(), 1U);
    auto const& record = world.records[0];
    EXPECT_EQ(record.header.record_bytes, 32U + 192U + 96U);
    EXPECT_EQ(record.header.ts_ns, world.now);
    ASSERT_EQ(record.legs.size(), 2U);
    EXPECT_EQ(record.legs[0].after, 7'500);
    EXPECT_EQ(record.legs[1].after, 2'500);
    EXPECT_EQ(record.legs[0].role, static_cast<std::uint8_t>(record::Role::payer));
    EXPECT_EQ(record.context.decided, 2'500);
    EXPECT_EQ(record.context.business_day, 20270115U);
    EXPECT_EQ(std::memcmp(record.context.rc, "00\0\0", 4), 0);
}

TEST(Engine, ApprovalCodeIsTheLastSixDigitsOfTheSequence)
{
    World world;
    auto const effect = world.run(world.request(200, 0, 0, 1));
    auto digits = std::to_string(effect.seq);
    digits = std::string(6 - digits.size(), '0') + digits;
    EXPECT_EQ((std::string{effect.approval, 6}), digits);
}

TEST(Engine, TimeNeverStandsStillAndNeverGoesBack)
{
    World world;
    world.run({world.request(200, 0, 0, 1), world.request(200, 0, 0, 2)});
    ASSERT_EQ(world.records.size(), 2U);
    EXPECT_EQ(world.records[1].header.ts_ns, world.records[0].header.ts_ns + 1);
    auto const last = world.live.last_ts();
    world.now -= 5 * kNanosPerSecond;
    world.run(world.request(200, 0, 0, 3));
    EXPECT_EQ(world.records.at(0).header.ts_ns, last + 1);
}

TEST(Engine, AnEmptyBatchDoesNothing)
{
    World world;
    auto const before = world.live.digest();
    EXPECT_TRUE(world.run(std::vector<Command>{}).empty());
    EXPECT_TRUE(world.records.empty());
    EXPECT_EQ(world.live.digest(), before);
}

TEST(Engine, ALargestBatchFitsTheOutbox)
{
    World world;
    std::vector<Command> commands;
    for (std::size_t at = 0; at < limits::commands_per_batch_max; ++at)
        commands.push_back(world.request(200, 200'000, at % 3, 5));
    world.run(commands);
    EXPECT_EQ(world.records.size(), limits::commands_per_batch_max);
}

TEST(Engine, ADeclineLeavesTheLedgerDigestAlone)
{
    World world;
    auto const all = world.live.digest();
    auto const money = world.live.ledger_digest();
    EXPECT_EQ(rc_of(world.run(world.request(200, 0, 0, 99'999))), "51");
    EXPECT_EQ(world.live.ledger_digest(), money);
    EXPECT_NE(world.live.digest(), all) << "the stored answer is state";
    EXPECT_EQ(rc_of(world.run(world.request(200, 0, 0, 1))), "00");
    EXPECT_NE(world.live.ledger_digest(), money);
}

TEST(Engine, TotalsBalancePerCurrency)
{
    World world;
    world.run(world.request(200, 0, 0, 700));
    world.run(world.request(100, 0, 1, 300));
    CurrencyTotals totals[4];
    ASSERT_EQ(world.live.totals(totals), 2U);
    EXPECT_EQ(totals[0].currency, 840);
    EXPECT_EQ(totals[1].currency, 978);
    EXPECT_TRUE(totals[1].debits_posted == totals[1].credits_posted);
    EXPECT_TRUE(totals[1].debits_posted == 9 * 10'000 + 700);
    EXPECT_TRUE(totals[1].debits_pending == 300);
    EXPECT_TRUE(totals[1].credits_pending == 300);
    EXPECT_EQ(world.live.totals({totals, 1}), 2U) << "tells how many there are";
}

// Forced advices know no limit, so that a few million of the largest amount fill 64 bits: that may
// concern the accounts that they name, and nobody else.
TEST(Engine, OneParticipantsSumsDoNotStopTheOthers)
{
    World world;
    auto const most = std::numeric_limits<std::int64_t>::max();
    EXPECT_EQ(rc_of(world.run(world.request(220, 0, 0, most - 20'000))), "00");
    EXPECT_EQ(rc_of(world.run(world.request(220, 0, 0, 30'000))), "96") << "its own sums are full";
    auto other = world.request(200, 0, 1, 10'000);
    other.participant = 2;
    other.acquirer = kAcquirer + 1;
    World::seal(other);
    EXPECT_EQ(rc_of(world.run(other)), "00");
    other.stan = world.next_stan++;
    other.mti = 220;
    other.amount = most - 20'000;
    World::seal(other);
    EXPECT_EQ(rc_of(world.run(other)), "00");
    EXPECT_EQ(world.ledger_balance(1), -(most - 20'000));

    CurrencyTotals totals[4];
    ASSERT_EQ(world.live.totals(totals), 2U);
    EXPECT_TRUE(totals[1].debits_posted == ledger::Sum{most - 20'000} * 2 + 9 * 10'000 + 10'000);
    world.checkpoint();  // and replay agrees to it
    ASSERT_EQ(world.records.size(), 1U);
    TotalsPayload said{};
    std::memcpy(
        &said,
        &world.records[0]
             .bytes[sizeof(record::Header) + sizeof(CheckpointPayload) + sizeof(TotalsPayload)],
        sizeof said);
    EXPECT_EQ(said.currency, 978);
    EXPECT_EQ(said.posted_high, static_cast<std::uint16_t>(totals[1].debits_posted >> 64));
    EXPECT_EQ(said.posted, static_cast<std::uint64_t>(totals[1].debits_posted));
}

// A key belongs to a participant: nobody else is told what was answered to it.
TEST(Engine, AfterSignOffOnlyTheParticipantItselfGetsItsStoredAnswer)
{
    World world;
    auto const command = world.request(200, 0, 0, 100);
    EXPECT_EQ(rc_of(world.run(command)), "00");
    world.run({world.network(2, 1), world.network(2, 2)});
    EXPECT_EQ(rc_of(world.run(command)), "00");
    auto stolen = command;
    stolen.participant = 2;
    EXPECT_EQ(rc_of(world.run(stolen)), "91");
    stolen.participant = 77;
    EXPECT_EQ(rc_of(world.run(stolen)), "91");
}

TEST(Engine, FillsNameTheTableOrTheParticipantThatIsNearestToItsEnd)
{
    auto config = small_config();
    config.transactions_max = 80;  // 70 for requests, 35 of them for one
    config.holds_max = 16;         // 14 and 7
    config.participant_share_percent = 50;
    World world{config};
    EXPECT_EQ(world.live.fills(world.now).transactions.percent, 0U);
    for (int count = 0; count < 28; ++count)
        world.run(world.request(200, 0, 0, 1));
    for (int count = 0; count < 3; ++count)
        world.run(world.request(100, 0, 0, 1));
    auto fills = world.live.fills(world.now);
    EXPECT_EQ(fills.transactions.percent, 31U * 100 / 35);
    EXPECT_EQ(fills.transactions.participant, 1U);
    EXPECT_EQ(fills.holds.percent, 3U * 100 / 7);
    EXPECT_EQ(fills.holds.participant, 1U);
    world.now += 145 * kHour;
    EXPECT_EQ(world.live.fills(world.now).transactions.percent, 0U) << "a new generation";
    EXPECT_EQ(world.live.fills(world.now).holds.participant, 1U);
}

TEST(Engine, TheOnlyParticipantHasTheWholeTable)
{
    auto config = small_config();
    config.transactions_max = 16;
    config.participant_share_percent = 50;
    auto data = world_data();
    data.participants.pop_back();
    World world{config, std::move(data), false};
    world.run(world.network(1, 1));
    for (int count = 0; count < 14; ++count)
        EXPECT_EQ(rc_of(world.run(world.request(200, 0, 0, 1))), "00");
    EXPECT_EQ(rc_of(world.run(world.request(200, 0, 0, 1))), "96");
    EXPECT_EQ(world.live.stats().refused_full, 1U);
    EXPECT_EQ(rc_of(world.run(world.request(221, 0, 0, 1))), "00");
    EXPECT_EQ(rc_of(world.run(world.request(221, 0, 0, 1))), "00");
    EXPECT_EQ(rc_of(world.run(world.request(221, 0, 0, 1))), "drop");
    EXPECT_EQ(world.live.stats().dropped_full, 1U);
}

// Journals from before records named their participant: their rows count for nobody.
TEST(Engine, RecordsWithoutParticipantStillReplay)
{
    World world;
    world.run(world.request(200, 0, 0, 1));
    auto record = world.records.at(0).bytes;
    auto* const context = reinterpret_cast<record::Context*>(&record[sizeof(record::Header)]);
    EXPECT_EQ(context->participant, 1U);
    context->participant = 0;
    auto* const header = reinterpret_cast<record::Header*>(record.data());
    header->crc32c = 0;
    header->crc32c = crc32c(record);
    Engine other{small_config(), test_hash()};
    for (std::size_t at = 0; at + 1 < world.journal.size(); ++at)
        ASSERT_EQ(other.apply(world.journal[at]), ApplyErrc::ok);
    EXPECT_EQ(other.apply(record), ApplyErrc::ok);
    EXPECT_EQ(other.ledger_digest(), world.live.ledger_digest());
    EXPECT_EQ(other.fills(world.now).transactions.participant, 0U);
}

TEST(Engine, ParticipantsAreFoundByName)
{
    World world;
    EXPECT_EQ(world.live.participant_id("acme"), 1U);
    EXPECT_EQ(world.live.participant_id("bolt"), 2U);
    EXPECT_EQ(world.live.participant_id("acm"), 0U);
    EXPECT_EQ(world.live.participant_id(""), 0U);
}

TEST(Engine, CountersOfTheJournalAreTheSameAfterReplay)
{
    World world;
    auto const command = world.request(200, 0, 0, 1);
    world.run(command);
    world.run(command);
    world.run(world.request(200, 0, 0, 99'999));
    auto const live = world.live.stats();
    auto const replayed = world.replica.stats();
    EXPECT_EQ(live.approved, 1U);
    EXPECT_EQ(live.declined, 1U);
    EXPECT_EQ(live.duplicates, 1U);
    EXPECT_EQ(replayed.approved, live.approved);
    EXPECT_EQ(replayed.declined, live.declined);
    EXPECT_EQ(replayed.transactions, live.transactions);
    EXPECT_EQ(live.cards, 10U);
    EXPECT_EQ(live.participants, 2U);
}

TEST(Engine, TickExpiresABoundedNumberAtATime)
{
    auto config = small_config();
    config.holds_max = 256;
    World world{config};
    for (int count = 0; count < 100; ++count)
        world.run(world.request(100, 0, 0, 1));
    world.now += 2 * kHour;
    world.tick();
    EXPECT_EQ(world.records.size(), limits::expiries_per_turn_max);
    world.tick();
    EXPECT_EQ(world.records.size(), 100 - limits::expiries_per_turn_max);
    EXPECT_EQ(world.available(0), 10'000);
}

TEST(Engine, ACheckpointIsCheckedByReplay)
{
    World world;
    world.run(world.request(100, 0, 0, 100));
    world.checkpoint();
    ASSERT_EQ(world.records.size(), 1U);
    EXPECT_EQ(world.records[0].header.type, static_cast<std::uint16_t>(record::Type::checkpoint));
    world.run(world.request(200, 0, 0, 100));
    // After a change of generation as well: what a checkpoint has seen is what it found.
    world.now += 200 * kHour;
    world.checkpoint();
    world.run(world.request(200, 0, 0, 100));
}

TEST(Engine, AReplicaWithAnotherStateRefusesTheCheckpoint)
{
    World world;
    World other;
    other.run(other.request(200, 0, 0, 1));  // as many records, another amount
    world.run(world.request(200, 0, 0, 2));
    world.checkpoint();
    EXPECT_EQ(other.live.apply(world.records.at(0).bytes), ApplyErrc::digest_differs);
}

TEST(Engine, EveryStartIsAnEpochOfItsOwn)
{
    World world;
    world.epoch_start(2, true);
    ASSERT_EQ(world.records.size(), 2U) << "RECOVERY, EPOCH_START";
    EXPECT_EQ(world.records[0].header.type, static_cast<std::uint16_t>(record::Type::recovery));
    world.epoch_start(3, false);
    ASSERT_EQ(world.records.size(), 1U);
    EXPECT_EQ(world.records[0].header.type, static_cast<std::uint16_t>(record::Type::epoch_start));
}

TEST(Engine, AReplicaWithAnotherWindowFollowsTheJournalsWindow)
{
    auto config = small_config();
    config.reversal_window_ns = 2 * kHour;
    World world{config};
    config.reversal_window_ns = 100 * kHour;
    Engine other{config, test_hash()};
    for (int step = 0; step < 30; ++step) {
        world.now += kHour;
        world.run(world.request(200, 0, 0, 1));
    }
    world.checkpoint();
    for (auto const& bytes : world.journal)
        ASSERT_EQ(other.apply(bytes), ApplyErrc::ok);
    EXPECT_EQ(other.digest(), world.live.digest());
    EXPECT_LT(other.stats().transactions, 10U) << "what the journal dropped is dropped";
}

// A window that is made longer reaches back only as far as slots were kept: else a repeat whose
// slot is gone would be booked again.
TEST(Engine, ALongerWindowDoesNotReachBehindTheOldOne)
{
    auto config = small_config();
    config.reversal_window_ns = kHour;
    config.financial_window_ns = kHour / 4;
    World world{config};
    auto const early = world.request(220, 0, 0, 100);
    EXPECT_EQ(rc_of(world.run(early)), "00");
    world.now += 4 * kHour;
    world.run(world.request(220, 0, 0, 1));  // its generation is gone
    world.now += 2 * kHour;
    world.run(world.request(220, 0, 0, 1));

    config.reversal_window_ns = 72 * kHour;
    Engine restarted{config, test_hash()};
    for (auto const& bytes : world.journal)
        ASSERT_EQ(restarted.apply(bytes), ApplyErrc::ok);
    std::vector<std::byte> records(limits::batch_record_bytes_max);
    std::vector<Effect> effects(4);
    Outbox out{records, 0, 0, effects, 0};
    restarted.epoch_start(2, false, world.now, out);
    auto repeat = early;
    restarted.process({&repeat, 1}, world.now, out);
    EXPECT_EQ(rc_of(effects[0]), "30");
    EXPECT_EQ(restarted.stats().approved, 3U);
}

// Nor do local times in keys, which make generations longer from then on.
TEST(Engine, ANewSlackForLocalTimesDoesNotReachBehindTheOldGenerations)
{
    auto config = small_config();
    config.reversal_window_ns = kHour;
    config.financial_window_ns = kHour / 4;
    World world{config};
    auto early = world.request(220, 0, 0, 100);
    early.has |= has_local_time;
    early.key_ts = early.de7_ts;
    World::seal(early);
    EXPECT_EQ(rc_of(world.run(early)), "00");
    for (int step = 0; step < 2; ++step) {
        world.now += 3 * kHour;
        world.run(world.request(220, 0, 0, 1));  // the generation of the first is gone
    }

    config.key_time_slack_ns = 14 * kHour;
    Engine restarted{config, test_hash()};
    for (auto const& bytes : world.journal)
        ASSERT_EQ(restarted.apply(bytes), ApplyErrc::ok);
    std::vector<std::byte> records(limits::batch_record_bytes_max);
    std::vector<Effect> effects(4);
    Outbox out{records, 0, 0, effects, 0};
    restarted.epoch_start(2, false, world.now, out);
    early.de7_ts = world.now;
    restarted.process({&early, 1}, world.now, out);
    EXPECT_EQ(rc_of(effects[0]), "30");
    early.stan += 1;
    early.key_ts = world.now;
    World::seal(early);
    restarted.process({&early, 1}, world.now, out);
    EXPECT_EQ(rc_of(effects[1]), "30") << "so near to the change nothing is certain";
    early.key_ts = world.now + 14 * kHour;
    World::seal(early);
    restarted.process({&early, 1}, world.now, out);
    EXPECT_EQ(rc_of(effects[2]), "00");
}

TEST(Engine, ProcessAndReplayAllocateNothing)
{
    World world;
    std::vector<Command> commands;
    for (int count = 0; count < 300; ++count) {
        commands.push_back(world.request(200, 0, static_cast<std::size_t>(count) % 12, 10));
        commands.push_back(world.request(100, 0, static_cast<std::size_t>(count) % 3, 5));
        commands.push_back(world.reversal(420, commands[commands.size() / 2]));
        commands.push_back(world.network(count % 2 == 0 ? 301 : 1));
    }
    commands.resize(limits::commands_per_batch_max);
    std::vector<std::byte> records(limits::batch_record_bytes_max);
    std::vector<Effect> effects(limits::commands_per_batch_max);
    Outbox out{records, 0, 0, effects, 0};
    auto const replayer = std::make_unique<Replayer>(world.replica);
    turnout::test::AllocGuard const guard;
    world.live.process(commands, world.now, out);
    world.live.tick(world.now + 5 * kHour, out);
    world.live.checkpoint(world.now + 6 * kHour, out);
    for (std::size_t at = 0; at < out.record_bytes;) {
        auto const bytes = load<std::uint32_t>(&records[at]);
        if (replayer->push(ByteView{records}.subspan(at, bytes)) != ApplyErrc::ok) break;
        at += bytes;
    }
    auto const finished = replayer->finish();
    auto const allocations = guard.allocations();
    EXPECT_EQ(finished, ApplyErrc::ok);
    EXPECT_EQ(allocations, 0U);
    EXPECT_EQ(world.live.digest(), world.replica.digest());
    EXPECT_GT(out.record_bytes, 100'000U);
}

TEST(Engine, EveryApplyErrorHasAMeaning)
{
    for (int code = 0; code <= static_cast<int>(ApplyErrc::digest_differs); ++code) {
        auto const text = meaning(static_cast<ApplyErrc>(code));
        EXPECT_FALSE(text.empty());
        EXPECT_NE(text, "unknown");
    }
}

}  // namespace turnout::engine::test
