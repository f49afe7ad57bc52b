// What lies inside of a value: sub-fields by position, TLV, bitmap, BER-TLV or 2003 data sets.
// Plain data; a dialect holds all of its inner layouts in one table. Reading them: nested.hpp.
#pragma once
#include "protocol/iso8583/field_spec.hpp"

#include <string_view>

namespace turnout::iso8583 {

enum class NestedKind : std::uint8_t {
    positional =
        0,     // sub-fields one behind the other, all of them or the first ones; ids 1, 2, ...
    tlv,       // tag and length of fixed form, e.g. Mastercard's PDS: "0158" "012" value
    bitmap,    // a bitmap, then the sub-fields whose bits are set; ids are bit numbers
    ber_tlv,   // ISO/IEC 8825-1, EMV: ids are tags, 0x9F26
    datasets,  // ISO 8583:2003: id byte, two length bytes, BER-TLV or bitmap inside
};

enum class BitmapForm : std::uint8_t {
    binary = 0,
    hex,         // either case is read, upper case written
    hex_lower,   // the same, lower case written
    hex_ebcdic,  // EBCDIC, upper case
};
[[nodiscard]] constexpr std::size_t bytes_of_bitmap(BitmapForm form, std::size_t bits) noexcept
{
    return form == BitmapForm::binary ? bits / 8 : bits / 4;
}

// Form of a TLV tag.
enum class TagForm : std::uint8_t {
    ascii = 0,  // tag_size characters, digits or letters
    ebcdic,     // the same in EBCDIC
    bcd,        // tag_size digits, two a byte
    binary,     // tag_size bytes
};

struct NestedSpec {
    NestedKind kind = NestedKind::positional;
    TagForm tag = TagForm::ascii;                  // tlv
    std::uint8_t tag_size = 0;                     // tlv: 1..8 characters, digits or bytes
    PrefixKind length_prefix = PrefixKind::ascii;  // tlv: length of each value
    std::uint8_t length_digits = 0;                // tlv
    LengthUnit length_unit = LengthUnit::bytes;    // tlv: units count as the sub-field's spec
    bool length_inclusive = false;                 // tlv: counts its own bytes
    BitmapForm bitmap = BitmapForm::binary;        // bitmap
    std::uint8_t bitmap_bits = 64;                 // bitmap: 8, 16, ... 192
    bool bitmap_chained = false;                   // bitmap: bit 1 announces another one
    std::uint16_t subfield_first = 0;              // in Dialect::subfields
    std::uint16_t subfield_count = 0;

    friend constexpr bool operator==(NestedSpec const&, NestedSpec const&) noexcept = default;
};

// A named part of a value. `id`: position, bit number, BER tag or data set id as a number; TLV tags
// in characters or BCD are packed as ASCII, first character highest: "01" is 0x3031.
struct SubfieldSpec {
    std::uint64_t id = 0;
    FieldSpec spec;         // in tlv, ber_tlv and datasets its prefix is not used
    std::string_view name;  // for people
};

}  // namespace turnout::iso8583
