#include "switch/net/engine_pump.hpp"

#include "net_fixture.hpp"

#include <gtest/gtest.h>

namespace turnout::net {
namespace {

using engine::Command;
using engine::CommandKind;
using engine::Effect;
using engine::EffectKind;

Command command_of(unsigned mti, CommandKind kind, std::uint32_t slot)
{
    Command command{};
    command.mti = static_cast<std::uint16_t>(mti);
    command.kind = kind;
    command.echo_slot = slot;
    command.echo_generation = 9;
    return command;
}

class EnginePumpTest : public ::testing::Test {
protected:
    void decide(std::vector<Command> const& commands)
    {
        effects.assign(commands.size(), Effect{});
        pump.decide(commands, now, effects);
        pump.commit();
    }
    Effect effect_of(std::uint32_t slot)
    {
        for (auto const& effect : effects)
            if (effect.echo_slot == slot) return effect;
        ADD_FAILURE() << "no effect for slot " << slot;
        return {};
    }
    // One of each: original, repeat, advice, reversal, sign-on.
    std::vector<Command> mixed()
    {
        return {
            command_of(200, CommandKind::financial, 0), command_of(201, CommandKind::financial, 1),
            command_of(220, CommandKind::financial, 2), command_of(400, CommandKind::reversal, 3),
            command_of(800, CommandKind::network, 4)};
    }

