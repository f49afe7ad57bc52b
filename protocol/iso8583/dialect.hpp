// A dialect: how each data element lies on the wire, as one flat table. Immutable, static storage,
// shared by all threads. Field tables: docs/formats/wire.md.
#pragma once
#include "protocol/wire/length_prefix.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace turnout::iso8583 {

inline constexpr unsigned kFieldsMax = 128;

enum class Charset : std::uint8_t { ascii, bcd };  // of digits and of length prefixes
enum class BitmapForm : std::uint8_t { binary, hex };

enum class FieldKind : std::uint8_t {
    undefined = 0,
    ascii_digits,         // n in ASCII
    bcd_digits,           // n in BCD, two digits a byte, odd counts padded on the left with 0
    text,                 // a, an, ans, ns: printable characters
    binary,               // b: raw bytes
    hex_binary,           // b as ASCII hex digits, two a byte
    track_bcd,            // z in nibbles, D is the separator
    signed_digits_ascii,  // x+n: C or D, then ASCII digits
    signed_digits_bcd,    // x+n: C or D, then BCD digits
};

enum class LengthKind : std::uint8_t { fixed, ascii2, ascii3, bcd2, bcd3 };  // LL and LLL

// Form of the prefix of a field that is not fixed.
[[nodiscard]] constexpr wire::PrefixForm prefix_form(LengthKind length) noexcept
{
    return static_cast<wire::PrefixForm>(static_cast<std::uint8_t>(length) - 1);
}
static_assert(prefix_form(LengthKind::ascii2) == wire::PrefixForm::ascii2 &&
              prefix_form(LengthKind::bcd3) == wire::PrefixForm::bcd3);

struct FieldSpec {
    FieldKind kind = FieldKind::undefined;
    LengthKind length = LengthKind::fixed;
    std::uint16_t length_max = 0;  // digits, characters or bytes as the attribute counts them
    bool secret = false;           // PAN, tracks, PIN, MAC keys: never shown in clear
};

// How the value bytes are checked. "short" has at most 8 bytes, "block" 9 to 16: one load and one
// test each. Variable fields read their length first; the check behind "variable" says how on.
enum class FieldCheck : std::uint8_t {
    undefined = 0,
    raw,
    bcd_short,
    bcd,
    digits_short,
    digits,
    text_short,
    text_block,
    text,
    hex,
    track,
    signed_digits,
    signed_bcd,
    variable,
};

// A FieldSpec boiled down to what the decoder needs per field, half a cache line. Derived, never
// written by hand: compile_plan().
struct FieldPlan {
    std::uint64_t slot = 0;        // four 16-bit numbers: 0, prefix bytes, value bytes, units;
                                   // the last two are 0 when the length is variable
    std::uint64_t bad_mask = 0;    // short: which bits of the last eight bytes count as marks
    std::uint64_t pad_mask = 0;    // short BCD: bits of the last eight bytes that must be 0
    std::uint16_t wire_bytes = 0;  // fixed: all; variable: the prefix
    std::uint16_t length_max = 0;  // units
    FieldCheck step = FieldCheck::undefined;   // what to do first
    FieldCheck check = FieldCheck::undefined;  // how to check the value
    LengthKind length = LengthKind::fixed;
    std::uint8_t pad_nibble =
        0;  // of the first value byte of a fixed field: 0xf0 when it is padding
};
static_assert(sizeof(FieldPlan) == 32);

struct Dialect {
    std::string_view name;  // "87binary", "87ascii"
    Charset mti;
    BitmapForm bitmap;
    std::array<FieldSpec, kFieldsMax + 1> fields;               // index = DE number; 0 and 1 unused
    std::array<std::string_view, kFieldsMax + 1> const* names;  // short names for people
    std::array<FieldPlan, kFieldsMax + 1> plans;  // fields, compiled by make_dialect()
};

// Bytes of the length prefix of a field.
[[nodiscard]] constexpr std::size_t prefix_bytes(LengthKind length) noexcept
{
    return length == LengthKind::fixed ? 0 : wire::prefix_bytes(prefix_form(length));
}

// Bytes on the wire of a value of `units` (digits, characters or bytes, as the attribute counts).
[[nodiscard]] constexpr std::size_t value_bytes(FieldKind kind, std::size_t units) noexcept
{
    switch (kind) {
        case FieldKind::bcd_digits:
        case FieldKind::track_bcd:
            return (units + 1) / 2;
        case FieldKind::hex_binary:
            return units * 2;
        case FieldKind::signed_digits_bcd:
            return 1 + units / 2;
        default:
            return units;
    }
}

