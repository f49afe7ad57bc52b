// Bytes for tests: from and to hex, golden vectors, and a seeded generator that gives the same
// numbers everywhere.
#pragma once
#include "protocol/core/bytes.hpp"
#include "protocol/wire/digits.hpp"

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace turnout::test {

using Bytes = std::vector<std::byte>;

// Throws on anything but pairs of hex digits.
[[nodiscard]] inline Bytes from_hex(std::string_view hex)
{
    Bytes bytes;
    if (hex.size() % 2 != 0) throw std::invalid_argument{"odd number of hex digits"};
    for (std::size_t i = 0; i < hex.size(); i += 2) {
        auto const high = wire::hex_digit_of(hex[i]);
        auto const low = wire::hex_digit_of(hex[i + 1]);
        if ((high | low) > 15) throw std::invalid_argument{"not a hex digit"};
        bytes.push_back(static_cast<std::byte>(high << 4U | low));
    }
    return bytes;
}

[[nodiscard]] inline std::string to_hex(ByteView bytes)
{
    std::string hex;
    for (auto const byte : bytes) {
        hex += wire::hex_char_of(static_cast<unsigned>(byte) >> 4U);
        hex += wire::hex_char_of(static_cast<unsigned>(byte));
    }
    return hex;
}

[[nodiscard]] inline Bytes from_text(std::string_view text)
{
    auto const bytes = as_bytes(text);
    return {bytes.begin(), bytes.end()};
}

// tests/golden/<file>, one line of hex; tests run in the root of the source tree.
[[nodiscard]] inline Bytes golden(std::string const& file)
{
    std::ifstream in{"tests/golden/" + file};
    std::string hex;
    if (!(in >> hex)) throw std::runtime_error{"no golden vector " + file};
    return from_hex(hex);
}

// xorshift64*: small, and the same on every machine.
class Random {
public:
    explicit Random(std::uint64_t seed) noexcept : state_(seed * 2 + 1) {}
    std::uint64_t next() noexcept
    {
        state_ ^= state_ >> 12U;
        state_ ^= state_ << 25U;
        state_ ^= state_ >> 27U;
        return state_ * 0x2545F4914F6CDD1DULL;
    }
    // 0 .. bound - 1
    std::size_t below(std::size_t bound) noexcept { return next() % bound; }

private:
    std::uint64_t state_;
};

}  // namespace turnout::test
