// A FieldSpec boiled down to what the decoder needs per field, half a cache line. Derived, never
// written by hand: compile_plan(). What is common has a step of its own; everything else goes to
// code that reads the FieldSpec (FieldStep::general).
#pragma once
#include "protocol/iso8583/field_spec.hpp"
#include "protocol/wire/length_prefix.hpp"

namespace turnout::iso8583 {

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
    ebcdic_digits_short,
    ebcdic_digits,
    ebcdic_text_short,
    ebcdic_text_block,
    ebcdic_text,
    hex,
    track,
    signed_digits,
    signed_bcd,
    signed_ebcdic,
    variable,
    general,
};

struct FieldPlan {
    std::uint64_t slot = 0;        // four 16-bit numbers: 0, prefix bytes, value bytes, units;
                                   // the last two are 0 when the length is variable
    std::uint64_t bad_mask = 0;    // short: which bits of the last eight bytes count as marks
    std::uint64_t pad_mask = 0;    // short BCD: bits of the last eight bytes that must be 0
    std::uint16_t wire_bytes = 0;  // fixed: all; variable: the prefix
    std::uint16_t length_max = 0;  // units
    FieldCheck step = FieldCheck::undefined;             // what to do first
    FieldCheck check = FieldCheck::undefined;            // how to check the value
    wire::PrefixForm prefix = wire::PrefixForm::ascii2;  // variable
    std::uint8_t pad_nibble = 0;  // packed digits: 0xf0 or 0x0f, where an odd count has its zero;
                                  // of a fixed field: 0 when its count is even
};
static_assert(sizeof(FieldPlan) == 32);

[[nodiscard]] constexpr FieldCheck check_of(FieldSpec const& spec) noexcept
{
    auto const ebcdic = is_ebcdic(spec.encoding);
    auto const bcd = spec.encoding == Encoding::bcd;
    switch (spec.attribute) {
        case Attribute::undefined:
            return FieldCheck::undefined;
        case Attribute::n:
            return bcd ? FieldCheck::bcd : ebcdic ? FieldCheck::ebcdic_digits : FieldCheck::digits;
        case Attribute::xn:
            if (spec.free_sign) return FieldCheck::general;
            return bcd      ? FieldCheck::signed_bcd
                   : ebcdic ? FieldCheck::signed_ebcdic
                            : FieldCheck::signed_digits;
        case Attribute::z:
            if (bcd) return FieldCheck::track;
            return ebcdic ? FieldCheck::ebcdic_text : FieldCheck::text;
        case Attribute::b:
            return spec.encoding == Encoding::binary       ? FieldCheck::raw
                   : spec.encoding == Encoding::hex_ebcdic ? FieldCheck::general
                                                           : FieldCheck::hex;
        case Attribute::any:
            return spec.encoding == Encoding::utf8 ? FieldCheck::general : FieldCheck::raw;
        default:
            break;
    }
    if (ebcdic) return FieldCheck::ebcdic_text;
    if (spec.encoding == Encoding::opaque) return FieldCheck::raw;
    return spec.encoding == Encoding::ascii ? FieldCheck::text : FieldCheck::general;
}

// The quicker way to check a value of exactly `bytes`, when there is one.
[[nodiscard]] constexpr FieldCheck step_of(FieldCheck check, std::size_t bytes) noexcept
{
    if (bytes <= 8 && check == FieldCheck::bcd) return FieldCheck::bcd_short;
    if (bytes <= 8 && check == FieldCheck::digits) return FieldCheck::digits_short;
    if (bytes <= 8 && check == FieldCheck::text) return FieldCheck::text_short;
    if (bytes <= 16 && check == FieldCheck::text) return FieldCheck::text_block;
    if (bytes <= 8 && check == FieldCheck::ebcdic_digits) return FieldCheck::ebcdic_digits_short;
    if (bytes <= 8 && check == FieldCheck::ebcdic_text) return FieldCheck::ebcdic_text_short;
    if (bytes <= 16 && check == FieldCheck::ebcdic_text) return FieldCheck::ebcdic_text_block;
    return check;
}

