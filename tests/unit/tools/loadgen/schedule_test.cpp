#include "tools/loadgen/schedule.hpp"

#include <gtest/gtest.h>

namespace turnout::loadgen {
namespace {

TEST(Schedule, IntendedTimesDoNotDrift)
{
    // 3 a second does not divide a nanosecond; after a year of messages it is still exact.
    Schedule const schedule(Rate{3}, 1'000);
    EXPECT_EQ(schedule.intended_ns(0), 1'000U);
    EXPECT_EQ(schedule.intended_ns(1), 1'000U + 333'333'333U);
    EXPECT_EQ(schedule.intended_ns(3), 1'000U + 1'000'000'000U);
    std::uint64_t const year_s = 365 * 86'400;
    EXPECT_EQ(schedule.intended_ns(3 * year_s), 1'000U + year_s * 1'000'000'000U);
}

TEST(Schedule, TimesNeverGoBackAndTheGapIsThatOfTheRate)
{
    Schedule const schedule(Rate{7'919}, 0);
    for (std::uint64_t i = 0; i < 20'000; ++i) {
        auto const gap = schedule.intended_ns(i + 1) - schedule.intended_ns(i);
        ASSERT_GE(gap, 126'278U);  // 1 s / 7919 = 126,278.57 ns
        ASSERT_LE(gap, 126'279U);
    }
}

// A run with a clock that stands still now and then: everything that has become due is sent at once
// and the schedule does not move, so that the wait of those messages counts.
TEST(Schedule, AStalledSenderCatchesUpWithoutMovingTheSchedule)
{
    Schedule const schedule(Rate{1'000}, 0);
    std::uint64_t now = 0, index = 0, longest_lag = 0;
    for (int turn = 0; now < 1'000'000'000; ++turn) {
        for (; schedule.wait_ns(index, now) == 0; ++index)
            longest_lag = std::max(longest_lag, now - schedule.intended_ns(index));
        auto const stall = turn == 100 ? 50'000'000U : 0U;
        now += schedule.wait_ns(index, now) + stall;
    }
    EXPECT_EQ(index, 1'000U);
    EXPECT_EQ(longest_lag, 50'000'000U);
}

TEST(Schedule, WaitIsTheTimeUntilDue)
{
    Schedule const schedule(Rate{10}, 500);
    EXPECT_EQ(schedule.wait_ns(0, 0), 500U);
    EXPECT_EQ(schedule.wait_ns(0, 500), 0U);
    EXPECT_EQ(schedule.wait_ns(1, 600), 99'999'900U);
    EXPECT_EQ(schedule.wait_ns(1, 900'000'000), 0U);
}

}  // namespace
}  // namespace turnout::loadgen
