// Small pieces of text and nibbles that reading and writing of fields share. Private to the codec.
#pragma once
#include "protocol/core/bytes.hpp"
#include "protocol/iso8583/field_spec.hpp"
#include "protocol/wire/ebcdic.hpp"

namespace turnout::iso8583 {

[[nodiscard]] constexpr unsigned nibble_at(std::byte const* at, std::size_t index) noexcept
{
    auto const byte = static_cast<unsigned>(at[index / 2]);
    return index % 2 == 0 ? byte >> 4U : byte & 15U;
}

// Nothing but 0x20..0x7e; eight characters at a time.
[[nodiscard]] bool all_printable(std::string_view text) noexcept;
// Nothing above 0x7f.
[[nodiscard]] bool all_ascii(std::string_view text) noexcept;

// C0 and DEL.
[[nodiscard]] constexpr bool is_control(std::byte byte) noexcept
{
    return byte < std::byte{0x20} || byte == std::byte{0x7f};
}

[[nodiscard]] constexpr wire::CodePage page_of(Encoding encoding) noexcept
{
    return encoding == Encoding::ebcdic_037   ? wire::CodePage::ibm_037
           : encoding == Encoding::ebcdic_500 ? wire::CodePage::ibm_500
                                              : wire::CodePage::ibm_1047;
}

// Units are code points; UTF-8 behind a prefix that counts bytes has bytes as its units.
[[nodiscard]] constexpr bool counts_characters(FieldSpec const& spec) noexcept
{
    return spec.encoding == Encoding::utf8 && (spec.fixed() || spec.unit == LengthUnit::units);
}

// Which of `nibbles` carry the `units` digits; the others are padding.
struct NibbleRange {
    std::size_t begin;
    std::size_t end;
};
[[nodiscard]] constexpr NibbleRange nibble_range(FieldSpec const& spec, std::size_t nibbles,
                                                 std::size_t units) noexcept
{
    if (pads_right(spec.pad)) return {0, units};
    return {nibbles - units, nibbles};
}

// Bytes of the UTF-8 character at `at`: 1 to 4, or 0 when it is malformed or cut. Overlong forms,
// surrogates and what is above U+10FFFF are malformed (RFC 3629 section 4).
[[nodiscard]] std::size_t utf8_size(ByteView bytes, std::size_t at) noexcept;
// For a size of 0: true when more bytes could make it whole.
[[nodiscard]] bool utf8_is_cut(ByteView bytes, std::size_t at) noexcept;

}  // namespace turnout::iso8583
