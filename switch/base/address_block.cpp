#include "switch/base/config.hpp"

#include <charconv>
#include <cstring>

#include <arpa/inet.h>

namespace turnout {

static constexpr unsigned kMappedBits = 96;  // ::ffff:a.b.c.d

static bool bit(std::array<std::uint8_t, 16> const& address, unsigned index) noexcept
{
    return (address[index / 8] >> (7 - index % 8) & 1) != 0;
}

bool AddressBlock::contains(std::array<std::uint8_t, 16> const& peer) const noexcept
{
    auto const whole = prefix_bits / 8;
    if (std::memcmp(peer.data(), address.data(), whole) != 0) return false;
    for (auto index = whole * 8; index < prefix_bits; ++index)
        if (bit(peer, index) != bit(address, index)) return false;
    return true;
}

std::optional<AddressBlock> parse_address_block(std::string_view text)
{
    auto const slash = text.find('/');
    std::string const host(text.substr(0, slash));
    AddressBlock block;
    unsigned offset_bits = 0;
    in_addr v4{};
    in6_addr v6{};
    if (::inet_pton(AF_INET, host.c_str(), &v4) == 1) {
        block.address[10] = block.address[11] = 0xFF;
        std::memcpy(&block.address[12], &v4, sizeof v4);
        offset_bits = kMappedBits;
    } else if (::inet_pton(AF_INET6, host.c_str(), &v6) == 1) {
        std::memcpy(block.address.data(), &v6, sizeof v6);
    } else {
        return std::nullopt;
    }
    block.prefix_bits = 128;
    if (slash != std::string_view::npos) {
        auto const digits = text.substr(slash + 1);
        unsigned bits = 0;
        auto const [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), bits);
        if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
        if (bits > 128 - offset_bits) return std::nullopt;
        block.prefix_bits = offset_bits + bits;
    }
    // Host bits that are set are a typing error more often than a wish.
    for (auto index = block.prefix_bits; index < 128; ++index)
        if (bit(block.address, index)) return std::nullopt;
    return block;
}

}  // namespace turnout
