// The words of the dialect file for every choice of the model, in both directions. One table each;
// the first name of a value is the one that is written. docs/formats/dialect.md lists them.
#pragma once
#include "protocol/iso8583/dialect.hpp"

#include <string_view>

namespace turnout::spec {

template <class Value>
struct Named {
    std::string_view name;
    Value value;
};

inline constexpr Named<iso8583::Attribute> kAttributes[] = {
    {"n", iso8583::Attribute::n},     {"x+n", iso8583::Attribute::xn},
    {"a", iso8583::Attribute::a},     {"an", iso8583::Attribute::an},
    {"as", iso8583::Attribute::as},   {"ans", iso8583::Attribute::ans},
    {"ns", iso8583::Attribute::ns},   {"anp", iso8583::Attribute::anp},
    {"z", iso8583::Attribute::z},     {"b", iso8583::Attribute::b},
    {"any", iso8583::Attribute::any},
};

inline constexpr Named<iso8583::Encoding> kEncodings[] = {
    {"ascii", iso8583::Encoding::ascii},
    {"bcd", iso8583::Encoding::bcd},
    {"ebcdic-037", iso8583::Encoding::ebcdic_037},
    {"ebcdic-500", iso8583::Encoding::ebcdic_500},
    {"ebcdic-1047", iso8583::Encoding::ebcdic_1047},
    {"latin1", iso8583::Encoding::latin1},
    {"utf8", iso8583::Encoding::utf8},
    {"opaque", iso8583::Encoding::opaque},
    {"binary", iso8583::Encoding::binary},
    {"hex", iso8583::Encoding::hex_upper},
    {"hex-lower", iso8583::Encoding::hex_lower},
    {"hex-ebcdic", iso8583::Encoding::hex_ebcdic},
};

inline constexpr Named<iso8583::PrefixKind> kPrefixes[] = {
    {"ascii", iso8583::PrefixKind::ascii},       {"bcd", iso8583::PrefixKind::bcd},
    {"bcd-left", iso8583::PrefixKind::bcd_left}, {"ebcdic", iso8583::PrefixKind::ebcdic},
    {"binary", iso8583::PrefixKind::binary},
};

// "digits" and "characters" say more clearly what the units of the type are.
inline constexpr Named<iso8583::LengthUnit> kUnits[] = {
    {"units", iso8583::LengthUnit::units},      {"bytes", iso8583::LengthUnit::bytes},
    {"nibbles", iso8583::LengthUnit::nibbles},  {"digits", iso8583::LengthUnit::units},
    {"characters", iso8583::LengthUnit::units},
};

inline constexpr Named<iso8583::DigitPad> kPads[] = {
    {"left0", iso8583::DigitPad::left_zero},
    {"leftF", iso8583::DigitPad::left_f},
    {"right0", iso8583::DigitPad::right_zero},
    {"rightF", iso8583::DigitPad::right_f},
};

inline constexpr Named<iso8583::Justify> kJustifies[] = {
    {"left", iso8583::Justify::left},
    {"right", iso8583::Justify::right},
};

inline constexpr Named<iso8583::Charset> kCharsets[] = {
    {"ascii", iso8583::Charset::ascii},
    {"bcd", iso8583::Charset::bcd},
    {"ebcdic", iso8583::Charset::ebcdic},
};

inline constexpr Named<iso8583::BitmapForm> kBitmaps[] = {
    {"binary", iso8583::BitmapForm::binary},
    {"hex", iso8583::BitmapForm::hex},
    {"hex-lower", iso8583::BitmapForm::hex_lower},
    {"hex-ebcdic", iso8583::BitmapForm::hex_ebcdic},
};

inline constexpr Named<iso8583::Tertiary> kTertiaries[] = {
    {"none", iso8583::Tertiary::none},
    {"contiguous", iso8583::Tertiary::contiguous},
    {"inline", iso8583::Tertiary::inline_65},
};

inline constexpr Named<iso8583::HeaderKind> kHeaderKinds[] = {
    {"bytes", iso8583::HeaderKind::bytes},       {"text", iso8583::HeaderKind::text},
    {"digits", iso8583::HeaderKind::digits},     {"bcd", iso8583::HeaderKind::bcd},
    {"constant", iso8583::HeaderKind::constant}, {"tpdu", iso8583::HeaderKind::tpdu},
    {"base1", iso8583::HeaderKind::base1},
};

inline constexpr Named<iso8583::NestedKind> kLayouts[] = {
    {"positional", iso8583::NestedKind::positional}, {"tlv", iso8583::NestedKind::tlv},
    {"bitmap", iso8583::NestedKind::bitmap},         {"ber-tlv", iso8583::NestedKind::ber_tlv},
    {"datasets", iso8583::NestedKind::datasets},
};

inline constexpr Named<iso8583::TagForm> kTagForms[] = {
    {"ascii", iso8583::TagForm::ascii},
    {"ebcdic", iso8583::TagForm::ebcdic},
    {"bcd", iso8583::TagForm::bcd},
    {"binary", iso8583::TagForm::binary},
};

template <class Value, std::size_t kCount>
[[nodiscard]] constexpr std::string_view name_of(Named<Value> const (&table)[kCount],
                                                 Value value) noexcept
{
    for (auto const& row : table)
        if (row.value == value) return row.name;
    return {};
}

}  // namespace turnout::spec