[[nodiscard]] constexpr FieldCheck check_of(FieldKind kind) noexcept
{
    switch (kind) {
        case FieldKind::undefined:
            return FieldCheck::undefined;
        case FieldKind::ascii_digits:
            return FieldCheck::digits;
        case FieldKind::bcd_digits:
            return FieldCheck::bcd;
        case FieldKind::text:
            return FieldCheck::text;
        case FieldKind::binary:
            return FieldCheck::raw;
        case FieldKind::hex_binary:
            return FieldCheck::hex;
        case FieldKind::track_bcd:
            return FieldCheck::track;
        case FieldKind::signed_digits_ascii:
            return FieldCheck::signed_digits;
        case FieldKind::signed_digits_bcd:
            return FieldCheck::signed_bcd;
    }
    return FieldCheck::undefined;
}

// The quicker way to check a value of exactly `bytes`, when there is one.
[[nodiscard]] constexpr FieldCheck step_of(FieldCheck check, std::size_t bytes) noexcept
{
    if (bytes <= 8 && check == FieldCheck::bcd) return FieldCheck::bcd_short;
    if (bytes <= 8 && check == FieldCheck::digits) return FieldCheck::digits_short;
    if (bytes <= 8 && check == FieldCheck::text) return FieldCheck::text_short;
    if (bytes <= 16 && check == FieldCheck::text) return FieldCheck::text_block;
    return check;
}

[[nodiscard]] constexpr FieldPlan compile_plan(FieldSpec const& spec) noexcept
{
    FieldPlan plan;
    plan.check = check_of(spec.kind);
    if (spec.kind == FieldKind::undefined) return plan;
    plan.length = spec.length;
    plan.length_max = spec.length_max;
    plan.slot = std::uint64_t{prefix_bytes(spec.length)} << 16U;
    if (spec.length != LengthKind::fixed) {
        plan.step = FieldCheck::variable;
        plan.wire_bytes = static_cast<std::uint16_t>(prefix_bytes(spec.length));
        return plan;
    }
    auto const bytes = value_bytes(spec.kind, spec.length_max);
    plan.slot |= std::uint64_t{bytes} << 32U | std::uint64_t{spec.length_max} << 48U;
    plan.step = step_of(plan.check, bytes);
    plan.wire_bytes = static_cast<std::uint16_t>(bytes);
    auto const is_nibbles = plan.check == FieldCheck::bcd || plan.check == FieldCheck::track;
    plan.pad_nibble = is_nibbles && spec.length_max % 2 == 1 ? 0xf0 : 0;
    if (bytes == 0 || bytes > 8) return plan;
    // The value is the upper part of a word that ends with it; its first byte is the lowest there.
    auto const below = 64U - 8U * static_cast<unsigned>(bytes);
    auto const marks = plan.check == FieldCheck::bcd ? 0x88 * wire::kEveryByte : wire::kTopBits;
    plan.bad_mask = marks >> below << below;
    plan.pad_mask = std::uint64_t{plan.pad_nibble} << below;
    return plan;
}

// The only way to make a usable Dialect: fills the plans from the fields. `names` outlives it.
[[nodiscard]] constexpr Dialect make_dialect(
    std::string_view name, Charset mti, BitmapForm bitmap,
    std::array<FieldSpec, kFieldsMax + 1> const& fields,
    std::array<std::string_view, kFieldsMax + 1> const* names) noexcept
{
    Dialect dialect{name, mti, bitmap, fields, names, {}};
    for (unsigned de = 2; de <= kFieldsMax; ++de)
        dialect.plans[de] = compile_plan(fields[de]);
    return dialect;
}

[[nodiscard]] Dialect const& dialect_1987_binary() noexcept;  // BCD, binary bitmap
[[nodiscard]] Dialect const& dialect_1987_ascii() noexcept;   // ASCII, hex bitmap
// All built-in dialects; and by name, nullptr when there is none.
[[nodiscard]] std::span<Dialect const* const> dialects() noexcept;
[[nodiscard]] Dialect const* dialect_by_name(std::string_view name) noexcept;

}  // namespace turnout::iso8583
