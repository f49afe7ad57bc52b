#include "tools/cli/message/json_message.hpp"

#include "protocol/iso8583/message_builder.hpp"
#include "protocol/wire/tlv.hpp"
#include "tools/cli/message/hex_text.hpp"

#include <algorithm>
#include <charconv>

#include <nlohmann/json.hpp>

namespace turnout::cli::message {
namespace {

using Json = nlohmann::json;

std::optional<unsigned> parse_number(std::string_view text, int base, unsigned max)
{
    unsigned value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty() || value > max)
        return std::nullopt;
    return value;
}

// A value that `view` masked keeps its length, not its digits.
std::string unmasked(std::string text, Json const& object)
{
    if (text.find('*') == std::string::npos) return text;
    auto const length = object.find("length");
    if (length != object.end() && length->is_number_unsigned())
        text.resize(std::min<std::size_t>(length->get<std::size_t>(), text.size() + 65535), '*');
    std::replace(text.begin(), text.end(), '*', '0');
    return text;
}

std::string read_tlv(Json const& object, std::string const& de, FieldValue& value)
{
    for (auto const& [name, item] : object.items()) {
        auto const tag = parse_number(name, 16, ~0U);
        if (!tag || !wire::is_tlv_tag(*tag)) return "DE " + de + ": '" + name + "' is not a tag";
        if (!item.is_string()) return "DE " + de + ", tag " + name + ": not a text of hex digits";
        value.tlv.emplace_back(*tag, item.get<std::string>());
    }
    return {};
}

std::string read_field(std::string const& de, Json const& item, FieldValues& fields)
{
    auto const number = parse_number(de, 10, iso8583::kFieldsMax);
    if (!number || *number < 2) return "field '" + de + "' is not a number from 2 to 192";
    auto& value = fields[*number];
    if (item.is_string()) {
        value.text = item.get<std::string>();
    } else if (item.is_number_unsigned()) {
        value.text = std::to_string(item.get<std::uint64_t>());
    } else if (item.is_object()) {
        auto const inner = item.find("value");
        if (inner == item.end()) return read_tlv(item, de, value);
        if (!inner->is_string()) return "DE " + de + ": \"value\" is not a text";
        value.text = unmasked(inner->get<std::string>(), item);
    } else {
        return "DE " + de + ": neither a text nor an object";
    }
    return {};
}

std::string parts_of(Json const& object, MessageParts& out)
{
    auto const mti = object.find("mti");
    if (mti == object.end() || !mti->is_string()) return "has no \"mti\" of four digits";
    auto const parsed = parse_mti(mti->get_ref<std::string const&>());
    if (!parsed) return "\"mti\" is not four digits";
    out.mti = *parsed;
    out.fields.clear();
    auto const fields = object.find("fields");
    if (fields == object.end() || !fields->is_object()) return "has no \"fields\"";
    for (auto const& [de, item] : fields->items())
        if (auto error = read_field(de, item, out.fields); !error.empty()) return error;
    return {};
}

// The value as the bytes of BER-TLV elements.
std::string tlv_bytes(unsigned de, FieldValue const& value, std::vector<std::byte>& out)
{
    std::array<std::byte, 4096> room{};
    wire::TlvWriter writer(room);
    for (auto const& [tag, hex] : value.tlv) {
        std::vector<std::byte> bytes;
        if (!append_hex(hex, bytes).ok())
            return "DE " + std::to_string(de) + ": a tag's value is not hex";
        writer.put(tag, bytes);
    }
    if (auto const error = writer.finish(); error != wire::TlvErrc::ok)
        return "DE " + std::to_string(de) + ": " + std::string(wire::meaning(error));
    out.assign(room.begin(), room.begin() + static_cast<std::ptrdiff_t>(writer.size_bytes()));
    return {};
}

}  // namespace

std::optional<iso8583::Mti> parse_mti(std::string_view text) noexcept
{
    if (text.size() != 4) return std::nullopt;
    auto const value = parse_number(text, 10, 9999);
    return value ? std::optional(iso8583::Mti{static_cast<std::uint16_t>(*value)}) : std::nullopt;
}

std::string build_message(iso8583::Dialect const& dialect, iso8583::Mti mti,
                          FieldValues const& fields, std::vector<std::byte>& out)
{
    out.resize(iso8583::kMessageBytesMax);
    auto const last = fields.empty() ? 0U : fields.rbegin()->first;
    auto const bitmaps = last > 128  ? iso8583::Bitmaps::tertiary
                         : last > 64 ? iso8583::Bitmaps::secondary
                                     : iso8583::Bitmaps::primary;
    iso8583::MessageBuilder builder{dialect, out, mti, bitmaps};
    std::vector<std::byte> bytes;
    for (auto const& [de, value] : fields) {
        if (value.tlv.empty()) {
            builder.text(de, value.text);
            continue;
        }
        if (auto error = tlv_bytes(de, value, bytes); !error.empty()) return error;
        builder.bytes(de, bytes);
    }
    auto const done = builder.finish();
    if (done.has_value()) {
        out.resize(*done);
        return {};
    }
    out.clear();
    auto const failed = done.error();
    return "DE " + std::to_string(failed.de) + " (" +
           std::string{(*dialect.names)[std::min<unsigned>(failed.de, iso8583::kFieldsMax)]} +
           "): " + std::string(meaning(failed.code));
}

std::string read_parts(std::string_view json, MessageParts& out)
{
    auto const object = Json::parse(json, nullptr, false);
    return object.is_object() ? parts_of(object, out) : "is not a JSON object";
}

std::string read_json_message(std::string_view line, iso8583::Dialect const* dialect,
                              std::vector<std::byte>& out)
{
    out.clear();
    auto const object = Json::parse(line, nullptr, false);
    if (!object.is_object()) return "is not a JSON object";
    if (auto const hex = object.find("hex"); hex != object.end()) {
        if (!hex->is_string()) return "\"hex\" is not a text";
        auto const problem = append_hex(hex->get_ref<std::string const&>(), out);
        return problem.ok() ? std::string{} : "\"hex\": " + std::string(problem.reason);
    }
    if (object.contains("rc") && object.contains("t_ns"))
        return "is an outcome of 'turnout load --record', which holds no message";
    MessageParts parts;
    if (auto error = parts_of(object, parts); !error.empty()) return error;
    if (dialect == nullptr) return "has fields, which need a --dialect to be built with";
    return build_message(*dialect, parts.mti, parts.fields, out);
}

}  // namespace turnout::cli::message
