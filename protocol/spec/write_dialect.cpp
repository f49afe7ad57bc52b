// A dialect back into its file format: complete, short forms where they say the same, a line each
// field.
#include "protocol/spec/dialect_file.hpp"
#include "protocol/spec/read_field.hpp"

#include <nlohmann/json.hpp>

namespace turnout::spec {
namespace {

using iso8583::BitmapForm;
using iso8583::DialectSource;
using iso8583::FieldSpec;
using iso8583::HeaderKind;
using iso8583::LengthUnit;
using iso8583::NestedKind;
using iso8583::NestedSpec;
using iso8583::PrefixKind;
using iso8583::PresenceCondition;
using iso8583::PresenceRule;
using iso8583::PresenceSet;
using Json = nlohmann::ordered_json;

std::string line(Json const& json)
{
    return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json word(std::string_view text)
{
    return Json(std::string{text});
}

bool is_plain_text(std::string_view text) noexcept
{
    for (auto const c : text)
        if (c < ' ' || c > '~') return false;
    return true;
}

std::string hex_of(std::string_view bytes)
{
    std::string text;
    for (auto const c : bytes) {
        text += wire::hex_char_of(static_cast<unsigned char>(c) >> 4U);
        text += wire::hex_char_of(static_cast<unsigned char>(c) & 15U);
    }
    return text;
}

std::string var(unsigned digits)
{
    return std::string(digits, 'L') + "VAR";
}

Json prefix_json(PrefixKind prefix, unsigned digits, LengthUnit unit, bool inclusive)
{
    Json json;
    json["prefix"] = word(name_of(kPrefixes, prefix));
    json["digits"] = digits;
    json["counts"] = word(name_of(kUnits, unit));
    if (inclusive) json["self_inclusive"] = true;
    return json;
}

class Writer {
public:
    explicit Writer(Defaults const& defaults) noexcept : defaults_(defaults) {}

    // `around`: the layout that the field lies in, nullptr for a data element. `secret`: what it
    // is when nothing is said.
    Json field(FieldNode const& node, NestedSpec const* around, bool secret) const
    {
        auto const& spec = node.spec;
        Json json;
        if (!node.name.empty()) json["name"] = node.name;
        json["type"] = word(name_of(kAttributes, spec.attribute));
        if (spec.encoding != defaults_.encoding_of(spec.attribute))
            json["encoding"] = word(name_of(kEncodings, spec.encoding));
        length(json, spec, around);
        if (spec.pad != defaults_.pad) json["pad"] = word(name_of(kPads, spec.pad));
        if (spec.justify != iso8583::Justify::left)
            json["justify"] = word(name_of(kJustifies, spec.justify));
        if (spec.fill != ' ') json["fill"] = std::string(1, spec.fill);
        if (spec.free_sign) json["free_sign"] = true;
        if (spec.secret != secret) json["secret"] = spec.secret;
        if (!node.inside.empty()) json["inside"] = inside(node.inside.front(), spec.secret);
        return json;
    }

private:
    void length(Json& json, FieldSpec const& spec, NestedSpec const* around) const
    {
        if (spec.fixed()) {
            json["length"] = spec.length_max;
            return;
        }
        auto const is_short =
            spec.prefix == defaults_.length && spec.unit == defaults_.counts && !spec.inclusive;
        auto const is_tagged = around != nullptr && around->kind != NestedKind::positional &&
                               around->kind != NestedKind::bitmap;
        auto const is_tags_own = is_tagged && spec.prefix == PrefixKind::ascii &&
                                 spec.prefix_digits == 6 && spec.unit == LengthUnit::units &&
                                 !spec.inclusive;
        if (is_short && !is_tags_own) json["length"] = var(spec.prefix_digits);
        if (!is_short && !is_tags_own)
            json["length"] =
                prefix_json(spec.prefix, spec.prefix_digits, spec.unit, spec.inclusive);
        if (spec.length_min != 0) json["min"] = spec.length_min;
        json["max"] = spec.length_max;
    }

    Json inside(Inside const& inner, bool secret) const
    {
        auto const& form = inner.form;
        auto const layout = word(name_of(kLayouts, form.kind));
        if (inner.fields.empty() &&
            (form.kind == NestedKind::ber_tlv || form.kind == NestedKind::datasets))
            return layout;
        Json json;
        json["layout"] = layout;
        if (form.kind == NestedKind::tlv) {
            json["tag"] = {{"encoding", word(name_of(kTagForms, form.tag))},
                           {"size", form.tag_size}};
            json["length"] = prefix_json(form.length_prefix, form.length_digits, form.length_unit,
                                         form.length_inclusive);
        }
        if (form.kind == NestedKind::bitmap) {
            json["bitmap"] = {{"encoding", word(name_of(kBitmaps, form.bitmap))},
                              {"bits", form.bitmap_bits}};
            if (form.bitmap_chained) json["bitmap"]["chained"] = true;
        }
        if (inner.fields.empty()) return json;
        auto& fields = json["fields"];
        for (auto const& [id, sub] : inner.fields)
            fields[subfield_key(id, form)] = field(sub, &form, secret);
        return json;
    }

    Defaults const& defaults_;
};

Json header_json(std::vector<DialectSource::Header> const& header)
{
    auto json = Json::array();
    for (auto const& piece : header) {
        Json item;
        if (!piece.name.empty()) item["name"] = piece.name;
        item["kind"] = word(name_of(kHeaderKinds, piece.kind));
        if (!piece.value.empty())
            item[is_plain_text(piece.value) ? "value" : "hex"] =
                is_plain_text(piece.value) ? piece.value : hex_of(piece.value);
        if (piece.value.empty() && piece.kind != HeaderKind::tpdu &&
            piece.kind != HeaderKind::base1)
            item["bytes"] = piece.size_bytes;
        json.push_back(std::move(item));
    }
    return json;
}

Json defaults_json(Defaults const& defaults)
{
    Json json;
    json["digits"] = word(name_of(kEncodings, defaults.digits));
    json["track"] = word(name_of(kEncodings, defaults.track));
    json["text"] = word(name_of(kEncodings, defaults.text));
    json["bytes"] = word(name_of(kEncodings, defaults.bytes));
    json["length"] = word(name_of(kPrefixes, defaults.length));
    json["counts"] = word(name_of(kUnits, defaults.counts));
    json["pad"] = word(name_of(kPads, defaults.pad));
    return json;
}

Json set_json(PresenceSet const& set)
{
    auto json = Json::array();
    for (unsigned de = 2; de <= iso8583::kFieldsMax; ++de)
        if (set.has(de)) json.push_back(de);
    return json;
}

Json condition_json(PresenceCondition const& condition)
{
    using Kind = PresenceCondition::Kind;
    Json json;
    json["field"] = condition.de;
    if (condition.kind == Kind::present || condition.kind == Kind::absent)
        json["present"] = condition.kind == Kind::present;
    else
        json[condition.kind == Kind::equals ? "equals" : "starts_with"] = condition.values;
    return json;
}

Json rule_json(PresenceRule const& rule)
{
    Json json;
    json["name"] = rule.name;
    json["mti"] = rule.mtis;
    if (!rule.processing_code.empty()) json["processing_code"] = rule.processing_code;
    for (auto const& condition : rule.when)
        json["when"].push_back(condition_json(condition));
    if (!rule.mandatory.empty()) json["mandatory"] = set_json(rule.mandatory);
    if (!rule.forbidden.empty()) json["forbidden"] = set_json(rule.forbidden);
    if (!rule.any_of.empty()) json["any_of"] = set_json(rule.any_of);
    return json;
}

void write_top(std::string& text, DialectTree const& tree)
{
    text += "{\n  \"name\": " + line(Json(tree.name));
    if (!tree.description.empty()) text += ",\n  \"description\": " + line(Json(tree.description));
    Json mti;
    mti["encoding"] = word(name_of(kCharsets, tree.form.mti));
    mti["name"] = tree.mti_name;
    Json bitmap;
    bitmap["encoding"] = word(name_of(kBitmaps, tree.form.bitmap));
    if (tree.form.bitmap_fixed16) bitmap["fixed16"] = true;
    if (tree.form.tertiary != iso8583::Tertiary::none)
        bitmap["tertiary"] = word(name_of(kTertiaries, tree.form.tertiary));
    bitmap["name"] = tree.bitmap_name;
    text += ",\n  \"mti\": " + line(mti) + ",\n  \"bitmap\": " + line(bitmap);
    if (!tree.header.empty()) text += ",\n  \"header\": " + line(header_json(tree.header));
    text += ",\n  \"defaults\": " + line(defaults_json(tree.defaults));
}

}  // namespace

std::string write_dialect(DialectFile const& dialect)
{
    auto tree = tree_of(dialect.source);
    tree.description = dialect.description;
    std::string text;
    write_top(text, tree);
    Writer const writer{tree.defaults};
    text += ",\n  \"fields\": {";
    char const* separator = "\n";
    for (auto const& [de, node] : tree.fields) {
        text += separator + ("    \"" + std::to_string(de) + "\": ") +
                line(writer.field(node, nullptr, secret_by_number(de)));
        separator = ",\n";
    }
    text += "\n  }";
    separator = ",\n  \"rules\": [\n";
    for (auto const& rule : dialect.rules.rules()) {
        text += separator + ("    " + line(rule_json(rule)));
        separator = ",\n";
    }
    if (!dialect.rules.empty()) text += "\n  ]";
    return text + "\n}\n";
}

DialectFile dialect_file_of(iso8583::Dialect const& dialect)
{
    DialectFile file;
    file.source = iso8583::source_of(dialect);
    return file;
}

bool same_dialect(DialectFile const& a, DialectFile const& b)
{
    return a.description == b.description && a.rules.rules() == b.rules.rules() &&
           write_dialect(a) == write_dialect(b);
}

}  // namespace turnout::spec
