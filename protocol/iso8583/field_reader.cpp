// Reading half of field_codec.hpp.
#include "protocol/iso8583/field_codec.hpp"
#include "protocol/iso8583/field_text.hpp"
#include "protocol/wire/ebcdic.hpp"

namespace turnout::iso8583 {
namespace {

constexpr unsigned kNoDigit = 255;

bool is_character_prefix(PrefixKind kind) noexcept
{
    return kind == PrefixKind::ascii || kind == PrefixKind::ebcdic;
}

// Where digit i of a prefix with an even count of packed digits stands.
std::size_t prefix_digit_byte(PrefixKind kind, unsigned i) noexcept
{
    return is_character_prefix(kind) ? i : i / 2;
}
// That digit, or kNoDigit; its byte is there.
unsigned prefix_digit(PrefixKind kind, std::byte const* at, unsigned i) noexcept
{
    auto const zero = kind == PrefixKind::ebcdic ? 0xf0U : 0x30U;
    auto const digit =
        is_character_prefix(kind) ? static_cast<unsigned>(at[i]) ^ zero : nibble_at(at, i);
    return digit > 9 ? kNoDigit : digit;
}

// The nibble that an odd count leaves over must be 0.
bool pad_of_prefix_is_bad(PrefixKind kind, unsigned digits, std::byte const* at) noexcept
{
    if (digits % 2 == 0) return false;
    if (kind == PrefixKind::bcd) return nibble_at(at, 0) > 9;
    return kind == PrefixKind::bcd_left && nibble_at(at, digits) != 0;
}

// What an inclusive prefix counts for itself.
std::size_t own_length(FieldSpec const& spec) noexcept
{
    if (!spec.inclusive) return 0;
    auto const bytes = prefix_bytes(spec);
    return spec.unit == LengthUnit::nibbles ? 2 * bytes : bytes;
}

bool is_packed(FieldSpec const& spec) noexcept
{
    return spec.encoding == Encoding::bcd;
}

// Bytes of the value that `declared` units, bytes or nibbles announce; false when they cannot be a
// whole number of what the field is made of. Not for characters of UTF-8.
bool bytes_of_declared(FieldSpec const& spec, std::size_t declared, std::size_t& bytes) noexcept
{
    switch (spec.unit) {
        case LengthUnit::units:
            bytes = value_bytes(spec, declared);
            return spec.attribute != Attribute::xn || declared != 0;
        case LengthUnit::bytes:
            bytes = declared;
            break;
        case LengthUnit::nibbles:
            bytes = (declared + 1) / 2;
            if (!is_packed(spec) && declared % 2 != 0) return false;
            break;
    }
    if (spec.attribute == Attribute::xn && bytes == 0) return false;
    return !is_hex(spec.encoding) || bytes % 2 == 0;
}

std::size_t units_of_bytes(FieldSpec const& spec, std::size_t bytes) noexcept
{
    if (is_hex(spec.encoding)) return bytes / 2;
    if (!is_packed(spec)) return bytes;
    if (spec.attribute == Attribute::xn) return bytes == 0 ? 0 : 2 * bytes - 1;
    return 2 * bytes;
}

Fault read_value(FieldSpec const& spec, ByteView bytes, FieldPlace& place) noexcept
{
    if (place.value_bytes > bytes.size() - place.value_at) return {Errc::truncated, bytes.size()};
    auto const value = bytes.subspan(place.value_at, place.value_bytes);
    auto fault = check_value(spec, value, place.units);
    fault.at += place.value_at;
    return fault;
}

// Counts `characters` of UTF-8 from value_at; malformed bytes are found here.
Fault measure_utf8(ByteView bytes, std::size_t characters, FieldPlace& place) noexcept
{
    auto at = place.value_at;
    for (std::size_t i = 0; i < characters; ++i) {
        auto const size = utf8_size(bytes, at);
        if (size == 0) {
            auto const cut = utf8_is_cut(bytes, at);
            return cut ? Fault{Errc::truncated, bytes.size()} : Fault{Errc::bad_character, at};
        }
        at += size;
    }
    place.value_bytes = at - place.value_at;
    place.units = characters;
    return {};
}

Fault read_measured(FieldSpec const& spec, ByteView bytes, std::size_t at,
                    FieldPlace& place) noexcept
{
    std::uint32_t number = 0;
    if (auto const fault = read_length(spec.prefix, spec.prefix_digits, bytes, at, number);
        !fault.ok())
        return fault;
    auto const own = own_length(spec);
    if (number < own) return {Errc::length_under_min, at};
    std::size_t const declared = number - own;
    place.value_at = at + prefix_bytes(spec);
    if (counts_characters(spec)) {
        if (declared > spec.length_max) return {Errc::length_over_max, at};
        if (declared < spec.length_min) return {Errc::length_under_min, at};
        auto const fault = measure_utf8(bytes, declared, place);
        return fault.ok() ? read_value(spec, bytes, place) : fault;
    }
    if (!bytes_of_declared(spec, declared, place.value_bytes)) return {Errc::bad_length, at};
    auto const digits = is_packed(spec) && spec.attribute != Attribute::xn;
    auto const counted =
        spec.unit == LengthUnit::units || (digits && spec.unit == LengthUnit::nibbles);
    place.units = counted ? declared : units_of_bytes(spec, place.value_bytes);
    // Digits that a count of bytes includes as padding are not part of the value.
    auto const whole = place.value_bytes <= bytes.size() - place.value_at;
    if (spec.unit == LengthUnit::bytes && whole)
        place.units = units_of(spec, bytes.subspan(place.value_at, place.value_bytes));
    if (place.units > spec.length_max) return {Errc::length_over_max, at};
    if (place.units < spec.length_min) return {Errc::length_under_min, at};
    return read_value(spec, bytes, place);
}

// Content checks, one for each way of lying on the wire.

bool is_sign(FieldSpec const& spec, std::byte byte) noexcept
{
    auto const ebcdic = is_ebcdic(spec.encoding);
    auto const x = static_cast<unsigned>(byte);
    if (spec.free_sign) return ebcdic ? x >= 0x40U && x != 0xffU : x >= 0x20U && x < 0x7fU;
    auto const credit = ebcdic ? 0xc3U : 0x43U;
    return x == credit || x == credit + 1U;
}

Fault check_characters(FieldSpec const& spec, ByteView value) noexcept
{
    auto const zero = is_ebcdic(spec.encoding) ? 0xf0U : 0x30U;
    std::size_t i = 0;
    if (spec.attribute == Attribute::xn) {
        if (value.empty() || !is_sign(spec, value[0])) return {Errc::bad_sign, 0};
        ++i;
    }
    for (; i < value.size(); ++i)
        if ((static_cast<unsigned>(value[i]) ^ zero) > 9U) return {Errc::bad_digits, i};
    return {};
}

Fault check_packed(FieldSpec const& spec, ByteView value, std::size_t units) noexcept
{
    std::size_t first = 0;
    if (spec.attribute == Attribute::xn) {
        if (value.empty() || !is_sign(spec, value[0])) return {Errc::bad_sign, 0};
        first = 2;
        units -= 1;
    }
    auto const range = nibble_range(spec, value.size() * 2 - first, units);
    for (std::size_t i = 0; i < value.size() * 2 - first; ++i) {
        auto const nibble = nibble_at(value.data(), first + i);
        auto const is_pad = i < range.begin || i >= range.end;
        auto const wanted = pads_f(spec.pad) ? 15U : 0U;
        auto const separator = spec.attribute == Attribute::z && nibble == 13U;
        if (is_pad ? nibble != wanted : nibble > 9U && !separator)
            return {Errc::bad_digits, (first + i) / 2};
    }
    return {};
}

Fault check_hex(FieldSpec const& spec, ByteView value) noexcept
{
    auto const ebcdic = spec.encoding == Encoding::hex_ebcdic;
    for (std::size_t i = 0; i < value.size(); ++i) {
        auto const digit = ebcdic ? wire::ebcdic_hex_digit_of(value[i])
                                  : wire::hex_digit_of(static_cast<char>(value[i]));
        if (digit > 15U) return {Errc::bad_digits, i};
    }
    return {};
}

Fault check_utf8(FieldSpec const& spec, ByteView value) noexcept
{
    for (std::size_t at = 0; at < value.size();) {
        auto const size = utf8_size(value, at);
        auto const control = spec.attribute != Attribute::any && size == 1 && is_control(value[at]);
        if (size == 0 || control) return {Errc::bad_character, at};
        at += size;
    }
    return {};
}

Fault check_printable(FieldSpec const& spec, ByteView value) noexcept
{
    for (std::size_t i = 0; i < value.size(); ++i) {
        auto const x = static_cast<unsigned>(value[i]);
        auto good = true;
        if (is_ebcdic(spec.encoding))
            good = x >= 0x40U && x != 0xffU;
        else if (spec.encoding == Encoding::latin1)
            good = !is_control(value[i]) && (x < 0x80U || x >= 0xa0U);
        else
            good = x >= 0x20U && x < 0x7fU;
        if (!good) return {Errc::bad_character, i};
    }
    return {};
}

}  // namespace

Fault read_length(PrefixKind kind, unsigned digits, ByteView bytes, std::size_t at,
                  std::uint32_t& number) noexcept
{
    auto const size = prefix_bytes(kind, digits);
    auto const seen = std::min(size, bytes.size() - at);
    number = 0;
    if (kind == PrefixKind::binary) {
        if (seen < size) return {Errc::truncated, bytes.size()};
        for (std::size_t i = 0; i < size; ++i)
            number = number << 8U | static_cast<std::uint32_t>(bytes[at + i]);
        return {};
    }
    auto const* const first = bytes.data() + at;
    // The zero in front of an odd count may be a digit of a longer number: 3 digits in 2 bytes.
    auto const extra = kind == PrefixKind::bcd ? digits % 2 : 0U;
    for (unsigned i = 0; i < digits + extra; ++i) {
        auto const byte = prefix_digit_byte(kind, i);
        if (byte >= seen) return {Errc::truncated, bytes.size()};
        auto const digit = prefix_digit(kind, first, i);
        if (digit > 9U) return {Errc::bad_length, at + byte};
        number = number * 10U + digit;
    }
    if (seen < size) return {Errc::truncated, bytes.size()};
    if (pad_of_prefix_is_bad(kind, digits, first)) return {Errc::bad_length, at + size - 1};
    return {};
}

Fault read_field(FieldSpec const& spec, ByteView bytes, std::size_t at, FieldPlace& place) noexcept
{
    if (!spec.fixed()) return read_measured(spec, bytes, at, place);
    place.value_at = at;
    place.units = spec.length_max;
    place.value_bytes = value_bytes(spec, spec.length_max);
    if (spec.encoding == Encoding::utf8)
        if (auto const fault = measure_utf8(bytes, spec.length_max, place); !fault.ok())
            return fault;
    return read_value(spec, bytes, place);
}

Fault check_value(FieldSpec const& spec, ByteView value, std::size_t units) noexcept
{
    if (is_hex(spec.encoding)) return check_hex(spec, value);
    if (spec.encoding == Encoding::utf8) return check_utf8(spec, value);
    switch (spec.attribute) {
        case Attribute::undefined:
            return {Errc::unknown_field, 0};
        case Attribute::n:
        case Attribute::xn:
            return is_packed(spec) ? check_packed(spec, value, units)
                                   : check_characters(spec, value);
        case Attribute::z:
            return is_packed(spec) ? check_packed(spec, value, units)
                                   : check_printable(spec, value);
        case Attribute::b:
        case Attribute::any:
            return {};
        default:
            break;
    }
    return spec.encoding == Encoding::opaque ? Fault{} : check_printable(spec, value);
}

std::size_t units_of(FieldSpec const& spec, ByteView value) noexcept
{
    if (counts_characters(spec)) {
        std::size_t characters = 0;
        for (auto const byte : value)
            if ((byte & std::byte{0xc0}) != std::byte{0x80}) ++characters;
        return characters;
    }
    auto const units = units_of_bytes(spec, value.size());
    if (!is_packed(spec) || !pads_f(spec.pad) || value.empty()) return units;
    auto const pad = pads_right(spec.pad) ? nibble_at(value.data(), value.size() * 2 - 1)
                                          : nibble_at(value.data(), 0);
    return pad == 15U && spec.attribute != Attribute::xn ? units - 1 : units;
}

}  // namespace turnout::iso8583
