#include "switch/security/random.hpp"

#include <array>
#include <bit>
#include <stdexcept>

#include <openssl/rand.h>

namespace turnout::security {

void fill_random(ByteSpan out)
{
    auto* const octets = reinterpret_cast<unsigned char*>(out.data());
    if (RAND_priv_bytes(octets, static_cast<int>(out.size())) != 1)
        throw std::runtime_error("no random bytes from OpenSSL");
}

std::uint64_t random_u64()
{
    std::array<std::byte, sizeof(std::uint64_t)> octets{};
    fill_random(octets);
    return std::bit_cast<std::uint64_t>(octets);
}

}  // namespace turnout::security
