#include "protocol/iso8583/dialect_buffer.hpp"

#include "protocol/core/check.hpp"

#include <utility>

namespace turnout::iso8583 {
namespace {

using Where = SourceProblem::Where;

SourceProblem field_problem(FieldSpec const& spec, Where where, std::size_t index,
                            std::size_t nested_count) noexcept
{
    if (auto const problem = problem_of(spec); problem != SpecProblem::none)
        return {where, index, problem, meaning(problem)};
    if (spec.nested > nested_count)
        return {where, index, SpecProblem::none, "names an inner layout that does not exist"};
    return {};
}

std::string_view header_reason(DialectSource::Header const& piece) noexcept
{
    if (piece.size_bytes == 0) return "a header piece has no size";
    if (!piece.value.empty() && piece.value.size() != piece.size_bytes)
        return "the value of a header piece does not have the piece's size";
    switch (piece.kind) {
        case HeaderKind::constant:
            return piece.value.empty() ? "a constant header piece has no value" : "";
        case HeaderKind::tpdu:
            return piece.size_bytes != kTpduBytes ? "a TPDU has 5 bytes" : "";
        case HeaderKind::base1:
            return piece.size_bytes != kBase1Bytes ? "a BASE I header has 22 bytes" : "";
        default:
            return "";
    }
}

std::string_view nested_reason(NestedSpec const& inner, std::size_t subfield_count) noexcept
{
    if (std::size_t{inner.subfield_first} + inner.subfield_count > subfield_count)
        return "names sub-fields that do not exist";
    if (inner.kind == NestedKind::tlv && (inner.tag_size == 0 || inner.tag_size > 8))
        return "a tag has 1 to 8 characters, digits or bytes";
    if (inner.kind == NestedKind::tlv && inner.length_prefix == PrefixKind::none)
        return "a TLV layout needs a length";
    auto const digits_max = inner.length_prefix == PrefixKind::binary ? 4U : 6U;
    if (inner.kind == NestedKind::tlv &&
        (inner.length_digits == 0 || inner.length_digits > digits_max))
        return "a TLV length has 1 to 6 digits, or 1 to 4 bytes";
    if (inner.kind == NestedKind::bitmap &&
        (inner.bitmap_bits == 0 || inner.bitmap_bits % 8 != 0 || inner.bitmap_bits > 192))
        return "a bitmap has 8 to 192 bits, a multiple of 8";
    return "";
}

}  // namespace

std::string_view meaning(SpecProblem problem) noexcept
{
    switch (problem) {
        case SpecProblem::none:
            return "";
        case SpecProblem::encoding_of_attribute:
            return "this encoding cannot carry this attribute";
        case SpecProblem::prefix_digits:
            return "a length prefix has 1 to 6 digits or 1 to 4 bytes, a fixed field has none";
        case SpecProblem::length_zero:
            return "the maximum length is missing or 0";
        case SpecProblem::length_over_prefix:
            return "the length prefix cannot hold the maximum length";
        case SpecProblem::length_order:
            return "the minimum length is above the maximum";
        case SpecProblem::fixed_with_minimum:
            return "a fixed field has one length only";
        case SpecProblem::inclusive_fixed:
            return "a fixed field has no prefix that could count itself";
        case SpecProblem::sign_length:
            return "x+n needs a sign and at least one digit";
        case SpecProblem::message_size:
            return "longer than any message";
    }
    return "";
}

DialectSource source_of(Dialect const& dialect)
{
    DialectSource source;
    source.name = dialect.name;
    source.form = dialect.form;
    source.fields = dialect.fields;
    for (unsigned de = 0; de <= kFieldsMax; ++de)
        source.names[de] = (*dialect.names)[de];
    for (auto const& piece : dialect.header)
        source.header.push_back(
            {piece.kind, piece.size_bytes, std::string{piece.name}, std::string{piece.value}});
    source.nested.assign(dialect.nested.begin(), dialect.nested.end());
    for (auto const& subfield : dialect.subfields)
        source.subfields.push_back({subfield.id, subfield.spec, std::string{subfield.name}});
    return source;
}

SourceProblem problem_of(DialectSource const& source) noexcept
{
    auto const fields_max = source.form.tertiary == Tertiary::none ? 128U : kFieldsMax;
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        auto const& spec = source.fields[de];
        if (auto problem = field_problem(spec, Where::field, de, source.nested.size());
            !problem.ok())
            return problem;
        if (spec.defined() && de > fields_max)
            return {Where::field, de, SpecProblem::none, "needs a third bitmap"};
        if (spec.defined() && de == 65 && fields_max > 128)
            return {Where::field, de, SpecProblem::none, "is the third bitmap in this dialect"};
    }
    for (std::size_t i = 0; i < source.header.size(); ++i)
        if (auto const reason = header_reason(source.header[i]); !reason.empty())
            return {Where::header, i, SpecProblem::none, reason};
    for (std::size_t i = 0; i < source.nested.size(); ++i)
        if (auto const reason = nested_reason(source.nested[i], source.subfields.size());
            !reason.empty())
            return {Where::nested, i, SpecProblem::none, reason};
    for (std::size_t i = 0; i < source.subfields.size(); ++i)
        if (auto problem =
                field_problem(source.subfields[i].spec, Where::subfield, i, source.nested.size());
            !problem.ok())
            return problem;
    return {};
}

DialectBuffer::DialectBuffer(DialectSource source) : content_(std::make_unique<Content>())
{
    TURNOUT_CHECK(problem_of(source).ok(), "dialect.source");
    auto& own = *content_;
    own.source = std::move(source);
    for (unsigned de = 0; de <= kFieldsMax; ++de)
        own.names[de] = own.source.names[de];
    for (auto const& piece : own.source.header)
        own.header.push_back({piece.kind, piece.size_bytes, piece.name, piece.value});
    for (auto const& subfield : own.source.subfields)
        own.subfields.push_back({subfield.id, subfield.spec, subfield.name});
    own.dialect = make_dialect(own.source.name, own.source.form, own.source.fields, &own.names,
                               own.header, own.source.nested, own.subfields);
}

}  // namespace turnout::iso8583
