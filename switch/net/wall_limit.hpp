// The wall clock as the engine may see it. Records never go back in time, so a clock that jumps
// ahead and is set right again would leave every request outside its window until it has caught up.
// Hence wall time may run ahead of monotonic time at once by a lead only; a larger step is followed
// slowly. A clock that is set back is followed at once. Pure: the caller reads the clocks.
#pragma once
#include "switch/base/ids.hpp"

namespace turnout::net {

class WallLimit {
public:
    // A step ahead up to this is followed at once: a third of the usual window of originals.
    static constexpr std::uint64_t kLeadMaxNs = 300 * kNanosPerSecond;

    // What to give the engine for this reading of both clocks; at most `wall_ns`. `monotonic_ns`
    // must not go back between calls. The first call takes the wall clock as it is; afterwards a
    // step beyond the lead is made up for by one second per second.
    [[nodiscard]] UnixNanos limit(UnixNanos wall_ns, std::uint64_t monotonic_ns) noexcept
    {
        auto const offset = static_cast<std::int64_t>(wall_ns - monotonic_ns);
        auto const wanted = offset + static_cast<std::int64_t>(kLeadMaxNs);
        if (!is_set_) {
            is_set_ = true;
            ceiling_ = wanted;
        } else {
            auto const passed = static_cast<std::int64_t>(monotonic_ns - monotonic_ns_);
            if (wanted - ceiling_ > passed)
                ceiling_ += passed;
            else if (ceiling_ - wanted > passed)
                ceiling_ -= passed;
            else
                ceiling_ = wanted;
        }
        monotonic_ns_ = monotonic_ns;
        behind_ns_ = offset > ceiling_ ? static_cast<std::uint64_t>(offset - ceiling_) : 0;
        return wall_ns - behind_ns_;
    }

    // How far the result of the last call was behind the wall clock; 0 nearly always.
    [[nodiscard]] std::uint64_t behind_ns() const noexcept { return behind_ns_; }

private:
    bool is_set_ = false;
    std::int64_t ceiling_ = 0;  // largest wall - monotonic that is followed
    std::uint64_t monotonic_ns_ = 0;
    std::uint64_t behind_ns_ = 0;
};

}  // namespace turnout::net
