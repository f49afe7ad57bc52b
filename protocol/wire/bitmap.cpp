#include "protocol/wire/bitmap.hpp"

#include "protocol/wire/ebcdic.hpp"

namespace turnout::wire {

bool load_ebcdic_bitmap(std::byte const* at, std::uint64_t& word) noexcept
{
    std::array<std::byte, kHexBitmapBytes> ascii;
    for (std::size_t i = 0; i < ascii.size(); ++i) {
        auto const digit = ebcdic_hex_digit_of(at[i]);
        if (digit > 15U) return false;
        ascii[i] = static_cast<std::byte>(hex_char_of(digit));
    }
    return load_hex_bitmap(ascii.data(), word);
}

void store_lower_hex_bitmap(std::byte* at, std::uint64_t word) noexcept
{
    store_hex_bitmap(at, word);
    for (std::size_t i = 0; i < kHexBitmapBytes; ++i)
        if (at[i] >= std::byte{'A'}) at[i] |= std::byte{0x20};
}

void store_ebcdic_bitmap(std::byte* at, std::uint64_t word) noexcept
{
    store_hex_bitmap(at, word);
    for (std::size_t i = 0; i < kHexBitmapBytes; ++i)
        at[i] = ebcdic_hex_char_of(hex_digit_of(static_cast<char>(at[i])));
}

}  // namespace turnout::wire
