#include "switch/base/calendar.hpp"

#include <gtest/gtest.h>

namespace turnout {
namespace {

constexpr UnixNanos at_s(std::uint64_t seconds)
{
    return seconds * kNanosPerSecond;
}
constexpr auto kNewYear2026 = at_s(1'767'225'600);   // 2026-01-01 00:00:00 UTC
constexpr auto kNoon20240301 = at_s(1'709'294'400);  // 2024-03-01 12:00:00 UTC

TEST(Calendar, takes_the_year_nearest_to_now)
{
    // 31 December 23:59:59, seen one second into the new year.
    EXPECT_EQ(de7_to_ns(1231235959, kNewYear2026 + at_s(1)), kNewYear2026 - at_s(1));
    // 1 January 00:00:01, seen by a clock that is still in the old year.
    EXPECT_EQ(de7_to_ns(101000001, kNewYear2026 - at_s(1)), kNewYear2026 + at_s(1));
}

// Seconds from 1970 to 29 February 12:00 of the leap years 2020, 2024 and 2028.
constexpr std::uint64_t kLeapNoons_s[] = {1'582'977'600, 1'709'208'000, 1'835'438'400};

TEST(Calendar, takes_29_february_only_within_half_a_year_of_one)
{
    auto const day_s = 86'400ULL;
    // Every noon from August 2019 to August 2028: the days and the years in between are checked.
    auto accepted = 0;
    for (auto now_s = kLeapNoons_s[0] - 190 * day_s; now_s <= kLeapNoons_s[2] + 190 * day_s;
         now_s += day_s) {
        std::optional<UnixNanos> expected;
        for (auto const noon_s : kLeapNoons_s)
            if (now_s <= noon_s + 183 * day_s && noon_s <= now_s + 183 * day_s)
                expected = at_s(noon_s);
        ASSERT_EQ(de7_to_ns(229120000, at_s(now_s)), expected) << now_s;
        accepted += static_cast<int>(expected.has_value());
    }
    EXPECT_EQ(accepted, 3 * (2 * 183 + 1));
    // The neighbours of the leap day exist in every year.
    auto const noon20260301 = at_s(1'772'366'400);
    EXPECT_EQ(de7_to_ns(228120000, noon20260301), noon20260301 - at_s(day_s));
    EXPECT_EQ(de7_to_ns(301120000, noon20260301), noon20260301);
    EXPECT_EQ(de7_to_ns(230120000, kNoon20240301), std::nullopt);
}

TEST(Calendar, takes_any_other_date_at_any_time_of_the_year)
{
    // Half a year away is where the year changes: a hole there would refuse good messages.
    for (std::uint64_t hour = 0; hour < 3ULL * 366 * 24; ++hour)
        ASSERT_TRUE(de7_to_ns(701000000, kNoon20240301 + at_s(hour * 3'600))) << hour;
}

TEST(Calendar, refuses_what_is_no_date_or_time)
{
    for (std::uint64_t const wrong : {0ULL, 1301000000ULL, 100000000ULL, 132000000ULL, 431000000ULL,
                                      101240000ULL, 101006000ULL, 101000060ULL, 9999999999ULL})
        EXPECT_EQ(de7_to_ns(wrong, kNewYear2026), std::nullopt) << wrong;
}

TEST(Calendar, goes_there_and_back_for_every_hour_of_a_leap_year)
{
    auto const start = at_s(1'704'067'200);  // 2024-01-01
    for (std::uint64_t hour = 0; hour < 366ULL * 24; ++hour) {
        auto const at = start + at_s(hour * 3'600 + hour % 3'600);
        ASSERT_EQ(de7_to_ns(ns_to_de7(at), at), at) << hour;
    }
}

// The same question with and without a memory of the ones before, over years and leap days.
TEST(Calendar, a_memo_changes_no_result)
{
    De7Memo memo;
    std::uint64_t state = 1;
    auto const below = [&state](std::uint64_t bound) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        return (state >> 33U) % bound;
    };
    auto now = at_s(1'704'067'200);  // 2024-01-01
    std::uint64_t asked = ns_to_de7(now);
    for (int step = 0; step < 200'000; ++step) {
        if (below(4) == 0) now += at_s(below(50'000));
        if (below(2000) == 0) now += at_s(below(500) * 86'400);
        if (below(3000) == 0) now -= at_s(below(500) * 86'400);
        if (below(3) == 0) asked = ns_to_de7(now - at_s(below(200)));
        if (below(50) == 0) asked = below(1'300'000'000);
        if (below(100) == 0) asked = 229'000'000 + below(240'000);
        auto const second = asked / 100 * 100 + below(64);  // 60 to 63 are none
        ASSERT_EQ(memo.read(second, now), de7_to_ns(second, now)) << second << " at " << now;
    }
}

TEST(Calendar, gives_months_and_days_as_numbers)
{
    EXPECT_EQ(ns_to_yymm(kNoon20240301), 2403);
    EXPECT_EQ(ns_to_yyyymmdd(kNoon20240301), 20240301U);
    EXPECT_EQ(ns_to_yyyymmdd(kNewYear2026 - 1), 20251231U);
    EXPECT_EQ(ns_to_yymm(0), 7001);
}

}  // namespace
}  // namespace turnout
