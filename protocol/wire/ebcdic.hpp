// EBCDIC characters as Latin-1 code points and back, for the three code pages that payment networks
// use. All are permutations of Latin-1, so nothing is lost either way. Pure functions.
#pragma once
#include "protocol/wire/digits.hpp"

namespace turnout::wire {

enum class CodePage : std::uint8_t { ibm_037 = 0, ibm_500, ibm_1047 };

using CharacterTable = std::array<std::uint8_t, 256>;

// Index: EBCDIC byte, value: Latin-1 code point; and the inverse. Static storage.
[[nodiscard]] CharacterTable const& latin1_of_ebcdic(CodePage page) noexcept;
[[nodiscard]] CharacterTable const& ebcdic_of_latin1(CodePage page) noexcept;

// 0..15 for 0xf0..0xf9, 0xc1..0xc6 and 0x81..0x86 (the same in every code page), else 255.
[[nodiscard]] constexpr unsigned ebcdic_hex_digit_of(std::byte character) noexcept
{
    auto const x = static_cast<unsigned>(character);
    if (x >= 0xf0U && x <= 0xf9U) return x - 0xf0U;
    if (x >= 0xc1U && x <= 0xc6U) return x - 0xc1U + 10U;
    if (x >= 0x81U && x <= 0x86U) return x - 0x81U + 10U;
    return 255U;
}
// Upper case, of the low four bits.
[[nodiscard]] constexpr std::byte ebcdic_hex_char_of(unsigned nibble) noexcept
{
    nibble &= 15U;
    return static_cast<std::byte>(nibble < 10U ? 0xf0U + nibble : 0xc1U + nibble - 10U);
}

}  // namespace turnout::wire
