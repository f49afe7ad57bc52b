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

// The DE 7 number of a point in time, for tools and tests.
[[nodiscard]] std::uint64_t ns_to_de7(UnixNanos at) noexcept;

// YYMM of a point in time (2011 = November 2020), for expiry dates; and YYYYMMDD.
[[nodiscard]] std::uint16_t ns_to_yymm(UnixNanos at) noexcept;
[[nodiscard]] std::uint32_t ns_to_yyyymmdd(UnixNanos at) noexcept;

}  // namespace turnout
