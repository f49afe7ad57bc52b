#include "protocol/spec/field_tree.hpp"

#include <algorithm>
#include <array>

namespace turnout::spec {
namespace {

using iso8583::Attribute;
using iso8583::DialectSource;
using iso8583::Encoding;
using iso8583::FieldSpec;
using iso8583::kFieldsMax;

FieldNode node_of(DialectSource const& source, FieldSpec spec, std::string const& name,
                  unsigned depth)
{
    FieldNode node{spec, name, {}};
    node.spec.nested = 0;
    if (spec.nested == 0 || spec.nested > source.nested.size() || depth == kInsideDepthMax)
        return node;
    auto const& form = source.nested[spec.nested - 1U];
    auto& inside = node.inside.emplace_back();
    inside.form = form;
    inside.form.subfield_first = inside.form.subfield_count = 0;
    auto const end = std::size_t{form.subfield_first} + form.subfield_count;
    for (std::size_t i = form.subfield_first; i < std::min(end, source.subfields.size()); ++i) {
        auto const& sub = source.subfields[i];
        inside.fields.emplace(sub.id, node_of(source, sub.spec, sub.name, depth + 1));
    }
    return node;
}

// Adds the inner layout of a node to the tables and returns its spec with the reference to it.
FieldSpec flatten(FieldNode const& node, DialectSource& source)
{
    auto spec = node.spec;
    spec.nested = 0;
    if (node.inside.empty()) return spec;
    auto const& inside = node.inside.front();
    auto const index = source.nested.size();
    source.nested.push_back(inside.form);
    auto const first = source.subfields.size();
    source.subfields.resize(first + inside.fields.size());
    source.nested[index].subfield_first = static_cast<std::uint16_t>(first);
    source.nested[index].subfield_count = static_cast<std::uint16_t>(inside.fields.size());
    auto at = first;
    for (auto const& [id, sub] : inside.fields) {
        auto sub_spec = flatten(sub, source);
        source.subfields[at++] = {id, sub_spec, sub.name};
    }
    spec.nested = static_cast<std::uint16_t>(index + 1);
    return spec;
}

// The most frequent of small numbers; the lowest of those that are equally frequent.
class Votes {
public:
    template <class Value>
    void add(Value value) noexcept
    {
        ++counts_[static_cast<std::size_t>(value) % counts_.size()];
    }
    template <class Value>
    [[nodiscard]] Value winner(Value otherwise) const noexcept
    {
        auto const most = std::max_element(counts_.begin(), counts_.end());
        return *most == 0 ? otherwise : static_cast<Value>(most - counts_.begin());
    }

private:
    std::array<unsigned, 16> counts_{};
};

}  // namespace

Encoding Defaults::encoding_of(Attribute attribute) const noexcept
{
    switch (attribute) {
        case Attribute::n:
        case Attribute::xn:
            return digits;
        case Attribute::z:
            return track;
        case Attribute::b:
            return bytes;
        default:
            return text;
    }
}

DialectTree tree_of(DialectSource const& source)
{
    DialectTree tree;
    tree.name = source.name;
    tree.form = source.form;
    tree.mti_name = source.names[0];
    tree.bitmap_name = source.names[1];
    tree.header = source.header;
    for (unsigned de = 2; de <= kFieldsMax; ++de)
        if (source.fields[de].defined())
            tree.fields.emplace(de, node_of(source, source.fields[de], source.names[de], 0));
    tree.defaults = defaults_of(tree);
    return tree;
}

DialectSource source_of(DialectTree const& tree)
{
    DialectSource source;
    source.name = tree.name;
    source.form = tree.form;
    source.names[0] = tree.mti_name;
    source.names[1] = tree.bitmap_name;
    source.header = tree.header;
    for (auto const& [de, node] : tree.fields) {
        source.fields[de] = flatten(node, source);
        source.names[de] = node.name;
    }
    return source;
}

Defaults defaults_of(DialectTree const& tree)
{
    Votes digits, track, text, bytes, length, counts, pad;
    for (auto const& [de, node] : tree.fields) {
        auto const& spec = node.spec;
        auto const is_digits = spec.attribute == Attribute::n || spec.attribute == Attribute::xn;
        if (is_digits) digits.add(spec.encoding);
        if (spec.attribute == Attribute::z) track.add(spec.encoding);
        if (spec.attribute == Attribute::b) bytes.add(spec.encoding);
        if (iso8583::is_text(spec.attribute)) text.add(spec.encoding);
        if (spec.encoding == Encoding::bcd) pad.add(spec.pad);
        if (spec.fixed()) continue;
        length.add(spec.prefix);
        counts.add(spec.unit);
    }
    Defaults const plain;
    return {digits.winner(plain.digits), track.winner(plain.track),   text.winner(plain.text),
            bytes.winner(plain.bytes),   length.winner(plain.length), counts.winner(plain.counts),
            pad.winner(plain.pad)};
}

std::size_t least_bytes(FieldSpec const& spec) noexcept
{
    if (spec.fixed()) return iso8583::value_bytes(spec, spec.length_max);
    return iso8583::prefix_bytes(spec) + iso8583::value_bytes(spec, spec.length_min);
}

std::optional<std::uint64_t> first_beyond(FieldNode const& field) noexcept
{
    if (field.inside.empty() || field.inside.front().form.kind != iso8583::NestedKind::positional)
        return {};
    auto const room = iso8583::value_bytes(field.spec, field.spec.length_max);
    std::size_t end = 0;
    for (auto const& [id, sub] : field.inside.front().fields) {
        end += least_bytes(sub.spec);
        if (end > room) return id;
    }
    return {};
}

bool secret_by_number(unsigned de) noexcept
{
    return de <= kFieldsMax && iso8583::dialect_1987_binary().fields[de].secret;
}

}  // namespace turnout::spec
