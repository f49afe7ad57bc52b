#include "protocol/iso8583/field_spec.hpp"

namespace turnout::iso8583 {
namespace {

// Offsets have 16 bits: no value may be longer.
constexpr std::size_t kValueBytesMax = 999'999;

bool encoding_fits(FieldSpec const& spec) noexcept
{
    auto const encoding = spec.encoding;
    switch (spec.attribute) {
        case Attribute::undefined:
            return true;
        case Attribute::n:
        case Attribute::xn:
        case Attribute::z:
            return encoding == Encoding::ascii || encoding == Encoding::bcd || is_ebcdic(encoding);
        case Attribute::b:
            return encoding == Encoding::binary || is_hex(encoding);
        default:
            return encoding != Encoding::bcd && encoding != Encoding::binary && !is_hex(encoding);
    }
}

// The largest number that the prefix can say.
std::uint64_t prefix_limit(FieldSpec const& spec) noexcept
{
    std::uint64_t limit = 1;
    for (unsigned i = 0; i < spec.prefix_digits; ++i)
        limit *= spec.prefix == PrefixKind::binary ? 256U : 10U;
    return limit - 1;
}

std::uint64_t declared(FieldSpec const& spec, std::size_t units) noexcept
{
    std::uint64_t const bytes = value_bytes(spec, units);
    std::uint64_t const own = spec.inclusive ? prefix_bytes(spec) : 0;
    switch (spec.unit) {
        case LengthUnit::units:
            return units + own;
        case LengthUnit::bytes:
            return bytes + own;
        case LengthUnit::nibbles:
            break;
    }
    return (bytes + own) * 2;
}

SpecProblem prefix_problem(FieldSpec const& spec) noexcept
{
    auto const digits_max = spec.prefix == PrefixKind::binary ? 4U : 6U;
    if (spec.prefix_digits == 0 || spec.prefix_digits > digits_max)
        return SpecProblem::prefix_digits;
    if (spec.length_min > spec.length_max) return SpecProblem::length_order;
    if (declared(spec, spec.length_max) > prefix_limit(spec))
        return SpecProblem::length_over_prefix;
    return SpecProblem::none;
}

}  // namespace

SpecProblem problem_of(FieldSpec const& spec) noexcept
{
    if (!spec.defined()) return SpecProblem::none;
    if (!encoding_fits(spec)) return SpecProblem::encoding_of_attribute;
    if (spec.length_max == 0) return SpecProblem::length_zero;
    if (spec.length_max > kValueBytesMax) return SpecProblem::message_size;
    if (spec.attribute == Attribute::xn && spec.length_max < 2) return SpecProblem::sign_length;
    if (!spec.fixed()) return prefix_problem(spec);
    if (spec.prefix_digits != 0) return SpecProblem::prefix_digits;
    if (spec.inclusive) return SpecProblem::inclusive_fixed;
    if (spec.length_min != 0 && spec.length_min != spec.length_max)
        return SpecProblem::fixed_with_minimum;
    return value_bytes(spec, spec.length_max) > 0xffff ? SpecProblem::message_size
                                                       : SpecProblem::none;
}

}  // namespace turnout::iso8583
