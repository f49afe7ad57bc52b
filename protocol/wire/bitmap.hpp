// One bitmap word on the wire, as 8 raw bytes or 16 hex digits in ASCII or EBCDIC. In memory the
// lowest bit is the first field of the word, so that walking the fields is "lowest set bit, clear
// it".
#pragma once
#include "protocol/wire/digits.hpp"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace turnout::wire {

inline constexpr std::size_t kBinaryBitmapBytes = 8;
inline constexpr std::size_t kHexBitmapBytes = 16;

[[nodiscard]] constexpr std::uint64_t reverse_bits_in_bytes(std::uint64_t x) noexcept
{
    x = (x >> 1U & 0x55 * kEveryByte) | (x & 0x55 * kEveryByte) << 1U;
    x = (x >> 2U & 0x33 * kEveryByte) | (x & 0x33 * kEveryByte) << 2U;
    return (x >> 4U & 0x0f * kEveryByte) | (x & 0x0f * kEveryByte) << 4U;
}

// `at` has kBinaryBitmapBytes readable bytes.
[[nodiscard]] inline std::uint64_t load_binary_bitmap(std::byte const* at) noexcept
{
    return reverse_bits_in_bytes(load<std::uint64_t>(at));
}

#if defined(__SSE2__)

// Sixteen characters at a time. Taken as signed, what is 0x80 above the first of a range lies below
// the range's size less 0x80 when it is of the range.
struct HexDigits {
    __m128i digit, letter;  // 0xff in the bytes that are one

    explicit HexDigits(__m128i x) noexcept
        : digit(
              _mm_cmplt_epi8(_mm_add_epi8(x, _mm_set1_epi8(0x80 - '0')), _mm_set1_epi8(10 - 0x80))),
          letter(_mm_cmplt_epi8(
              _mm_add_epi8(_mm_or_si128(x, _mm_set1_epi8(0x20)), _mm_set1_epi8(0x80 - 'a')),
              _mm_set1_epi8(6 - 0x80)))
    {
    }
    [[nodiscard]] bool all() const noexcept
    {
        return _mm_movemask_epi8(_mm_or_si128(digit, letter)) == 0xffff;
    }
};

// Whether the sixteen characters at `at` are hex digits.
[[nodiscard]] inline bool all_hex16(std::byte const* at) noexcept
{
    return HexDigits(_mm_loadu_si128(reinterpret_cast<__m128i const*>(at))).all();
}

// `at` has kHexBitmapBytes readable bytes. False, and `word` unchanged, unless all are hex digits.
[[nodiscard]] inline bool load_hex_bitmap(std::byte const* at, std::uint64_t& word) noexcept
{
    auto const x = _mm_loadu_si128(reinterpret_cast<__m128i const*>(at));
    HexDigits const is(x);
    if (!is.all()) [[unlikely]]
        return false;
    auto const nibbles = _mm_add_epi8(_mm_and_si128(x, _mm_set1_epi8(0x0f)),
                                      _mm_and_si128(is.letter, _mm_set1_epi8(9)));
    // Pairs: the first character is the upper nibble and lies in the lower byte.
    auto const pairs = _mm_and_si128(
        _mm_or_si128(_mm_slli_epi16(nibbles, 4), _mm_srli_epi16(nibbles, 8)), _mm_set1_epi16(0xff));
    auto const bytes = _mm_cvtsi128_si64(_mm_packus_epi16(pairs, pairs));
    word = reverse_bits_in_bytes(static_cast<std::uint64_t>(bytes));
    return true;
}

#else

[[nodiscard]] inline bool all_hex16(std::byte const* at) noexcept
{
    return (not_hex(load<std::uint64_t>(at)) | not_hex(load<std::uint64_t>(at + 8))) == 0;
}

// `at` has kHexBitmapBytes readable bytes. False, and `word` unchanged, unless all are hex digits.
[[nodiscard]] inline bool load_hex_bitmap(std::byte const* at, std::uint64_t& word) noexcept
{
    auto const high = load<std::uint64_t>(at);
    auto const low = load<std::uint64_t>(at + 8);
    if ((not_hex(high) | not_hex(low)) != 0) [[unlikely]]
        return false;
    auto const bits = hex_number8(high) << 32U | hex_number8(low);
    word = reverse_bits_in_bytes(__builtin_bswap64(bits));
    return true;
}

#endif

// The same for hex digits in EBCDIC: 0xf0..0xf9, 0xc1..0xc6 and 0x81..0x86.
[[nodiscard]] bool load_ebcdic_bitmap(std::byte const* at, std::uint64_t& word) noexcept;

// All write a word in the form above; `at` has the form's bytes of room.
inline void store_binary_bitmap(std::byte* at, std::uint64_t word) noexcept
{
    store(at, reverse_bits_in_bytes(word));
}
inline void store_hex_bitmap(std::byte* at, std::uint64_t word) noexcept
{
    auto const bits = __builtin_bswap64(reverse_bits_in_bytes(word));
    store(at, hex_chars8(static_cast<std::uint32_t>(bits >> 32U)));
    store(at + 8, hex_chars8(static_cast<std::uint32_t>(bits)));
}

void store_lower_hex_bitmap(std::byte* at, std::uint64_t word) noexcept;
void store_ebcdic_bitmap(std::byte* at, std::uint64_t word) noexcept;  // upper case

}  // namespace turnout::wire
