#include "switch/base/clock.hpp"

#include <time.h>

namespace turnout {

static std::uint64_t read_clock(clockid_t id) noexcept
{
    timespec now{};
    clock_gettime(id, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * kNanosPerSecond +
           static_cast<std::uint64_t>(now.tv_nsec);
}

UnixNanos SystemClock::wall_ns() noexcept
{
    return read_clock(CLOCK_REALTIME);
}
std::uint64_t SystemClock::monotonic_ns() noexcept
{
    return read_clock(CLOCK_MONOTONIC);
}

}  // namespace turnout
