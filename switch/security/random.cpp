#include "switch/security/random.hpp"

#include <array>
#include <bit>
#include <stdexcept>

#include <openssl/rand.h>

namespace turnout::security {

std::uint64_t random_u64()
{
    std::array<unsigned char, 8> octets{};
    if (RAND_priv_bytes(octets.data(), static_cast<int>(octets.size())) != 1)
        throw std::runtime_error("no random bytes from OpenSSL");
    return std::bit_cast<std::uint64_t>(octets);
}

}  // namespace turnout::security
