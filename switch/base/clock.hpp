// Time as a port: the switch runs on this, tests and the simulator on a FakeClock.
#pragma once
#include "switch/base/ids.hpp"

namespace turnout {

class Clock {
public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual UnixNanos wall_ns() noexcept = 0;           // UTC, may step
    [[nodiscard]] virtual std::uint64_t monotonic_ns() noexcept = 0;  // never steps back
};

// The machine's clocks. Stateless, any thread.
class SystemClock final : public Clock {
public:
    [[nodiscard]] UnixNanos wall_ns() noexcept override;
    [[nodiscard]] std::uint64_t monotonic_ns() noexcept override;
};

}  // namespace turnout
