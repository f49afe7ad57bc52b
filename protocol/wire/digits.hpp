// Digit and character classes, eight bytes at a time, and conversions between digits and numbers.
// Pure functions on borrowed bytes. A mask function marks every wrong byte with exactly its top
// bit (no carry into neighbours), so a mask says whether and where: bad_at(mask).
#pragma once
#include "protocol/core/bytes.hpp"

#include <array>
#include <bit>
#include <cstdint>

namespace turnout::wire {

inline constexpr std::uint64_t kEveryByte = 0x0101010101010101ULL;
inline constexpr std::uint64_t kTopBits = 0x80 * kEveryByte;

// Index of the first wrong byte; `mask` is not 0.
[[nodiscard]] constexpr std::size_t bad_at(std::uint64_t mask) noexcept
{
    return static_cast<std::size_t>(std::countr_zero(mask)) / 8U;
}

// Marks nibbles above 9 with their top bit, then folds to the byte's top bit.
[[nodiscard]] constexpr std::uint64_t fold_nibbles(std::uint64_t marks) noexcept
{
    return (marks | marks << 4U) & kTopBits;
}
[[nodiscard]] constexpr std::uint64_t nibbles_above_9(std::uint64_t x) noexcept
{
    return x & (x << 1U | x << 2U) & (0x88 * kEveryByte);
}
[[nodiscard]] constexpr std::uint64_t not_bcd(std::uint64_t x) noexcept
{
    return fold_nibbles(nibbles_above_9(x));
}
// Track data in nibbles: 0..9, and D as separator.
[[nodiscard]] constexpr std::uint64_t not_track(std::uint64_t x) noexcept
{
    auto const separator = x << 1U & ~(x << 2U) & x << 3U;
    return fold_nibbles(nibbles_above_9(x) & ~separator);
}
[[nodiscard]] constexpr std::uint64_t not_digits(std::uint64_t x) noexcept
{
    auto const y = x ^ (0x30 * kEveryByte);
    return (((y & ~kTopBits) + 0x76 * kEveryByte) | y) & kTopBits;
}
// Printable ASCII: 0x20..0x7e.
[[nodiscard]] constexpr std::uint64_t not_printable(std::uint64_t x) noexcept
{
    auto const low = x & ~kTopBits;
    return (~(low + 0x60 * kEveryByte) | (low + kEveryByte) | x) & kTopBits;
}
// EBCDIC digits: 0xf0..0xf9, in every code page.
[[nodiscard]] constexpr std::uint64_t not_ebcdic_digits(std::uint64_t x) noexcept
{
    return not_digits(x ^ (0xc0 * kEveryByte));
}
// EBCDIC without its controls: 0x40..0xfe, in every Latin-1 code page.
[[nodiscard]] constexpr std::uint64_t not_graphic_ebcdic(std::uint64_t x) noexcept
{
    auto const low = x & ~kTopBits;
    return (~(x | x << 1U) | ((low + kEveryByte) & x)) & kTopBits;
}
// Hex digits, upper or lower case.
[[nodiscard]] constexpr std::uint64_t not_hex(std::uint64_t x) noexcept
{
    auto const letter = ((x | 0x20 * kEveryByte) ^ (0x60 * kEveryByte)) & ~kTopBits;  // 1..6
    auto const not_letter = (letter + 0x79 * kEveryByte) | ~(letter + 0x7f * kEveryByte);
    auto const low = (x ^ (0x30 * kEveryByte)) & ~kTopBits;
    return (((low + 0x76 * kEveryByte) & not_letter) | x) & kTopBits;
}

// The last `bytes` (1..8) bytes in front of `end`, first byte lowest, rest 0. Reads eight bytes
// in front of `end`: the caller knows that so many belong to the same buffer.
[[nodiscard]] inline std::uint64_t load_last(std::byte const* end, std::size_t bytes) noexcept
{
    return load<std::uint64_t>(end - 8) >> (64U - 8U * bytes);
}
// The first `bytes` (0..8) bytes at `at`, first byte lowest, rest 0; reads nothing else.
[[nodiscard]] inline std::uint64_t load_first(std::byte const* at, std::size_t bytes) noexcept
{
    std::uint64_t x = 0;
    std::memcpy(&x, at, bytes);
    return x;
}

// A decimal digit of a character, or a value above 9.
[[nodiscard]] constexpr unsigned digit_of(std::byte character) noexcept
{
    return static_cast<unsigned>(character) ^ 0x30U;
}
// 0..15, or 255 when the character is not a hex digit.
[[nodiscard]] constexpr unsigned hex_digit_of(char character) noexcept
{
    if (character >= '0' && character <= '9') return static_cast<unsigned>(character - '0');
    if (character >= 'A' && character <= 'F') return static_cast<unsigned>(character - 'A') + 10U;
    if (character >= 'a' && character <= 'f') return static_cast<unsigned>(character - 'a') + 10U;
    return 255U;
}
[[nodiscard]] constexpr char hex_char_of(unsigned nibble) noexcept
{
    return "0123456789ABCDEF"[nibble & 15U];
}

// Up to 16 BCD digits, right-aligned in `x` (last digit in the lowest nibble), as a number.
[[nodiscard]] constexpr std::uint64_t bcd_number(std::uint64_t x) noexcept
{
    x -= 6U * (x >> 4U & 0x0f * kEveryByte);
    x -= 156U * (x >> 8U & 0x00ff00ff00ff00ffULL);
    x -= 55536U * (x >> 16U & 0x0000ffff0000ffffULL);
    return x - 4194967296U * (x >> 32U);
}
// Eight ASCII digits, first byte lowest, most significant digit first, as a number.
[[nodiscard]] constexpr std::uint64_t ascii_number8(std::uint64_t x) noexcept
{
    x &= 0x0f * kEveryByte;
    x = (x * 10U + (x >> 8U)) & 0x00ff00ff00ff00ffULL;
    x = (x * 100U + (x >> 16U)) & 0x0000ffff0000ffffULL;
    return (x * 10000U + (x >> 32U)) & 0xffffffffULL;
}
// Eight hex digits, first byte lowest, most significant digit first, as 32 bits.
[[nodiscard]] constexpr std::uint64_t hex_number8(std::uint64_t x) noexcept
{
    x = (x & 0x0f * kEveryByte) + 9U * (x >> 6U & kEveryByte);
    x = __builtin_bswap64(x);
    x = (x | x >> 4U) & 0x00ff00ff00ff00ffULL;
    x = (x | x >> 8U) & 0x0000ffff0000ffffULL;
    return (x | x >> 16U) & 0xffffffffULL;
}
// Eight hex characters, upper case, of 32 bits; first character in the lowest byte.
[[nodiscard]] constexpr std::uint64_t hex_chars8(std::uint32_t value) noexcept
{
    auto x = std::uint64_t{value};
    x = (x | x << 16U) & 0x0000ffff0000ffffULL;
    x = (x | x << 8U) & 0x00ff00ff00ff00ffULL;
    x = (x | x << 4U) & 0x0f * kEveryByte;
    auto const letter = (x + 6U * kEveryByte) >> 4U & kEveryByte;
    return __builtin_bswap64(x + 0x30 * kEveryByte + 7U * letter);
}

// 10^0 .. 10^19
inline constexpr std::array<std::uint64_t, 20> kPowersOf10 = [] {
    std::array<std::uint64_t, 20> powers{1};
    for (std::size_t i = 1; i < powers.size(); ++i)
        powers[i] = powers[i - 1] * 10U;
    return powers;
}();
// True when `value` has at most `digits` decimal digits.
[[nodiscard]] constexpr bool fits_digits(std::size_t digits, std::uint64_t value) noexcept
{
    return digits >= kPowersOf10.size() || value < kPowersOf10[digits];
}

// 0..99 as one BCD byte.
[[nodiscard]] constexpr std::byte bcd_pair(unsigned value) noexcept
{
    return static_cast<std::byte>(value + 6U * (value / 10U));
}
// 0..9999 as four ASCII digits or two BCD bytes.
inline void put_ascii4(std::byte* out, unsigned value) noexcept
{
    for (unsigned i = 4; i > 0; --i, value /= 10U)
        out[i - 1] = static_cast<std::byte>(0x30U | value % 10U);
}
inline void put_bcd4(std::byte* out, unsigned value) noexcept
{
    out[0] = bcd_pair(value / 100U);
    out[1] = bcd_pair(value % 100U);
}

// Writes `digits` decimal digits of `value`, zero-padded left, as ASCII or as BCD (an odd count
// starts with a zero nibble). Digits that do not fit are lost: ask fits_digits() first.
void put_ascii_number(std::byte* out, std::size_t digits, std::uint64_t value) noexcept;
void put_bcd_number(std::byte* out, std::size_t digits, std::uint64_t value) noexcept;
// Decimal digits that `value` needs, at least 1.
[[nodiscard]] unsigned decimal_digits(std::uint64_t value) noexcept;

}  // namespace turnout::wire
