// CRC-32C (Castagnoli, RFC 3720 appendix B.4): the checksum of journal frames and records. Pure,
// any thread. Uses the processor's instruction where there is one, else a table; both are tested
// against each other.
#pragma once
#include "protocol/core/bytes.hpp"

namespace turnout {

// Checksum of `bytes`. Continue one with its result as `seed`:
// crc32c(b, crc32c(a)) == crc32c(a followed by b).
[[nodiscard]] std::uint32_t crc32c(ByteView bytes, std::uint32_t seed = 0) noexcept;

namespace detail {

// The two ways, for tests. The hardware one may be called only when it is supported.
[[nodiscard]] std::uint32_t crc32c_table(ByteView bytes, std::uint32_t seed) noexcept;
[[nodiscard]] std::uint32_t crc32c_hardware(ByteView bytes, std::uint32_t seed) noexcept;
[[nodiscard]] bool crc32c_hardware_supported() noexcept;

}  // namespace detail
}  // namespace turnout