    testing::FakeEngine engine;
    testing::FakeJournal journal;
    Counters counters;
    EnginePump pump{engine, journal, counters};
    Now now{testing::kNow, kNanosPerSecond};
    std::vector<Effect> effects;
};

TEST_F(EnginePumpTest, hands_records_to_the_journal_once)
{
    decide(mixed());
    EXPECT_EQ(engine.commands_seen, 5U);
    EXPECT_EQ(journal.appended_bytes, 5U * engine.record_bytes);
    EXPECT_EQ(journal.appended_seq.load(), 5U);
    EXPECT_EQ(effect_of(3).seq, 4U);
}

TEST_F(EnginePumpTest, sheds_everything_when_the_journal_has_no_room)
{
    journal.room = limits::record_bytes_max;
    decide(mixed());
    EXPECT_EQ(engine.commands_seen, 0U);
    for (std::uint32_t const slot : {0U, 4U}) {
        EXPECT_EQ(effect_of(slot).kind, EffectKind::answer) << slot;
        EXPECT_EQ(std::string(effect_of(slot).rc, 2), "91") << slot;
        EXPECT_EQ(effect_of(slot).seq, 0U) << slot;
        EXPECT_EQ(effect_of(slot).echo_generation, 9U) << slot;
    }
    for (std::uint32_t const slot : {1U, 2U, 3U})
        EXPECT_EQ(effect_of(slot).kind, EffectKind::drop) << slot;
    EXPECT_EQ(counters.get(CounterId::shed_originals), 2U);
    EXPECT_EQ(counters.get(CounterId::shed_unanswered), 3U);
}

TEST_F(EnginePumpTest, lets_reversals_and_advices_pass_in_a_segment_shortage)
{
    journal.shortage = true;
    decide(mixed());
    EXPECT_EQ(engine.commands_seen, 2U);
    EXPECT_EQ(std::string(effect_of(0).rc, 2), "91");
    EXPECT_EQ(effect_of(1).kind, EffectKind::drop);
    EXPECT_EQ(std::string(effect_of(2).rc, 2), "00");
    EXPECT_EQ(std::string(effect_of(3).rc, 2), "00");
}

TEST_F(EnginePumpTest, refuses_originals_while_the_disk_is_late)
{
    journal.pending_ns = EnginePump::kOldestPendingMaxNs;
    decide({command_of(200, CommandKind::financial, 0)});
    EXPECT_EQ(engine.commands_seen, 1U);
    ++journal.pending_ns;
    decide({command_of(200, CommandKind::financial, 0)});
    EXPECT_EQ(engine.commands_seen, 1U);
    EXPECT_EQ(std::string(effect_of(0).rc, 2), "91");
}

TEST_F(EnginePumpTest, takes_a_full_batch_of_the_largest_records)
{
    engine.record_bytes = limits::record_bytes_max;
    decide(std::vector<Command>(limits::commands_per_batch_max,
                                command_of(200, CommandKind::financial, 0)));
    EXPECT_EQ(journal.appended_bytes, limits::commands_per_batch_max * limits::record_bytes_max);
}

TEST_F(EnginePumpTest, writes_a_checkpoint_after_a_minute_with_records)
{
    pump.tick(now);
    pump.commit();
    now.monotonic_ns += EnginePump::kCheckpointEveryNs;
    pump.tick(now);
    EXPECT_EQ(engine.checkpoints, 0U) << "nothing was journaled since the start";
    decide({command_of(200, CommandKind::financial, 0)});
    pump.tick(now);
    EXPECT_EQ(engine.checkpoints, 1U);
    EXPECT_EQ(journal.appended_seq.load(), engine.last_seq);
    pump.tick(now);
    EXPECT_EQ(engine.checkpoints, 1U);
}

TEST_F(EnginePumpTest, writes_a_checkpoint_after_a_gibibyte)
{
    pump.tick(now);
    engine.keep_commands = false;
    engine.record_bytes = limits::record_bytes_max;
    std::vector<Command> const batch(limits::commands_per_batch_max,
                                     command_of(200, CommandKind::financial, 0));
    auto const batches = EnginePump::kCheckpointEveryBytes /
                             (limits::commands_per_batch_max * limits::record_bytes_max) +
                         1;
    for (std::uint64_t count = 0; count < batches; ++count)
        decide(batch);
    pump.tick(now);
    EXPECT_EQ(engine.checkpoints, 1U);
}

TEST_F(EnginePumpTest, keeps_the_engines_time_from_jumping_ahead_and_says_so_once)
{
    constexpr auto kDay = 86'400 * kNanosPerSecond;
    std::vector<Command> const one{command_of(200, CommandKind::financial, 0)};
    decide(one);
    EXPECT_EQ(engine.seen_wall_ns, testing::kNow);
    for (int minute = 0; minute < 3; ++minute) {
        now.monotonic_ns += 60 * kNanosPerSecond;
        now.wall_ns = testing::kNow + kDay + now.monotonic_ns;
        decide(one);
        pump.tick(now);
    }
    auto const most = WallLimit::kLeadMaxNs + 2 * 180 * kNanosPerSecond;
    EXPECT_EQ(engine.seen_wall_ns, testing::kNow + most) << "the lead, and twice the time";
    EXPECT_EQ(counters.get(CounterId::clock_jumps), 1U);
    // Set right again.
    now.monotonic_ns += kNanosPerSecond;
    now.wall_ns = testing::kNow + now.monotonic_ns;
    pump.final_checkpoint(now);
    EXPECT_EQ(engine.seen_wall_ns, now.wall_ns);
    now.wall_ns += kDay;
    decide(one);
    EXPECT_EQ(counters.get(CounterId::clock_jumps), 2U);
}

TEST_F(EnginePumpTest, warns_once_when_a_table_is_nearly_full_and_again_after_it_was_not)
{
    engine.fill.transactions = {79, 0};
    pump.tick(now);
    EXPECT_EQ(counters.get(CounterId::tables_nearly_full), 0U);
    engine.fill.transactions = {80, 3};
    pump.tick(now);
    pump.tick(now);
    EXPECT_EQ(counters.get(CounterId::tables_nearly_full), 1U);
    engine.fill.transactions.percent = 75;
    pump.tick(now);
    engine.fill.transactions.percent = 90;
    pump.tick(now);
    EXPECT_EQ(counters.get(CounterId::tables_nearly_full), 1U) << "it was never calm";
    engine.fill.holds.percent = 80;
    engine.fill.transactions.percent = 69;
    pump.tick(now);
    EXPECT_EQ(counters.get(CounterId::tables_nearly_full), 2U) << "each table for itself";
    engine.fill.transactions.percent = 80;
    pump.tick(now);
    EXPECT_EQ(counters.get(CounterId::tables_nearly_full), 3U);
}

TEST_F(EnginePumpTest, final_checkpoint_is_left_out_when_the_journal_is_full)
{
    pump.final_checkpoint(now);
    EXPECT_EQ(engine.checkpoints, 1U);
    journal.room = 0;
    pump.final_checkpoint(now);
    EXPECT_EQ(engine.checkpoints, 1U);
}

}  // namespace
}  // namespace turnout::net
