#include "protocol/spec/read_field.hpp"

#include <algorithm>
#include <array>

namespace turnout::spec {
namespace {

using iso8583::Attribute;
using iso8583::FieldSpec;
using iso8583::LengthUnit;
using iso8583::PrefixKind;
using iso8583::SpecProblem;

constexpr std::int64_t kUnitsMax = 999'999;

unsigned prefix_digits_max(PrefixKind kind) noexcept
{
    return kind == PrefixKind::binary ? 4 : 6;
}

// Which key is to blame for a problem, and what helps.
struct Blame {
    std::array<std::string_view, 3> keys;  // the first of these that is there
    std::string_view remedy;
};

Blame blame_of(SpecProblem problem) noexcept
{
    switch (problem) {
        case SpecProblem::encoding_of_attribute:
            return {{"encoding", "type"},
                    "n, x+n and z are ascii, bcd or ebcdic; b is binary or hex; text is neither "
                    "bcd, binary nor hex"};
        case SpecProblem::length_over_prefix:
            return {{"max", "length"}, "take a longer prefix or a smaller maximum"};
        case SpecProblem::length_order:
            return {{"min", "max"}, "lower \"min\" or raise \"max\""};
        case SpecProblem::fixed_with_minimum:
            return {{"min", "length"}, "remove \"min\""};
        case SpecProblem::sign_length:
            return {{"length", "max", "type"}, "count the sign too: 9 for eight digits"};
        case SpecProblem::message_size:
            return {{"max", "length"}, "no message is longer than 65535 bytes"};
        default:
            return {{"length", "max"}, "see \"length\" in docs/formats/dialect.md"};
    }
}

}  // namespace

bool FieldReader::tagged() const noexcept
{
    return !around_.empty() && around_.back() != iso8583::NestedKind::positional &&
           around_.back() != iso8583::NestedKind::bitmap;
}

void FieldReader::read(JsonNode const& json, std::string const& path, FieldNode& field,
                       bool inherited, bool secret)
{
    ObjectReader object{report_, json, path};
    if (!object.is_object()) return;
    auto const errors_before = report_.count();
    if (!inherited) {
        field.spec.secret = secret;
        field.spec.pad = defaults_.pad;
    }
    (void)object.text("description");
    if (auto name = object.text("name")) field.name = std::move(*name);
    if (auto const is_secret = object.flag("secret")) field.spec.secret = *is_secret;
    read_value(object, field, inherited);
    read_inside(object, field);
    if (!around_.empty() && around_.back() == iso8583::NestedKind::positional)
        (void)object.number("at", 0, 65'535);
    object.finish();
    if (report_.count() == errors_before && (inherited || !base_unknown_))
        check(object, field.spec);
}

void FieldReader::read_value(ObjectReader& object, FieldNode& field, bool inherited)
{
    auto& spec = field.spec;
    auto const type = object.choice("type", kAttributes);
    auto const encoding = object.choice("encoding", kEncodings);
    if (type) {
        spec.attribute = *type;
        spec.encoding = defaults_.encoding_of(*type);
    }
    if (encoding) spec.encoding = *encoding;
    if (!inherited && !base_unknown_ && !object.has("type"))
        object.missing("type", "say n, x+n, a, an, as, ans, ns, anp, z, b or any");
    read_length(object, spec, inherited);
    read_look(object, spec);
}

void FieldReader::read_length(ObjectReader& object, FieldSpec& spec, bool inherited)
{
    auto const was_fixed = !inherited || spec.fixed();
    auto const* const length = object.take("length");
    if (length != nullptr) {
        if (!read_length_form(object, *length, spec)) {
            (void)object.number("min", 0, kUnitsMax);
            (void)object.number("max", 1, kUnitsMax);
            return;
        }
    } else if (tagged() && !inherited) {
        // The tag's own length says how long the value is: any prefix that holds the maximum.
        spec.prefix = PrefixKind::ascii;
        spec.prefix_digits = 6;
        spec.unit = LengthUnit::units;
        spec.length_max = static_cast<std::uint32_t>(kUnitsMax);
    } else if (!inherited && !base_unknown_) {
        object.missing("length", "say a number for a fixed length, or \"LLVAR\" and a \"max\"");
    }
    read_bounds(object, spec, was_fixed && !tagged());
}

bool FieldReader::read_length_form(ObjectReader& object, JsonNode const& length, FieldSpec& spec)
{
    if (length.kind == JsonNode::Kind::object) {
        read_prefix(length, object.path_of("length"), spec);
        return true;
    }
    if (length.kind == JsonNode::Kind::text) {
        if (read_var(length.text, spec)) return true;
        object.error("length", "\"" + length.text.substr(0, 40) + "\" is no length",
                     "use a number, LVAR, LLVAR, LLLVAR up to LLLLLLVAR, or an object");
        return false;
    }
    auto const units = object.number("length", 1, kUnitsMax);
    if (!units) return false;
    spec.prefix = PrefixKind::none;
    spec.prefix_digits = 0;
    spec.unit = LengthUnit::units;
    spec.inclusive = false;
    spec.length_min = 0;
    spec.length_max = static_cast<std::uint32_t>(*units);
    return true;
}

bool FieldReader::read_var(std::string_view text, FieldSpec& spec) const
{
    auto const digits = text.find_first_not_of('L');
    if (digits == text.npos || digits == 0 || digits > prefix_digits_max(defaults_.length) ||
        text.substr(digits) != "VAR")
        return false;
    spec.prefix = defaults_.length;
    spec.prefix_digits = static_cast<std::uint8_t>(digits);
    spec.unit = defaults_.counts;
    spec.inclusive = false;
    return true;
}

void FieldReader::read_prefix(JsonNode const& json, std::string const& path, FieldSpec& spec)
{
    ObjectReader object{report_, json, path};
    auto const prefix = object.choice("prefix", kPrefixes);
    if (spec.fixed()) {
        spec.prefix = defaults_.length;
        spec.unit = defaults_.counts;
    }
    if (prefix) spec.prefix = *prefix;
    if (auto const digits = object.number("digits", 1, prefix_digits_max(spec.prefix)))
        spec.prefix_digits = static_cast<std::uint8_t>(*digits);
    else if (spec.prefix_digits == 0 && !object.has("digits"))
        object.missing("digits", "say how many digits the length has, of binary how many bytes");
    auto const unit = object.choice("counts", kUnits);
    if (unit) spec.unit = *unit;
    auto const* const counts = json.find("counts");
    auto const is_digits = spec.attribute == Attribute::n || spec.attribute == Attribute::xn ||
                           spec.attribute == Attribute::z;
    if (unit && spec.attribute != Attribute::undefined &&
        ((counts->text == "digits" && !is_digits) ||
         (counts->text == "characters" && !iso8583::is_text(spec.attribute))))
        object.error("counts", "this type has no " + counts->text,
                     "use \"units\", which is what the type counts, \"bytes\" or \"nibbles\"");
    if (auto const inclusive = object.flag("self_inclusive")) spec.inclusive = *inclusive;
    object.finish();
}

void FieldReader::read_bounds(ObjectReader& object, FieldSpec& spec, bool was_fixed)
{
    auto const min = object.number("min", 0, kUnitsMax);
    auto const max = object.number("max", 1, kUnitsMax);
    if (spec.fixed()) {
        for (auto const* const key : {"min", "max"})
            if (object.has(key) && !base_unknown_)
                object.error(key, "belongs to a variable length, this one is fixed",
                             "remove it, or say \"LLVAR\" as the length");
        return;
    }
    if (max) spec.length_max = static_cast<std::uint32_t>(*max);
    if (min) spec.length_min = static_cast<std::uint32_t>(*min);
    if (!object.has("max") && was_fixed && !base_unknown_)
        object.missing("max", "say how many units the value has at most");
}

void FieldReader::read_look(ObjectReader& object, FieldSpec& spec)
{
    if (auto const pad = object.choice("pad", kPads)) spec.pad = *pad;
    if (auto const justify = object.choice("justify", kJustifies)) spec.justify = *justify;
    if (auto const free_sign = object.flag("free_sign")) spec.free_sign = *free_sign;
    auto const fill = object.text("fill");
    if (!fill) return;
    if (fill->size() == 1 && fill->front() >= ' ' && fill->front() <= '~')
        spec.fill = fill->front();
    else
        object.error("fill", "is not one printable ASCII character", "write \" \" or \"0\"");
}

void FieldReader::check(ObjectReader& object, FieldSpec const& spec)
{
    auto const problem = iso8583::problem_of(spec);
    if (problem == SpecProblem::none) return;
    auto const blame = blame_of(problem);
    auto const* const key = std::find_if(blame.keys.begin(), blame.keys.end(),
                                         [&](auto name) { return object.has(name); });
    object.error(key == blame.keys.end() ? std::string_view{} : *key,
                 std::string{iso8583::meaning(problem)}, std::string{blame.remedy});
}

}  // namespace turnout::spec
