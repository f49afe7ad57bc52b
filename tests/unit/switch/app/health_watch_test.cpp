#include "switch/app/health_watch.hpp"

#include "switch/base/clock.hpp"

#include <gtest/gtest.h>

namespace turnout::app {
namespace {

constexpr std::uint64_t kSecond = kNanosPerSecond;

class HealthWatchTest : public ::testing::Test {
protected:
    HealthWatch watch{"/data/1", 256U << 20U, 64};
    std::uint64_t now = 1'000 * kSecond;
};

TEST_F(HealthWatchTest, says_nothing_about_a_healthy_switch)
{
    for (int second = 0; second < 100; ++second)
        EXPECT_TRUE(watch.look({}, now + static_cast<std::uint64_t>(second) * kSecond).empty());
}

TEST_F(HealthWatchTest, a_full_disk_is_told_at_once_again_each_minute_and_when_it_is_over)
{
    Health health{.segment_shortage = true, .free_bytes = 7U << 20U, .refused = 5};
    auto lines = watch.look(health, now);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].level, LogLevel::error);
    for (auto const* part : {"/data/1 has 7 MiB free", "256 MiB are needed", "free disk space"})
        EXPECT_NE(lines[0].text.find(part), std::string::npos) << lines[0].text;
    health.refused = 105;
    EXPECT_TRUE(watch.look(health, now + 30 * kSecond).empty());
    lines = watch.look(health, now + 60 * kSecond);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines[0].text.find("(100 messages so far)"), std::string::npos) << lines[0].text;
    health.segment_shortage = false;
    lines = watch.look(health, now + 61 * kSecond);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines[0].text.find("payments go on; 100 messages"), std::string::npos);
    EXPECT_TRUE(watch.look(health, now + 100 * kSecond).empty()) << "told already";
}

TEST_F(HealthWatchTest, refusals_by_a_late_journal_are_counted_over_ten_seconds)
{
    EXPECT_EQ(watch.look({.refused = 3}, now).size(), 1U);
    EXPECT_TRUE(watch.look({.refused = 9}, now + 9 * kSecond).empty());
    auto const lines = watch.look({.refused = 9}, now + 10 * kSecond);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].text.rfind("6 messages got 91", 0), 0U) << lines[0].text;
}

TEST_F(HealthWatchTest, want_of_descriptors_names_the_limit)
{
    auto const lines = watch.look({.accept_errors = 2}, now);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_NE(lines[0].text.find("64 open files"), std::string::npos) << lines[0].text;
    EXPECT_TRUE(watch.look({.accept_errors = 2}, now + 60 * kSecond).empty());
}

TEST_F(HealthWatchTest, full_tables_name_the_keys_to_raise)
{
    auto const lines = watch.look({.table_full = 12}, now);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines[0].level, LogLevel::error);
    EXPECT_EQ(lines[0].text.rfind("12 messages got 96", 0), 0U) << lines[0].text;
    EXPECT_NE(lines[0].text.find("holds_max"), std::string::npos) << lines[0].text;
}

}  // namespace
}  // namespace turnout::app
