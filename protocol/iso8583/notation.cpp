#include "protocol/iso8583/notation.hpp"

#include <charconv>

namespace turnout::iso8583 {
namespace {

// The largest number that the length can say: all its digits nine, or all its bits one.
std::uint32_t largest(FieldSpec const& spec) noexcept
{
    std::uint32_t limit = 1;
    for (unsigned i = 0; i < spec.prefix_digits; ++i)
        limit *= spec.prefix == PrefixKind::binary ? 256U : 10U;
    return limit - 1;
}

// Takes what is in front of the next ':' off `text`; all of it when there is none.
std::string_view take(std::string_view& text) noexcept
{
    auto const end = text.find(':');
    auto const part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    return part;
}

bool set_prefix(FieldSpec& spec, std::string_view digits, std::string_view form) noexcept
{
    if (form.size() != 1 || digits.find_first_not_of('L') != std::string_view::npos) return false;
    spec.prefix_digits = static_cast<std::uint8_t>(digits.size());
    switch (form[0]) {
        case 'a':
            spec.prefix = PrefixKind::ascii;
            return true;
        case 'n':
            spec.prefix = PrefixKind::bcd;
            return true;
        case 'e':
            spec.prefix = PrefixKind::ebcdic;
            return true;
        case 'b':
            spec.prefix = PrefixKind::binary;
            spec.prefix_digits = static_cast<std::uint8_t>((digits.size() + 1) / 2);
            return true;
        default:
            return false;
    }
}

bool set_type(FieldSpec& spec, char type) noexcept
{
    switch (type) {
        case 'a':
            spec.attribute = Attribute::ans;
            return true;
        case 'e':
            spec.attribute = Attribute::ans;
            spec.encoding = Encoding::ebcdic_500;
            return true;
        case 'b':
            spec.attribute = Attribute::b;
            spec.encoding = Encoding::binary;
            return true;
        case 'h':
            spec.attribute = Attribute::b;
            spec.encoding = Encoding::hex_upper;
            return true;
        case 'n':
        case 'z':
        case 'x':
            spec.attribute = type == 'n'   ? Attribute::n
                             : type == 'z' ? Attribute::z
                                           : Attribute::xn;
            spec.encoding = Encoding::bcd;
            return true;
        default:
            return false;
    }
}

// The letters and the maximum: "nrf11".
bool set_value(FieldSpec& spec, std::string_view text) noexcept
{
    if (text.empty() || !set_type(spec, text[0])) return false;
    text.remove_prefix(1);
    auto const letters = text.substr(0, text.find_first_of("0123456789"));
    if (letters.find_first_not_of("rlf") != std::string_view::npos) return false;
    auto const right = letters.find('r') != std::string_view::npos;
    auto const with_f = letters.find('f') != std::string_view::npos;
    spec.pad = right ? (with_f ? DigitPad::right_f : DigitPad::right_zero)
                     : (with_f ? DigitPad::left_f : DigitPad::left_zero);
    text.remove_prefix(letters.size());
    auto const* const end = text.data() + text.size();
    auto const parsed = std::from_chars(text.data(), end, spec.length_max);
    return parsed.ec == std::errc{} && parsed.ptr == end;
}

}  // namespace

std::optional<FieldSpec> field_of_notation(std::string_view text) noexcept
{
    FieldSpec spec;
    auto const first = take(text);
    if (first.starts_with('L')) {
        if (!set_prefix(spec, first, take(text)) || !set_value(spec, take(text)))
            return std::nullopt;
    } else if (!set_value(spec, first)) {
        return std::nullopt;
    }
    while (!text.empty()) {
        auto const option = take(text);
        if (option == "incl" && !spec.fixed() && spec.length_max > prefix_bytes(spec)) {
            spec.inclusive = true;
            spec.length_max -= static_cast<std::uint32_t>(prefix_bytes(spec));
        } else if (option == "bytes" && !spec.fixed())
            spec.unit = LengthUnit::bytes;
        else
            return std::nullopt;
    }
    if (problem_of(spec) == SpecProblem::length_over_prefix) spec.length_max = largest(spec);
    if (problem_of(spec) != SpecProblem::none) return std::nullopt;
    return spec;
}

}  // namespace turnout::iso8583
