// MMDDhhmmss of DE 7 (UTC) to a point in time and back. The year is the one that puts the date
// nearest to now, so that a message of 31 December arriving on 1 January is a second old.
#pragma once
#include "switch/base/ids.hpp"

#include <cstdint>
#include <optional>

namespace turnout {

// `mmddhhmmss` as a number, 0101000000 .. 1231235959. nullopt when it is no date or time, or when
// there is no such date within 183 days of `now`: 29 February in or nearest to a common year is
// refused, never taken for another day or another year.
[[nodiscard]] std::optional<UnixNanos> de7_to_ns(std::uint64_t mmddhhmmss, UnixNanos now) noexcept;

// de7_to_ns() that remembers the last minute: nearly all messages that arrive together say the same
// one. Same results. One owner, no lock.
class De7Memo {
public:
    [[nodiscard]] std::optional<UnixNanos> read(std::uint64_t mmddhhmmss, UnixNanos now) noexcept
    {
        auto const second = mmddhhmmss % 100;
        if (mmddhhmmss / 100 == minute_ && second < 60) [[likely]] {
            auto const at = minute_ns_ + second * kNanosPerSecond;
            // So near to now it is this year's without asking; other years are much farther away.
            if ((at > now ? at - now : now - at) < kNearNs) [[likely]]
                return at;
        }
        return remember(mmddhhmmss, now);
    }

private:
    static constexpr std::uint64_t kNearNs = 100 * 86'400 * kNanosPerSecond;

    [[nodiscard]] std::optional<UnixNanos> remember(std::uint64_t mmddhhmmss,
                                                    UnixNanos now) noexcept;

    std::uint64_t minute_ = 0;  // MMDDhhmm; no date is zero
    UnixNanos minute_ns_ = 0;
};

// The DE 7 number of a point in time, for tools and tests.
[[nodiscard]] std::uint64_t ns_to_de7(UnixNanos at) noexcept;

// YYMM of a point in time (2011 = November 2020), for expiry dates; and YYYYMMDD.
[[nodiscard]] std::uint16_t ns_to_yymm(UnixNanos at) noexcept;
[[nodiscard]] std::uint32_t ns_to_yyyymmdd(UnixNanos at) noexcept;

}  // namespace turnout
