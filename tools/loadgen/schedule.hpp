// When each message of an open-model run is meant to leave: fixed by the rate alone, never by how
// the peer answers (no coordinated omission). Exact integer arithmetic: no drift in a long run.
#pragma once
#include "tools/loadgen/units.hpp"

namespace turnout::loadgen {

class Schedule {
public:
    constexpr Schedule(Rate rate, std::uint64_t start_ns) noexcept
        : rate_(rate), start_ns_(start_ns)
    {
    }

    // Intended send time of message `index` (0, 1, ...), in the clock of start_ns.
    [[nodiscard]] constexpr std::uint64_t intended_ns(std::uint64_t index) const noexcept
    {
        return start_ns_ + index / rate_.count * rate_.period_ns +
               index % rate_.count * rate_.period_ns / rate_.count;
    }

    // How long to wait before message `index` is due; 0 when it is.
    [[nodiscard]] constexpr std::uint64_t wait_ns(std::uint64_t index,
                                                  std::uint64_t now_ns) const noexcept
    {
        auto const due = intended_ns(index);
        return due > now_ns ? due - now_ns : 0;
    }

private:
    Rate rate_;
    std::uint64_t start_ns_;
};

}  // namespace turnout::loadgen
