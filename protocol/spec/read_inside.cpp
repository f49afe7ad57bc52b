// The inner layout of a field: "inside".
#include "protocol/spec/read_field.hpp"
#include "protocol/wire/digits.hpp"

#include <algorithm>

namespace turnout::spec {
namespace {

using iso8583::FieldSpec;
using iso8583::NestedKind;
using iso8583::NestedSpec;
using iso8583::TagForm;

std::optional<std::uint64_t> hex_number(std::string_view text) noexcept
{
    if (text.empty() || text.size() % 2 != 0 || text.size() > 16) return {};
    std::uint64_t number = 0;
    for (auto const c : text) {
        auto const digit = wire::hex_digit_of(c);
        if (digit > 15 || (c >= 'a' && c <= 'f')) return {};
        number = number << 4U | digit;
    }
    return number;
}

std::string hex_text(std::uint64_t number, std::size_t bytes_min)
{
    std::string text;
    for (; number != 0 || text.size() < bytes_min * 2; number >>= 8U) {
        auto const byte = static_cast<unsigned>(number & 0xffU);
        text.insert(text.begin(), wire::hex_char_of(byte & 15U));
        text.insert(text.begin(), wire::hex_char_of(byte >> 4U));
    }
    return text;
}

// A BER tag (ISO/IEC 8825-1, 8.1.2) of at most four bytes: one of more than one byte starts with
// five ones, and all but its last byte have the top bit.
bool is_ber_tag(std::uint64_t tag) noexcept
{
    auto bytes = 1U;
    while (bytes < 8 && tag >> (8U * bytes) != 0)
        ++bytes;
    if (tag == 0 || bytes > 4) return false;
    auto const first = tag >> (8U * (bytes - 1));
    if (bytes == 1) return (first & 0x1fU) != 0x1f;
    if ((first & 0x1fU) != 0x1f) return false;
    for (unsigned i = 1; i < bytes; ++i)
        if ((tag >> (8U * (bytes - 1 - i)) & 0x80U) != (i + 1 < bytes ? 0x80U : 0U)) return false;
    return true;
}

std::optional<std::uint64_t> tlv_id(std::string_view key, NestedSpec const& form) noexcept
{
    if (form.tag == TagForm::binary)
        return key.size() == std::size_t{form.tag_size} * 2 ? hex_number(key) : std::nullopt;
    if (key.size() != form.tag_size || key.size() > 8) return {};
    std::uint64_t id = 0;
    for (auto const c : key) {
        auto const ok = form.tag == TagForm::bcd ? c >= '0' && c <= '9' : c >= ' ' && c <= '~';
        if (!ok) return {};
        id = id << 8U | static_cast<unsigned char>(c);
    }
    return id;
}

std::string_view key_hint(NestedKind kind) noexcept
{
    switch (kind) {
        case NestedKind::positional:
            return "sub-fields by position are \"1\", \"2\", \"3\" and so on";
        case NestedKind::bitmap:
            return "sub-fields of a bitmap are bit numbers from \"1\" on";
        case NestedKind::ber_tlv:
            return "use a BER tag in upper-case hex, like \"9F26\"";
        case NestedKind::datasets:
            return "use the data set's id as two upper-case hex digits, like \"71\"";
        case NestedKind::tlv:
            break;
    }
    return "use exactly as many characters as the tag's size says, two hex digits a binary byte";
}

}  // namespace

std::optional<unsigned> decimal(std::string_view text) noexcept
{
    if (text.empty() || text.size() > 9 || (text.front() == '0' && text.size() > 1)) return {};
    unsigned number = 0;
    for (auto const c : text) {
        if (c < '0' || c > '9') return {};
        number = number * 10 + static_cast<unsigned>(c - '0');
    }
    return number;
}

std::optional<std::uint64_t> subfield_id(std::string_view key, NestedSpec const& form) noexcept
{
    switch (form.kind) {
        case NestedKind::positional: {
            auto const number = decimal(key);
            return number && *number >= 1 && *number <= 999 ? number : std::nullopt;
        }
        case NestedKind::bitmap: {
            auto const number = decimal(key);
            unsigned const first = form.bitmap_chained ? 2 : 1;
            auto const last = form.bitmap_chained ? 192U : form.bitmap_bits;
            return number && *number >= first && *number <= last ? number : std::nullopt;
        }
        case NestedKind::ber_tlv: {
            auto const tag = hex_number(key);
            return tag && is_ber_tag(*tag) && hex_text(*tag, 1) == key ? tag : std::nullopt;
        }
        case NestedKind::datasets:
            return key.size() == 2 ? hex_number(key) : std::nullopt;
        case NestedKind::tlv:
            break;
    }
    return tlv_id(key, form);
}

std::string subfield_key(std::uint64_t id, NestedSpec const& form)
{
    switch (form.kind) {
        case NestedKind::positional:
        case NestedKind::bitmap:
            return std::to_string(id);
        case NestedKind::ber_tlv:
        case NestedKind::datasets:
            return hex_text(id, 1);
        case NestedKind::tlv:
            break;
    }
    if (form.tag == TagForm::binary) return hex_text(id, form.tag_size);
    std::string key;
    for (unsigned i = form.tag_size; i-- > 0;)
        key += static_cast<char>(id >> (8U * i) & 0xffU);
    return key;
}

void FieldReader::read_inside(ObjectReader& object, FieldNode& field)
{
    auto const* const inside = object.take("inside");
    if (inside == nullptr) return;
    if (inside->kind == JsonNode::Kind::null) {
        field.inside.clear();
        return;
    }
    if (around_.size() == kInsideDepthMax) {
        object.error("inside", "more than 8 layouts inside of each other", "nest less");
        return;
    }
    auto const path = object.path_of("inside");
    if (inside->kind == JsonNode::Kind::text) {
        auto const layout = object.pick(inside->text, inside->at, path, kLayouts);
        if (!layout) return;
        if (*layout == NestedKind::ber_tlv || *layout == NestedKind::datasets) {
            field.inside.assign(1, Inside{{*layout}, {}});
            return;
        }
        object.error("inside", "this layout needs to say more than its name",
                     "write an object with \"layout\" and \"fields\"");
        return;
    }
    ObjectReader inner{report_, *inside, path};
    if (inner.is_object()) read_inside_object(inner, field);
}

void FieldReader::read_inside_object(ObjectReader& object, FieldNode& field)
{
    auto const layout = object.choice("layout", kLayouts);
    auto const kind = layout.value_or(field.inside.empty() ? NestedKind::positional
                                                           : field.inside.front().form.kind);
    // Another layout than the inherited one starts anew.
    if (field.inside.empty() || field.inside.front().form.kind != kind)
        field.inside.assign(1, Inside{{kind}, {}});
    auto& form = field.inside.front().form;
    if (kind == NestedKind::tlv) read_tag(object, form);
    if (kind == NestedKind::bitmap) read_bitmap(object, form);
    read_subfields(object, field);
    object.finish();
}

void FieldReader::read_tag(ObjectReader& object, NestedSpec& form)
{
    if (auto const* const tag = object.take("tag")) {
        ObjectReader inner{report_, *tag, object.path_of("tag")};
        if (auto const encoding = inner.choice("encoding", kTagForms)) form.tag = *encoding;
        if (auto const size = inner.number("size", 1, 8))
            form.tag_size = static_cast<std::uint8_t>(*size);
        inner.finish();
    }
    if (form.tag_size == 0)
        object.missing("tag", "say {\"encoding\": \"ascii\", \"size\": 2} or what else it is");
    FieldSpec length;  // the part of it that is the prefix
    length.prefix = form.length_prefix;
    length.prefix_digits = form.length_digits;
    length.unit = form.length_unit;
    length.inclusive = form.length_inclusive;
    auto const* const json = object.take("length");
    if (json != nullptr && json->kind == JsonNode::Kind::text) {
        if (!read_var(json->text, length))
            object.error("length", "is no length", "use LVAR, LLVAR, LLLVAR or an object");
    } else if (json != nullptr) {
        read_prefix(*json, object.path_of("length"), length);
    } else if (form.length_digits == 0) {
        object.missing("length", "say \"LLLVAR\" or {\"prefix\": \"binary\", \"digits\": 1}");
    }
    form.length_prefix = length.prefix;
    form.length_digits = length.prefix_digits;
    form.length_unit = length.unit;
    form.length_inclusive = length.inclusive;
}

void FieldReader::read_bitmap(ObjectReader& object, NestedSpec& form)
{
    auto const* const bitmap = object.take("bitmap");
    if (bitmap == nullptr) return;
    auto const path = object.path_of("bitmap");
    if (bitmap->kind == JsonNode::Kind::text) {
        if (auto const encoding = object.pick(bitmap->text, bitmap->at, path, kBitmaps))
            form.bitmap = *encoding;
        return;
    }
    ObjectReader inner{report_, *bitmap, path};
    if (auto const encoding = inner.choice("encoding", kBitmaps)) form.bitmap = *encoding;
    if (auto const bits = inner.number("bits", 8, 192)) {
        form.bitmap_bits = static_cast<std::uint8_t>(*bits);
        if (*bits % 8 != 0)
            inner.error("bits", "is no whole number of bytes", "use a multiple of 8");
    }
    if (auto const chained = inner.flag("chained")) form.bitmap_chained = *chained;
    inner.finish();
}

void FieldReader::read_subfields(ObjectReader& object, FieldNode& field)
{
    auto const* const fields = object.take("fields");
    if (fields == nullptr) return;
    ObjectReader inner{report_, *fields, object.path_of("fields")};
    if (!inner.is_object()) return;
    auto const errors_before = report_.count();
    around_.push_back(field.inside.front().form.kind);
    for (auto const& member : fields->members)
        read_subfield(inner, member, field);
    around_.pop_back();
    if (field.inside.front().form.kind == NestedKind::positional && !base_unknown_ &&
        report_.count() == errors_before)
        check_positions(inner, *fields, field);
}

void FieldReader::read_subfield(ObjectReader& object, JsonMember const& member, FieldNode& field)
{
    auto& inside = field.inside.front();
    auto const path = object.path_of(member.key);
    auto const id = subfield_id(member.key, inside.form);
    if (!id) {
        report_.add(member.key_at, path, "is no sub-field of this layout",
                    std::string{key_hint(inside.form.kind)});
        return;
    }
    auto const known = inside.fields.find(*id);
    auto const inherited = known != inside.fields.end();
    if (member.value.kind == JsonNode::Kind::null) {
        if (inherited)
            inside.fields.erase(known);
        else if (!base_unknown_)
            report_.add(member.value.at, path, "there is no such sub-field to remove",
                        "remove this line");
        return;
    }
    read(member.value, path, inside.fields[*id], inherited, field.spec.secret);
}

void FieldReader::check_positions(ObjectReader& object, JsonNode const& fields,
                                  FieldNode const& field)
{
    auto const& subs = field.inside.front().fields;
    auto const beyond = first_beyond(field);
    std::size_t end = 0;
    std::uint64_t expected = 1;
    for (auto const& [id, sub] : subs) {
        auto const key = std::to_string(id);
        auto const* const json = fields.find(key);
        auto const where = json == nullptr ? fields.at : json->at;
        if (id != expected++) {
            report_.add(where, object.path_of(key), "the sub-field before it is not there",
                        "number them 1, 2, 3 without a gap");
            return;
        }
        auto const* const at = json == nullptr ? nullptr : json->find("at");
        if (at != nullptr && at->integer != static_cast<std::int64_t>(end)) {
            auto const over = at->integer < static_cast<std::int64_t>(end);
            report_.add(at->at, object.path_of(key) + "/at",
                        over ? "overlaps the sub-field before it" : "leaves a gap before it",
                        "it starts at byte " + std::to_string(end));
        }
        end += least_bytes(sub.spec);
        if (beyond != id) continue;
        auto const room = iso8583::value_bytes(field.spec, field.spec.length_max);
        report_.add(where, object.path_of(key),
                    "ends behind byte " + std::to_string(room) + ", where its field ends",
                    "shorten it or lengthen the field");
        return;
    }
}

}  // namespace turnout::spec
