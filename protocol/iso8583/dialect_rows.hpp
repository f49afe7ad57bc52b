// How a row of an edition's table of attributes becomes a FieldSpec. Private to the built-in
// dialects.
#pragma once
#include "protocol/iso8583/dialect.hpp"

#include <initializer_list>

namespace turnout::iso8583 {

enum class Length : std::uint8_t { fixed = 0, ll = 2, lll = 3, llll = 4 };

struct Row {
    std::uint16_t de;
    Attribute attribute;
    Length length;
    std::uint16_t length_max;  // x+n: with the sign; b: bytes
    bool secret;
    std::string_view name;
};

// One way of putting a table on a wire.
struct RowForm {
    Encoding digits;       // n, x+n
    Encoding track;        // z
    Encoding text;         // all other characters
    Encoding fixed_bytes;  // b of a fixed length; variable ones are raw everywhere
    PrefixKind prefix;
    DigitPad pad;
};

inline constexpr RowForm kAsciiForm = {Encoding::ascii,     Encoding::ascii,   Encoding::ascii,
                                       Encoding::hex_upper, PrefixKind::ascii, DigitPad::left_zero};
inline constexpr RowForm kPackedForm = {Encoding::bcd,    Encoding::bcd,   Encoding::ascii,
                                        Encoding::binary, PrefixKind::bcd, DigitPad::left_zero};
inline constexpr RowForm kEbcdicForm = {Encoding::ebcdic_1047, Encoding::ebcdic_1047,
                                        Encoding::ebcdic_1047, Encoding::binary,
                                        PrefixKind::ebcdic,    DigitPad::left_zero};

[[nodiscard]] constexpr FieldSpec spec_of(Row const& row, RowForm const& form) noexcept
{
    FieldSpec spec;
    spec.attribute = row.attribute;
    spec.length_max = row.length_max;
    spec.secret = row.secret;
    spec.pad = form.pad;
    auto const fixed = row.length == Length::fixed;
    if (!fixed) spec.prefix = form.prefix;
    spec.prefix_digits = static_cast<std::uint8_t>(row.length);
    switch (row.attribute) {
        case Attribute::n:
        case Attribute::xn:
            spec.encoding = form.digits;
            break;
        case Attribute::z:
            spec.encoding = form.track;
            break;
        case Attribute::b:
            spec.encoding = fixed ? form.fixed_bytes : Encoding::binary;
            break;
        default:
            spec.encoding = form.text;
    }
    return spec;
}

template <std::size_t kCount>
[[nodiscard]] constexpr FieldTable fields_of(Row const (&rows)[kCount],
                                             RowForm const& form) noexcept
{
    FieldTable fields{};
    for (auto const& row : rows)
        fields[row.de] = spec_of(row, form);
    return fields;
}

template <std::size_t kCount>
[[nodiscard]] constexpr FieldNames names_of(Row const (&rows)[kCount]) noexcept
{
    FieldNames names{};
    names[0] = "Message type indicator";
    names[1] = "Bit map";
    for (auto const& row : rows)
        names[row.de] = row.name;
    return names;
}

// Inner layouts that the editions themselves define.
inline constexpr std::uint16_t kInnerBerTlv = 1;
inline constexpr std::uint16_t kInnerDatasets = 2;
inline constexpr NestedSpec kInner[] = {{NestedKind::ber_tlv}, {NestedKind::datasets}};

[[nodiscard]] constexpr FieldTable with_nested(FieldTable fields, std::uint16_t inner,
                                               std::initializer_list<unsigned> des) noexcept
{
    for (auto const de : des)
        fields[de].nested = inner;
    return fields;
}

// All of DE 2 to 128, none behind.
[[nodiscard]] constexpr bool complete(Dialect const& dialect) noexcept
{
    for (unsigned de = 2; de <= kFieldsMax; ++de)
        if (dialect.fields[de].defined() != (de <= 128) ||
            (de <= 128 && dialect.fields[de].length_max == 0))
            return false;
    return true;
}

}  // namespace turnout::iso8583
