// The frequent length prefixes of variable fields: two or three digits, in ASCII, BCD or EBCDIC.
// Whether the length is allowed is the caller's question; here it is only read or written.
#pragma once
#include "protocol/wire/digits.hpp"

namespace turnout::wire {

enum class PrefixForm : std::uint8_t { ascii2, ascii3, bcd2, bcd3, ebcdic2, ebcdic3 };

[[nodiscard]] constexpr std::size_t prefix_bytes(PrefixForm form) noexcept
{
    constexpr std::uint8_t kBytes[] = {2, 3, 1, 2, 2, 3};
    return kBytes[static_cast<unsigned>(form)];
}

inline constexpr unsigned kNoLength = ~0U;

// Value of the prefix at `at`, which has prefix_bytes(form) readable bytes; kNoLength when it is
// not a number. bcd3 has four digits: a value above 999 is returned as it stands.
[[nodiscard]] inline unsigned load_length(PrefixForm form, std::byte const* at) noexcept
{
    auto const first = static_cast<unsigned>(at[0]);
    if (form == PrefixForm::bcd2)
        return (first & 15U) > 9 || first > 0x99 ? kNoLength : first - 6U * (first >> 4U);
    auto const second = static_cast<unsigned>(at[1]);
    if (form == PrefixForm::bcd3) {
        if (nibbles_above_9(first << 8U | second) != 0) return kNoLength;
        return (first - 6U * (first >> 4U)) * 100U + second - 6U * (second >> 4U);
    }
    auto const zero = form >= PrefixForm::ebcdic2 ? 0xf0U : 0x30U;
    auto const tens = first ^ zero;
    auto const ones = second ^ zero;
    if (tens > 9 || ones > 9) return kNoLength;
    auto const two = tens * 10U + ones;
    if (form == PrefixForm::ascii2 || form == PrefixForm::ebcdic2) return two;
    auto const last = static_cast<unsigned>(at[2]) ^ zero;
    return last > 9 ? kNoLength : two * 10U + last;
}

// Index of the first byte of `seen` (a prefix or the beginning of one) that cannot belong to a
// number; seen.size() when there is none.
[[nodiscard]] std::size_t first_not_length(PrefixForm form, ByteView seen) noexcept;

// Writes `units` as a prefix; `at` has prefix_bytes(form) of room and `units` fits the form.
inline void store_length(PrefixForm form, std::byte* at, unsigned units) noexcept
{
    auto const hundreds = units / 100U;
    auto const tens = units / 10U % 10U;
    auto const ones = units % 10U;
    auto const zero = form >= PrefixForm::ebcdic2 ? 0xf0U : 0x30U;
    switch (form) {
        case PrefixForm::bcd3:
            *at++ = static_cast<std::byte>(hundreds);
            [[fallthrough]];
        case PrefixForm::bcd2:
            *at = static_cast<std::byte>(tens << 4U | ones);
            break;
        case PrefixForm::ascii3:
        case PrefixForm::ebcdic3:
            *at++ = static_cast<std::byte>(zero | hundreds);
            [[fallthrough]];
        case PrefixForm::ascii2:
        case PrefixForm::ebcdic2:
            at[0] = static_cast<std::byte>(zero | tens);
            at[1] = static_cast<std::byte>(zero | ones);
            break;
    }
}

}  // namespace turnout::wire
