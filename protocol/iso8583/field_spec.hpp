// How one value lies on the wire, said completely: class, encoding, length, padding, inner layout.
// Plain data without pointers: a dialect is a table of these, built in or loaded. The same struct
// describes data elements and sub-fields. Public source of the variants: docs/formats/wire.md.
#pragma once
#include <cstddef>
#include <cstdint>

namespace turnout::iso8583 {

// Attributes of the standard (ISO 8583:1987 clause 4.2). The codec checks digits, track nibbles and
// signs exactly; a, an, as, ans, ns and anp are all "printable", as networks fill them freely.
enum class Attribute : std::uint8_t {
    undefined = 0,  // this dialect has no such field
    n,              // digits
    xn,             // C or D, then digits; the length counts the sign
    a,
    an,
    as,
    ans,
    ns,
    anp,
    z,    // track data
    b,    // bytes; the length counts bytes
    any,  // characters of which the codec checks nothing: national text, code pages
};

// Form of the value. Attribute and encoding must fit: see problem_of().
enum class Encoding : std::uint8_t {
    ascii = 0,   // n, xn, z and all text
    bcd,         // n, z (separator D) and the digits behind the ASCII sign of xn
    ebcdic_037,  // IBM code pages; digits and letters are the same in all three
    ebcdic_500,
    ebcdic_1047,
    latin1,     // text, ISO 8859-1: any byte but the controls
    utf8,       // text: well-formed UTF-8
    opaque,     // text of some 8-bit or multi-byte set (GBK): bytes are kept as they are
    binary,     // b: raw
    hex_upper,  // b as hex digits, two a byte; either case is read, this one is written
    hex_lower,
    hex_ebcdic,  // b as hex digits in EBCDIC, upper case
};

// Form of the length in front of a value.
enum class PrefixKind : std::uint8_t {
    none = 0,  // the field has its maximum as its fixed length
    ascii,     // 1..6 digits
    bcd,       // 1..6 digits, two a byte, odd counts with a zero nibble in front
    bcd_left,  // the same, with the zero nibble behind
    ebcdic,    // 1..6 digits
    binary,    // 1..4 bytes, big endian: prefix_digits counts bytes
};

// What the prefix counts.
enum class LengthUnit : std::uint8_t {
    units = 0,  // as the attribute counts: digits, characters (code points in UTF-8), bytes of b
    bytes,      // bytes of the value on the wire; BCD then has twice as many digits
    nibbles,    // half bytes of the value on the wire
};

// Where the odd nibble of packed digits is, and what it holds.
enum class DigitPad : std::uint8_t { left_zero = 0, left_f, right_zero, right_f };

// Side of the fill characters of fixed text; digits are always filled with zeros on the left.
enum class Justify : std::uint8_t { left = 0, right };

struct FieldSpec {
    Attribute attribute = Attribute::undefined;
    Encoding encoding = Encoding::ascii;
    PrefixKind prefix = PrefixKind::none;
    std::uint8_t prefix_digits = 0;  // 0 without a prefix
    LengthUnit unit = LengthUnit::units;
    bool inclusive = false;  // the prefix counts its own bytes too (nibbles: twice them)
    DigitPad pad = DigitPad::left_zero;
    Justify justify = Justify::left;  // builder, fixed text
    char fill = ' ';                  // builder, fixed text
    bool secret = false;              // PAN, tracks, PIN, keys: never shown in clear
    bool free_sign = false;           // xn: any printable character may stand for the sign
    std::uint16_t nested = 0;         // 1 + index in Dialect::nested; 0: nothing inside
    std::uint32_t length_min = 0;     // units, variable fields
    std::uint32_t length_max = 0;     // units; of a fixed field: its length

    friend constexpr bool operator==(FieldSpec const&, FieldSpec const&) noexcept = default;
    [[nodiscard]] constexpr bool defined() const noexcept
    {
        return attribute != Attribute::undefined;
    }
    [[nodiscard]] constexpr bool fixed() const noexcept { return prefix == PrefixKind::none; }
};
static_assert(sizeof(FieldSpec) == 24);

[[nodiscard]] constexpr bool is_ebcdic(Encoding encoding) noexcept
{
    return encoding == Encoding::ebcdic_037 || encoding == Encoding::ebcdic_500 ||
           encoding == Encoding::ebcdic_1047;
}
[[nodiscard]] constexpr bool is_hex(Encoding encoding) noexcept
{
    return encoding == Encoding::hex_upper || encoding == Encoding::hex_lower ||
           encoding == Encoding::hex_ebcdic;
}
// a, an, as, ans, ns, anp and any.
[[nodiscard]] constexpr bool is_text(Attribute attribute) noexcept
{
    return (attribute >= Attribute::a && attribute <= Attribute::anp) ||
           attribute == Attribute::any;
}
[[nodiscard]] constexpr bool pads_right(DigitPad pad) noexcept
{
    return pad == DigitPad::right_zero || pad == DigitPad::right_f;
}
[[nodiscard]] constexpr bool pads_f(DigitPad pad) noexcept
{
    return pad == DigitPad::left_f || pad == DigitPad::right_f;
}

// Bytes of a prefix of `digits` (binary: bytes).
[[nodiscard]] constexpr std::size_t prefix_bytes(PrefixKind kind, unsigned digits) noexcept
{
    if (kind == PrefixKind::none) return 0;
    return kind == PrefixKind::bcd || kind == PrefixKind::bcd_left ? (digits + 1U) / 2U : digits;
}
[[nodiscard]] constexpr std::size_t prefix_bytes(FieldSpec const& spec) noexcept
{
    return prefix_bytes(spec.prefix, spec.prefix_digits);
}

// Bytes on the wire of a value of `units`. UTF-8 that counts characters may need up to four times
// as many; there the caller knows better.
[[nodiscard]] constexpr std::size_t value_bytes(FieldSpec const& spec, std::size_t units) noexcept
{
    if (is_hex(spec.encoding)) return units * 2;
    if (spec.encoding != Encoding::bcd) return units;
    return spec.attribute == Attribute::xn ? 1 + units / 2 : (units + 1) / 2;
}

// Why a spec cannot be, one of a fixed set, for the loader to report with file and line.
enum class SpecProblem : std::uint8_t {
    none = 0,
    encoding_of_attribute,  // digits in raw binary, text in BCD, ...
    prefix_digits,          // no digits, or more than the kind has
    length_zero,            // no maximum
    length_over_prefix,     // the prefix cannot hold the maximum
    length_order,           // minimum above maximum
    fixed_with_minimum,     // a fixed field has one length: minimum is 0 or the maximum
    inclusive_fixed,        // nothing that could count itself
    sign_length,            // xn needs a sign and a digit
    message_size,           // longer than any message
};
[[nodiscard]] SpecProblem problem_of(FieldSpec const& spec) noexcept;

}  // namespace turnout::iso8583
