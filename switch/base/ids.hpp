// Strong identifiers. Two integers of one type side by side in a signature would get swapped one
// day; these cannot be.
#pragma once
#include <compare>
#include <cstdint>

namespace turnout {

// 128-bit random id of an account or a card; never derived from a PAN. Zero = none.
struct Id128 {
    std::uint64_t lo = 0;
    std::uint64_t hi = 0;
    friend constexpr auto operator<=>(Id128 const&, Id128 const&) noexcept = default;
    [[nodiscard]] constexpr bool is_none() const noexcept { return lo == 0 && hi == 0; }
};

// Position of a record in the one order of everything: 1, 2, 3, ... without gaps; 0 = none yet.
using Sequence = std::uint64_t;

// UTC nanoseconds since the UNIX epoch.
using UnixNanos = std::uint64_t;

inline constexpr std::uint64_t kNanosPerSecond = 1'000'000'000;
inline constexpr std::uint64_t kNanosPerMilli = 1'000'000;

// A connection's slot in one loop with its generation: an answer for an older connection that had
// the same slot is recognised and dropped.
struct SessionRef {
    std::uint32_t slot = 0;
    std::uint32_t generation = 0;
    friend constexpr bool operator==(SessionRef, SessionRef) noexcept = default;
};

}  // namespace turnout
