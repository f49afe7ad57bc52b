#include "switch/base/sleeper.hpp"

#include <cstdint>
#include <thread>

#include <gtest/gtest.h>
#include <poll.h>

namespace turnout {
namespace {

bool readable(Sleeper const& sleeper)
{
    pollfd waiting{.fd = sleeper.descriptor(), .events = POLLIN, .revents = 0};
    return ::poll(&waiting, 1, 0) == 1;
}

TEST(Sleeper, wakes_only_who_said_that_he_sleeps)
{
    Sleeper sleeper;
    sleeper.wake();
    EXPECT_FALSE(readable(sleeper));
    sleeper.announce();
    sleeper.wake();
    EXPECT_TRUE(readable(sleeper));
    sleeper.drain();
    EXPECT_FALSE(readable(sleeper));
}

TEST(Sleeper, wakes_once_per_announcement)
{
    Sleeper sleeper;
    sleeper.announce();
    sleeper.wake();
    sleeper.drain();
    sleeper.wake();
    EXPECT_FALSE(readable(sleeper));
}

TEST(Sleeper, stays_awake_when_told_so)
{
    Sleeper sleeper;
    sleeper.announce();
    sleeper.stay_awake();
    sleeper.wake();
    EXPECT_FALSE(readable(sleeper));
}

TEST(Sleeper, signal_wakes_in_any_case)
{
    Sleeper sleeper;
    sleeper.signal();
    EXPECT_TRUE(readable(sleeper));
    sleeper.block();  // does not hang
    EXPECT_FALSE(readable(sleeper));
}

// A consumer that sleeps whenever it sees nothing new, against a producer that never stops to wait:
// a single lost wake-up hangs the test (its CTest timeout is the alarm).
TEST(Sleeper, no_wake_up_is_lost_between_two_threads)
{
    constexpr std::uint64_t kItems = 200'000;
    Sleeper sleeper;
    std::atomic<std::uint64_t> produced{0};
    std::atomic<std::uint64_t> consumed{0};
    std::uint64_t sleeps = 0;
    std::thread consumer([&] {
        std::uint64_t seen = 0;
        while (seen < kItems) {
            auto const now = produced.load(std::memory_order_acquire);
            if (now != seen) {
                seen = now;
                consumed.store(seen, std::memory_order_release);
                continue;
            }
            sleeper.announce();
            if (produced.load(std::memory_order_acquire) != seen) {
                sleeper.stay_awake();
                continue;
            }
            ++sleeps;
            sleeper.block();
        }
    });
    for (std::uint64_t item = 1; item <= kItems; ++item) {
        produced.store(item, std::memory_order_release);
        sleeper.wake();
        // Every so often wait until the consumer has it, so that it really goes to sleep.
        if (item % 16 == 0)
            while (consumed.load(std::memory_order_acquire) != item)
                std::this_thread::yield();
    }
    consumer.join();
    EXPECT_EQ(consumed.load(), kItems);
    EXPECT_GT(sleeps, 0U);
}

}  // namespace
}  // namespace turnout