// True, with `form`, when the prefix is one of the frequent ones.
[[nodiscard]] constexpr bool quick_prefix(FieldSpec const& spec, wire::PrefixForm& form) noexcept
{
    auto const two = spec.prefix_digits == 2;
    if (spec.inclusive || (!two && spec.prefix_digits != 3)) return false;
    switch (spec.prefix) {
        case PrefixKind::ascii:
            form = two ? wire::PrefixForm::ascii2 : wire::PrefixForm::ascii3;
            return true;
        case PrefixKind::bcd:
            form = two ? wire::PrefixForm::bcd2 : wire::PrefixForm::bcd3;
            return true;
        case PrefixKind::ebcdic:
            form = two ? wire::PrefixForm::ebcdic2 : wire::PrefixForm::ebcdic3;
            return true;
        default:
            return false;
    }
}

// True when the prefix counts what the attribute counts.
[[nodiscard]] constexpr bool natural_unit(FieldSpec const& spec) noexcept
{
    if (spec.unit == LengthUnit::units) return spec.encoding != Encoding::utf8;
    auto const bytes_are_units =
        spec.encoding != Encoding::bcd && !is_hex(spec.encoding) && spec.encoding != Encoding::utf8;
    return spec.unit == LengthUnit::bytes && bytes_are_units;
}

[[nodiscard]] constexpr FieldPlan compile_variable(FieldSpec const& spec, FieldPlan plan) noexcept
{
    wire::PrefixForm form{};
    plan.wire_bytes = static_cast<std::uint16_t>(prefix_bytes(spec));
    auto const quick = quick_prefix(spec, form) && natural_unit(spec) && spec.length_min == 0 &&
                       spec.length_max <= 999;
    plan.step =
        quick && plan.check != FieldCheck::general ? FieldCheck::variable : FieldCheck::general;
    plan.prefix = form;
    // The general step looks for its own room: nothing may be asked for before it.
    if (plan.step == FieldCheck::general) plan.wire_bytes = 0;
    return plan;
}

[[nodiscard]] constexpr FieldPlan compile_plan(FieldSpec const& spec) noexcept
{
    FieldPlan plan;
    if (!spec.defined()) return plan;
    plan.check = check_of(spec);
    plan.length_max =
        static_cast<std::uint16_t>(spec.length_max < 0xffff ? spec.length_max : 0xffff);
    plan.slot = std::uint64_t{prefix_bytes(spec)} << 16U;
    auto const packed = plan.check == FieldCheck::bcd || plan.check == FieldCheck::track;
    if (packed) plan.pad_nibble = pads_right(spec.pad) ? 0x0f : 0xf0;
    auto const odd = spec.length_max % 2 == 1;
    if (packed && pads_f(spec.pad) && (!spec.fixed() || odd)) plan.check = FieldCheck::general;
    // Digits behind a sign have no pad nibble in the quick check, and a sign is always there.
    auto const sign = spec.attribute == Attribute::xn;
    if (sign && (!spec.fixed() || (spec.encoding == Encoding::bcd && !odd)))
        plan.check = FieldCheck::general;
    if (!spec.fixed()) return compile_variable(spec, plan);
    auto const bytes = value_bytes(spec, spec.length_max);
    plan.step = step_of(plan.check, bytes);
    if (plan.step == FieldCheck::general || bytes > 0xffff) {
        plan.step = FieldCheck::general;
        return plan;
    }
    plan.slot |= std::uint64_t{bytes} << 32U | std::uint64_t{spec.length_max} << 48U;
    plan.wire_bytes = static_cast<std::uint16_t>(bytes);
    if (!odd) plan.pad_nibble = 0;
    if (bytes == 0 || bytes > 8) return plan;
    // The value is the upper part of a word that ends with it; its first byte is the lowest there.
    auto const below = 64U - 8U * static_cast<unsigned>(bytes);
    auto const marks = plan.check == FieldCheck::bcd ? 0x88 * wire::kEveryByte : wire::kTopBits;
    plan.bad_mask = marks >> below << below;
    plan.pad_mask = std::uint64_t{plan.pad_nibble}
                    << (plan.pad_nibble == 0x0f ? std::size_t{56} : below);
    return plan;
}

}  // namespace turnout::iso8583
