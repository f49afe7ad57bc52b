#include "switch/net/wall_limit.hpp"

#include "switch/engine/engine.hpp"

#include <gtest/gtest.h>

namespace turnout::net {
namespace {

constexpr UnixNanos kNoon = 1'800'014'400ULL * kNanosPerSecond;
constexpr std::int64_t kSecond = kNanosPerSecond;
constexpr std::int64_t kMinute = 60 * kSecond;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr auto kLead = static_cast<std::int64_t>(WallLimit::kLeadMaxNs);

// A clock that the test sets, and what the limit makes of it.
class WallLimitTest : public ::testing::Test {
protected:
    WallLimitTest() { (void)now(); }
    // How far the limited time is ahead of the true one.
    std::int64_t now()
    {
        return static_cast<std::int64_t>(limit_.limit(true_ns() + error_ns_, monotonic_ns_) -
                                         true_ns());
    }
    std::int64_t after(std::int64_t passed_ns)
    {
        monotonic_ns_ += static_cast<std::uint64_t>(passed_ns);
        return now();
    }
    void set_wrong(std::int64_t error_ns) { error_ns_ = static_cast<std::uint64_t>(error_ns); }
    [[nodiscard]] std::int64_t behind() const
    {
        return static_cast<std::int64_t>(limit_.behind_ns());
    }

private:
    [[nodiscard]] UnixNanos true_ns() const { return kNoon + monotonic_ns_; }
    WallLimit limit_;
    std::uint64_t monotonic_ns_ = 18'000 * kNanosPerSecond;
    std::uint64_t error_ns_ = 0;
};

TEST_F(WallLimitTest, follows_a_clock_that_is_right)
{
    for (int step = 0; step < 100; ++step) {
        EXPECT_EQ(after(step % 7 == 0 ? kHour : kSecond), 0);
        EXPECT_EQ(behind(), 0);
    }
    set_wrong(1);  // slewed a little
    EXPECT_EQ(after(kSecond), 1);
}

TEST_F(WallLimitTest, follows_small_steps_at_once)
{
    set_wrong(kLead);
    EXPECT_EQ(now(), kLead);
    EXPECT_EQ(behind(), 0);
}

TEST_F(WallLimitTest, follows_a_large_step_by_a_second_a_second)
{
    set_wrong(kHour);
    EXPECT_EQ(now(), kLead);
    EXPECT_EQ(behind(), kHour - kLead);
    EXPECT_EQ(after(kMinute), kLead + kMinute);
    for (int batch = 0; batch < 1000; ++batch)
        (void)after(0);
    EXPECT_EQ(now(), kLead + kMinute) << "calls are no time";
    EXPECT_EQ(after(kHour), kHour) << "it was right after all";
    EXPECT_EQ(behind(), 0);
}

TEST_F(WallLimitTest, a_jump_that_is_taken_back_leaves_little)
{
    set_wrong(1000 * kHour);
    std::int64_t latest = 0;
    for (int second = 0; second < 120; ++second)
        latest = after(kSecond);
    set_wrong(0);
    EXPECT_EQ(now(), 0);
    EXPECT_EQ(latest, kLead + 2 * kMinute);
    // Less than the window of originals, so none was or will be refused for it.
    EXPECT_LT(latest, static_cast<std::int64_t>(engine::EngineConfig{}.financial_window_ns));
}

TEST_F(WallLimitTest, a_step_back_is_followed_at_once_and_its_end_too)
{
    set_wrong(-kHour);
    EXPECT_EQ(now(), -kHour);
    EXPECT_EQ(after(kMinute), -kHour);
    set_wrong(0);
    EXPECT_EQ(now(), 0) << "it was not wrong for long";
    set_wrong(-kHour);
    EXPECT_EQ(after(2 * kHour), -kHour);
    set_wrong(0);
    EXPECT_EQ(now(), kLead - kHour) << "as good as a jump ahead";
}

TEST_F(WallLimitTest, many_jumps_gain_no_more_than_one)
{
    std::int64_t lead = 0;
    for (int jump = 0; jump < 100; ++jump) {
        set_wrong(kHour);
        lead = after(kSecond);
        set_wrong(0);
        EXPECT_EQ(after(kSecond), 0);
    }
    EXPECT_EQ(lead, kLead + kSecond);
}

}  // namespace
}  // namespace turnout::net
