#include "tools/loadgen/in_flight.hpp"

#include "tools/loadgen/link.hpp"

#include <gtest/gtest.h>

namespace turnout::loadgen {
namespace {

TEST(InFlight, FullMeansThatTheNextSlotStillWaits)
{
    InFlight table(16);
    ASSERT_EQ(table.capacity(), 16U);
    for (int i = 0; i < 16; ++i) {
        ASSERT_TRUE(table.has_room());
        (void)table.take();
    }
    EXPECT_FALSE(table.has_room());
    auto* const third = table.find(3);
    ASSERT_NE(third, nullptr);
    table.resolve(*third, SlotState::answered);
    EXPECT_FALSE(table.has_room());  // slot 0 is the next one
    table.resolve(*table.find(0), SlotState::answered);
    EXPECT_TRUE(table.has_room());
    EXPECT_EQ(table.waiting(), 14U);
}

TEST(InFlight, AReusedSlotNoLongerFindsItsOldMessage)
{
    InFlight table(16);
    for (int i = 0; i < 16; ++i)
        table.resolve(table.take(), SlotState::timed_out);
    ASSERT_NE(table.find(5), nullptr);  // kept, so that a late answer is recognised
    EXPECT_EQ(table.find(5)->state, SlotState::timed_out);
    for (int i = 0; i < 6; ++i)
        (void)table.take();
    EXPECT_EQ(table.find(5), nullptr);
    EXPECT_NE(table.find(21), nullptr);
    EXPECT_EQ(table.find(22), nullptr);  // not sent yet
}

TEST(InFlight, OldestSkipsWhatIsResolved)
{
    InFlight table(16);
    for (int i = 0; i < 5; ++i)
        (void)table.take();
    table.resolve(*table.find(0), SlotState::answered);
    table.resolve(*table.find(1), SlotState::answered);
    ASSERT_NE(table.oldest(), nullptr);
    EXPECT_EQ(table.oldest()->ordinal, 2U);
    for (std::uint64_t i = 2; i < 5; ++i)
        table.resolve(*table.find(i), SlotState::answered);
    EXPECT_EQ(table.oldest(), nullptr);
    EXPECT_EQ(table.waiting(), 0U);
}

TEST(ReferenceRing, GivesTheNewestOnceAndNothingOfAnotherTerminal)
{
    ReferenceRing ring;
    EXPECT_FALSE(ring.pop(0));
    for (std::uint32_t i = 0; i < 100; ++i)
        ring.push({.stan = i, .rotation = 0});
    auto const newest = ring.pop(0);
    ASSERT_TRUE(newest);
    EXPECT_EQ(newest->stan, 99U);
    EXPECT_EQ(ring.pop(0)->stan, 98U);
    EXPECT_FALSE(ring.pop(1));
    EXPECT_FALSE(ring.pop(0));
}

TEST(ReferenceRing, HoldsABoundedNumber)
{
    ReferenceRing ring;
    for (std::uint32_t i = 0; i < 1'000; ++i)
        ring.push({.stan = i, .rotation = 0});
    unsigned count = 0;
    while (ring.pop(0))
        ++count;
    EXPECT_EQ(count, 64U);
}

}  // namespace
}  // namespace turnout::loadgen
