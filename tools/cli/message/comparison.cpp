#include "tools/cli/message/comparison.hpp"

#include "protocol/iso8583/describe.hpp"
#include "protocol/iso8583/pan_scan.hpp"
#include "protocol/wire/emv_tags.hpp"
#include "protocol/wire/tlv.hpp"
#include "tools/cli/message/hex_text.hpp"

#include <algorithm>
#include <cstdio>
#include <map>
#include <optional>

namespace turnout::cli::message {
namespace {

using iso8583::MessageView;
using Tags = std::map<std::uint32_t, std::string>;  // value in hex

std::string clear_text(MessageView const& view, unsigned de)
{
    std::string text(std::max<std::size_t>(std::size_t{4} * view.length(de), 8), ' ');
    auto const size = view.text(de, text);
    text.resize(size.has_value() ? *size : 0);
    return text;
}

// The elements of chip data; nothing when the field is no BER-TLV.
std::optional<Tags> tags_of(MessageView const& view, unsigned de)
{
    auto const& spec = view.dialect().fields[de];
    auto const* const inner = view.dialect().nested_of(spec);
    auto const is_chip = inner != nullptr ? inner->kind == iso8583::NestedKind::ber_tlv : de == 55;
    if (!is_chip || spec.attribute != iso8583::Attribute::b) return std::nullopt;
    std::vector<std::byte> bytes;
    if (!append_hex(clear_text(view, de), bytes).ok()) return std::nullopt;
    Tags tags;
    auto const error = wire::walk_tlv(bytes, [&](wire::Tlv const& tlv, unsigned) {
        if (tlv.constructed()) return;
        auto& text = tags[tlv.tag];
        for (auto const byte : tlv.value) {
            text += wire::hex_char_of(static_cast<unsigned>(byte) >> 4U);
            text += wire::hex_char_of(static_cast<unsigned>(byte));
        }
    });
    return error.ok() ? std::optional(std::move(tags)) : std::nullopt;
}

std::string masked_tag(std::uint32_t tag, std::string text)
{
    auto const* const known = wire::find_emv_tag(tag);
    if (known != nullptr && known->secret)
        text.resize(iso8583::mask_secret(text, tag == 0x5A));
    else
        iso8583::mask_pans(text);
    return text;
}

void compare_tags(unsigned de, Tags const& left, Tags const& right, std::vector<Difference>& out)
{
    auto all = left;
    all.insert(right.begin(), right.end());
    for (auto const& [tag, unused] : all) {
        auto const a = left.find(tag), b = right.find(tag);
        if (a != left.end() && b != right.end() && a->second == b->second) continue;
        auto const* const known = wire::find_emv_tag(tag);
        std::array<char, 16> id{};
        (void)std::snprintf(id.data(), id.size(), "%X", tag);
        out.push_back({de, id.data(), known != nullptr ? std::string(known->name) : std::string{},
                       a != left.end() ? masked_tag(tag, a->second) : std::string{},
                       b != right.end() ? masked_tag(tag, b->second) : std::string{},
                       a != left.end(), b != right.end()});
    }
}

std::string mti_text(MessageView const& view)
{
    std::array<char, 8> text{};
    (void)std::snprintf(text.data(), text.size(), "%04u", unsigned{view.mti().value});
    return text.data();
}

}  // namespace

std::vector<Difference> compare(MessageView const& left, MessageView const& right)
{
    std::vector<Difference> out;
    if (left.mti() != right.mti())
        out.push_back(
            {0, {}, "Message type indicator", mti_text(left), mti_text(right), true, true});
    for (unsigned de = 2; de <= iso8583::kFieldsMax; ++de) {
        auto const in_left = left.has(de), in_right = right.has(de);
        if (!in_left && !in_right) continue;
        if (in_left && in_right && clear_text(left, de) == clear_text(right, de)) continue;
        auto const a = in_left ? tags_of(left, de) : std::nullopt;
        auto const b = in_right ? tags_of(right, de) : std::nullopt;
        if (a && b) {
            compare_tags(de, *a, *b, out);
            continue;
        }
        auto const& names = in_left ? *left.dialect().names : *right.dialect().names;
        out.push_back({de,
                       {},
                       std::string(names[de]),
                       describe_field(left, de),
                       describe_field(right, de),
                       in_left,
                       in_right});
    }
    return out;
}

}  // namespace turnout::cli::message
