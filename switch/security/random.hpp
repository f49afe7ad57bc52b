// Random bits from OpenSSL's private generator, for what must never repeat or be guessed: keys,
// account ids, where frame counters start. Start-up only.
#pragma once
#include "protocol/core/bytes.hpp"

#include <cstdint>

namespace turnout::security {

// Fill all of `out`; throw std::runtime_error when the generator fails.
void fill_random(ByteSpan out);
[[nodiscard]] std::uint64_t random_u64();

}  // namespace turnout::security
