// Ids and paths of nested.hpp.
#include "protocol/iso8583/nested.hpp"
#include "protocol/wire/digits.hpp"

#include <charconv>

namespace turnout::iso8583 {
namespace {

constexpr NestedSpec kBerTlv{NestedKind::ber_tlv};

std::optional<std::uint64_t> number_of(std::string_view text, int base) noexcept
{
    std::uint64_t value = 0;
    auto const* const end = text.data() + text.size();
    auto const parsed = std::from_chars(text.data(), end, value, base);
    if (text.empty() || parsed.ec != std::errc{} || parsed.ptr != end) return std::nullopt;
    return value;
}

// The tag's characters, first one highest; "1" of a two-digit tag is "01".
std::optional<std::uint64_t> packed_tag(NestedSpec const& inner, std::string_view text) noexcept
{
    if (text.empty() || text.size() > inner.tag_size) return std::nullopt;
    auto const is_number = text.find_first_not_of("0123456789") == std::string_view::npos;
    if (!is_number && (text.size() != inner.tag_size || inner.tag == TagForm::bcd))
        return std::nullopt;
    std::uint64_t id = 0;
    for (auto i = text.size(); i < inner.tag_size; ++i)
        id = id << 8U | '0';
    for (auto const character : text)
        id = id << 8U | static_cast<unsigned char>(character);
    return id;
}

// Takes what is in front of the next '.' off `path`.
std::string_view take(std::string_view& path) noexcept
{
    auto const end = path.find('.');
    auto const part = path.substr(0, end);
    path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    return part;
}

Result<Subfield, Errc> find_in(Dialect const& dialect, NestedSpec const& inner, ByteView value,
                               std::uint64_t id) noexcept
{
    NestedReader reader{dialect, inner, value};
    Subfield subfield;
    while (reader.next(subfield))
        if (subfield.id == id) return subfield;
    return reader.error().ok() ? Errc::absent : reader.error().code;
}

std::size_t put_hex(std::uint64_t id, std::size_t digits, std::span<char, 16> out) noexcept
{
    for (std::size_t i = 0; i < digits; ++i)
        out[i] = wire::hex_char_of(static_cast<unsigned>(id >> 4U * (digits - 1 - i)));
    return digits;
}

}  // namespace

std::optional<std::uint64_t> subfield_id(NestedSpec const& inner, std::string_view text) noexcept
{
    switch (inner.kind) {
        case NestedKind::positional:
        case NestedKind::bitmap:
            return number_of(text, 10);
        case NestedKind::ber_tlv: {
            auto const tag = number_of(text, 16);
            auto const is_tag = tag.has_value() && text.size() % 2 == 0 && text.size() <= 8 &&
                                wire::is_tlv_tag(static_cast<std::uint32_t>(*tag));
            return is_tag ? tag : std::nullopt;
        }
        case NestedKind::datasets:
            return text.size() > 2 ? std::nullopt : number_of(text, 16);
        case NestedKind::tlv:
            break;
    }
    if (inner.tag != TagForm::binary) return packed_tag(inner, text);
    return text.size() > 2U * inner.tag_size ? std::nullopt : number_of(text, 16);
}

std::size_t subfield_name(NestedSpec const& inner, std::uint64_t id,
                          std::span<char, 16> out) noexcept
{
    if (inner.kind == NestedKind::positional || inner.kind == NestedKind::bitmap)
        return static_cast<std::size_t>(std::to_chars(out.data(), out.data() + 16, id).ptr -
                                        out.data());
    if (inner.kind == NestedKind::datasets) return put_hex(id, 2, out);
    if (inner.kind == NestedKind::tlv && inner.tag == TagForm::binary)
        return put_hex(id, 2U * inner.tag_size, out);
    if (inner.kind == NestedKind::ber_tlv)
        return put_hex(id, id > 0xffffff ? 8 : id > 0xffff ? 6 : id > 0xff ? 4 : 2, out);
    for (std::size_t i = 0; i < inner.tag_size; ++i)
        out[i] = static_cast<char>(id >> 8U * (inner.tag_size - 1U - i) & 0xffU);
    return inner.tag_size;
}

NestedSpec const* layout_inside(Dialect const& dialect, NestedSpec const& inner,
                                Subfield const& subfield) noexcept
{
    if (subfield.spec != nullptr)
        if (auto const* const own = dialect.nested_of(subfield.spec->spec); own != nullptr)
            return own;
    if (inner.kind == NestedKind::ber_tlv) {
        auto const first = subfield.wire.subspan(0, subfield.wire.size() - subfield.value.size());
        wire::TlvReader reader{subfield.wire};
        wire::Tlv tlv;
        return !first.empty() && reader.next(tlv) && tlv.constructed() ? &inner : nullptr;
    }
    if (inner.kind == NestedKind::datasets && subfield.id <= 0x70U) return &kBerTlv;
    return nullptr;
}

Result<Subfield, Errc> find_path(MessageView const& view, std::string_view path) noexcept
{
    auto const number = number_of(take(path), 10);
    if (!number.has_value() || *number > kFieldsMax) return Errc::unknown_field;
    auto const de = static_cast<unsigned>(*number);
    if (!view.has(de)) return Errc::absent;
    auto const& dialect = view.dialect();
    auto const* inner = dialect.nested_of(dialect.fields[de]);
    Subfield found{de, view.wire(de), view.value(de), view.length(de), nullptr};
    while (!path.empty()) {
        if (inner == nullptr) return Errc::unknown_field;
        auto const id = subfield_id(*inner, take(path));
        if (!id.has_value()) return Errc::unknown_field;
        auto next = find_in(dialect, *inner, found.value, *id);
        if (!next.has_value()) return next.error();
        found = *next;
        inner = layout_inside(dialect, *inner, found);
    }
    return found;
}

Result<std::size_t, Errc> subfield_text(Subfield const& subfield, std::span<char> out) noexcept
{
    FieldSpec bytes;
    bytes.attribute = Attribute::b;
    bytes.encoding = Encoding::binary;
    auto const& spec = subfield.spec == nullptr ? bytes : subfield.spec->spec;
    auto const fault = check_value(spec, subfield.value, subfield.units);
    if (!fault.ok()) return fault.code;
    return value_text(spec, subfield.value, subfield.units, out);
}

}  // namespace turnout::iso8583
