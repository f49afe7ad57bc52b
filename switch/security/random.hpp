// Random bits from OpenSSL's generator, for what must never repeat. Start-up only.
#pragma once
#include <cstdint>

namespace turnout::security {

// Throws std::runtime_error when the generator fails.
[[nodiscard]] std::uint64_t random_u64();

}  // namespace turnout::security
