#include "tools/cli/message/render.hpp"

#include "protocol/iso8583/describe.hpp"
#include "protocol/iso8583/pan_scan.hpp"
#include "protocol/wire/emv_tags.hpp"
#include "protocol/wire/tlv.hpp"
#include "tools/cli/message/hex_text.hpp"

#include <algorithm>
#include <charconv>

namespace turnout::cli::message {
namespace {

using iso8583::MessageView;

constexpr std::size_t kNameColumns = 36;
constexpr std::size_t kExcerptBefore = 12;
// Bytes on either side that nothing is known of: with the failing one at most ten digits, which is
// what may be shown of a card number.
constexpr std::size_t kExcerptBehind = 2;
constexpr std::size_t kHiddenMax = 64;
constexpr unsigned kInsideDepthMax = 8;

std::string_view field_name(iso8583::Dialect const& dialect, unsigned de) noexcept
{
    return de <= iso8583::kFieldsMax ? (*dialect.names)[de] : std::string_view{};
}

template <class Do>
void for_each_field(MessageView const& view, Do&& visit)
{
    for (unsigned word = 0; word <= iso8583::kFieldsMax / 64; ++word)
        for (auto bits = view.present_word(word); bits != 0; bits &= bits - 1)
            visit(word * 64 + static_cast<unsigned>(std::countr_zero(bits)));
}

std::size_t offset_of(MessageView const& view, ByteView frame, unsigned de) noexcept
{
    return static_cast<std::size_t>(view.value(de).data() - frame.data());
}

// Packed, ASCII or EBCDIC digits: in a message that is read in the wrong way, any field's.
bool may_be_digits(std::byte byte) noexcept
{
    auto const value = static_cast<unsigned>(byte);
    auto const low = value & 15U, high = value >> 4U;
    return low <= 9 && (high <= 9 || high == 15);
}

std::string_view subfield_title(iso8583::NestedSpec const& layout,
                                iso8583::Subfield const& subfield) noexcept
{
    if (subfield.spec != nullptr && !subfield.spec->name.empty()) return subfield.spec->name;
    auto const* const known = layout.kind == iso8583::NestedKind::ber_tlv
                                  ? wire::find_emv_tag(static_cast<std::uint32_t>(subfield.id))
                                  : nullptr;
    return known != nullptr ? known->name : std::string_view{};
}

}  // namespace

bool FieldFilter::wants(unsigned de) const noexcept
{
    return des.empty() || std::find(des.begin(), des.end(), de) != des.end();
}

std::optional<FieldFilter> parse_filter(std::string_view text)
{
    FieldFilter filter;
    while (!text.empty()) {
        auto part = text.substr(0, text.find(','));
        text.remove_prefix(std::min(text.size(), part.size() + 1));
        if (part.starts_with("DE")) part.remove_prefix(2);
        unsigned de = 0;
        auto const [end, error] = std::from_chars(part.data(), part.data() + part.size(), de);
        if (error != std::errc{} || end != part.data() + part.size() || de < 2 ||
            de > iso8583::kFieldsMax)
            return std::nullopt;
        filter.des.push_back(de);
    }
    return filter.des.empty() ? std::nullopt : std::optional(filter);
}

Renderer::Renderer(TextSink& sink, FieldFilter filter)
    : sink_(sink), filter_(std::move(filter)), text_(std::size_t{4} * kInputMessageBytesMax)
{
    bytes_.reserve(kInputMessageBytesMax);
    hidden_.reserve(kHiddenMax + 1);
}

// A message that does not decode is perhaps read in the wrong way: what looks like a card number
// anywhere in its bytes is hidden, whichever field it seems to be in.
void Renderer::begin(Shown const& shown)
{
    hidden_.clear();
    if (shown.error.ok()) return;
    auto const text = as_text(shown.message.bytes);
    for (std::size_t from = 0; hidden_.size() < kHiddenMax;) {
        auto const found = iso8583::find_pan(text, from);
        if (found.size == 0) return;
        hidden_.push_back({found.at, found.size});
        from = found.at + 1;
    }
    hidden_.push_back({0, text.size()});  // so many: hide all
}

bool Renderer::is_hidden(std::size_t at) const noexcept
{
    return std::any_of(hidden_.begin(), hidden_.end(), [&](Hidden const& range) {
        return at >= range.at && at < range.at + range.bytes;
    });
}

std::string_view Renderer::value_of(MessageView const& view, unsigned de)
{
    auto const size = masked_text(view, de, text_);
    return {text_.data(), size};
}

std::string_view Renderer::explained(MessageView const& view, unsigned de)
{
    return {note_.data(), explain_field(view, de, note_)};
}

// The field's bytes, out of their hex digits when they lie so. Valid until the next call.
ByteView Renderer::value_bytes(MessageView const& view, unsigned de)
{
    if (!iso8583::is_hex(view.dialect().fields[de].encoding)) return view.value(de);
    auto const size = view.text(de, text_);
    bytes_.clear();
    if (!size.has_value() || !append_hex({text_.data(), *size}, bytes_).ok()) return {};
    return bytes_;
}

// Hex or text of a chip card element, masked.
std::string_view Renderer::tag_value(std::uint32_t tag, ByteView value)
{
    auto const* const known = wire::find_emv_tag(tag);
    std::size_t size = 0;
    auto const is_text = known != nullptr && known->format == wire::EmvFormat::text &&
                         std::all_of(value.begin(), value.end(), [](std::byte b) {
                             return b >= std::byte{0x20} && b < std::byte{0x7f};
                         });
    for (auto const byte : value) {
        if (is_text) {
            text_[size++] = static_cast<char>(byte);
            continue;
        }
        text_[size++] = wire::hex_char_of(static_cast<unsigned>(byte) >> 4U);
        text_[size++] = wire::hex_char_of(static_cast<unsigned>(byte));
    }
    auto const out = std::span(text_).first(size);
    if (known == nullptr || !known->secret) {
        iso8583::mask_pans(out);
        if (known == nullptr && iso8583::find_pan(as_text(value)).size != 0)
            return {text_.data(), iso8583::mask_secret(out, false)};
        return {text_.data(), size};
    }
    auto pan = out;
    while (!pan.empty() && pan.back() == 'F')
        pan = pan.first(pan.size() - 1);
    return {text_.data(), iso8583::mask_secret(tag == 0x5A ? pan : out, tag == 0x5A)};
}

void Renderer::row(Shown const& shown, unsigned de)
{
    auto const& view = shown.view;
    auto const at = offset_of(view, shown.message.bytes, de);
    auto const length = view.length(de);
    sink_ << "  DE";
    sink_.number(de).fill(de < 10 ? 3 : de < 100 ? 2 : 1) << '@';
    sink_.number(at).fill(at < 10 ? 4 : at < 100 ? 3 : at < 1000 ? 2 : 1);
    sink_.number(length, 4) << "  ";
    auto const name = field_name(view.dialect(), de);
    sink_ << name.substr(0, kNameColumns);
    sink_.fill(name.size() < kNameColumns ? kNameColumns - name.size() + 2 : 2);
    auto const whole = view.value(de).size();
    auto hide = false;
    for (std::size_t i = 0; i < whole && !hide; ++i)
        hide = is_hidden(at + i);
    auto const value = value_of(view, de);
    if (hide)
        sink_.fill(std::min<std::size_t>(value.size(), 16), '*');
    else
        sink_.shown(value);
    if (auto const note = explained(view, de); !note.empty() && !hide) sink_ << "  " << note;
    sink_ << '\n';
    if (!hide) inside_of(shown, de, false);
}

void Renderer::inside_of(Shown const& shown, unsigned de, bool as_json)
{
    static constexpr iso8583::NestedSpec kChipData{.kind = iso8583::NestedKind::ber_tlv};
    auto const& dialect = shown.view.dialect();
    auto const& spec = dialect.fields[de];
    auto const* layout = dialect.nested_of(spec);
    if (layout == nullptr && de == 55 && spec.attribute == iso8583::Attribute::b)
        layout = &kChipData;
    if (layout == nullptr) return;
    auto const bytes = value_bytes(shown.view, de);
    // Chip data have secrets of their own; in other layouts the field's mark counts for all.
    auto const is_secret = spec.secret && layout->kind != iso8583::NestedKind::ber_tlv;
    Inside const part{dialect,
                      *layout,
                      bytes,
                      offset_of(shown.view, shown.message.bytes, de),
                      iso8583::is_hex(spec.encoding) ? 2U : 1U,
                      is_secret,
                      0};
    if (as_json) sink_ << ",\"inside\":[";
    inside(part, as_json);
    if (as_json) sink_ << ']';
}

// Depth is bounded by kInsideDepthMax, whatever the message says.
void Renderer::inside(Inside const& part, bool as_json)
{
    iso8583::NestedReader reader(part.dialect, part.layout, part.bytes);
    auto first = true;
    for (iso8583::Subfield subfield; reader.next(subfield);) {
        if (as_json) sink_ << (first ? "{" : ",{");
        first = false;
        if (as_json)
            inside_json(part, subfield);
        else
            inside_row(part, subfield);
        auto const* const deeper = iso8583::layout_inside(part.dialect, part.layout, subfield);
        if (deeper != nullptr && part.depth + 1 < kInsideDepthMax) {
            auto const at = static_cast<std::size_t>(subfield.value.data() - part.bytes.data());
            if (as_json) sink_ << ",\"inside\":[";
            inside({part.dialect, *deeper, subfield.value, part.at + at * part.scale, part.scale,
                    part.is_secret, part.depth + 1},
                   as_json);
            if (as_json) sink_ << ']';
        }
        if (as_json) sink_ << '}';
    }
    auto const fault = reader.error();
    if (fault.code == iso8583::Errc::ok) return;
    if (as_json) {
        sink_ << (first ? "{\"error\":" : ",{\"error\":");
        sink_.json(meaning(fault.code)) << ",\"at\":";
        sink_.number(part.at + fault.at * part.scale) << '}';
        return;
    }
    sink_.fill(std::size_t{4} + 2 * part.depth) << "! @";
    sink_.number(part.at + fault.at * part.scale) << ' ' << meaning(fault.code) << '\n';
}

std::string_view Renderer::subfield_value(Inside const& part, iso8583::Subfield const& subfield)
{
    auto const is_ber = part.layout.kind == iso8583::NestedKind::ber_tlv;
    if (is_ber && subfield.spec == nullptr)
        return tag_value(static_cast<std::uint32_t>(subfield.id), subfield.value);
    auto const size = subfield_text(subfield, text_);
    auto const text = std::span(text_).first(size.has_value() ? *size : 0);
    auto const is_secret =
        part.is_secret || (subfield.spec != nullptr && subfield.spec->spec.secret);
    if (is_secret) return {text_.data(), iso8583::mask_secret(text, false)};
    iso8583::mask_pans(text);
    if (iso8583::find_pan(as_text(subfield.value)).size != 0)
        return {text_.data(), iso8583::mask_secret(text, false)};
    return {text_.data(), text.size()};
}

void Renderer::inside_row(Inside const& part, iso8583::Subfield const& subfield)
{
    std::array<char, 16> id{};
    auto const size = subfield_name(part.layout, subfield.id, id);
    auto const at = static_cast<std::size_t>(subfield.value.data() - part.bytes.data());
    sink_.fill(std::size_t{4} + 2 * part.depth) << std::string_view{id.data(), size};
    sink_.fill(size < 5 ? 5 - size : 1) << '@';
    sink_.number(part.at + at * part.scale);
    sink_.number(subfield.value.size(), 5) << "  ";
    auto const name = subfield_title(part.layout, subfield);
    sink_ << name;
    sink_.fill(name.size() + 2 * part.depth < kNameColumns
                   ? kNameColumns + 2 - name.size() - 2 * part.depth
                   : 2);
    if (iso8583::layout_inside(part.dialect, part.layout, subfield) == nullptr)
        sink_.shown(subfield_value(part, subfield));
    sink_ << '\n';
}

void Renderer::inside_json(Inside const& part, iso8583::Subfield const& subfield)
{
    std::array<char, 16> id{};
    auto const size = subfield_name(part.layout, subfield.id, id);
    auto const at = static_cast<std::size_t>(subfield.value.data() - part.bytes.data());
    (sink_ << "\"id\":").json({id.data(), size}) << ",\"at\":";
    sink_.number(part.at + at * part.scale) << ",\"bytes\":";
    sink_.number(subfield.value.size());
    if (auto const name = subfield_title(part.layout, subfield); !name.empty())
        (sink_ << ",\"name\":").json(name);
    if (iso8583::layout_inside(part.dialect, part.layout, subfield) == nullptr)
        (sink_ << ",\"value\":").json(subfield_value(part, subfield));
}

void Renderer::table(Shown const& shown)
{
    begin(shown);
    auto const& view = shown.view;
    sink_ << "message ";
    sink_.number(shown.message.number) << ", " << describe(shown.message.place) << ": ";
    sink_ << std::string_view{note_.data(), summarize(view, note_)};
    sink_ << "  [" << view.dialect().name << ", ";
    sink_.number(shown.message.bytes.size()) << " bytes]\n";
    if (auto const header = view.header(); !header.empty()) {
        sink_ << "  header @0   ";
        sink_.number(header.size(), 5) << "  ";
        sink_.hex(header) << '\n';
    }
    if (view.has_mti()) {
        sink_ << "  MTI  @";
        auto const at = view.header().size();
        sink_.number(at).fill(at < 10 ? 4 : 3);
        sink_.number(4, 4) << "  ";
        sink_ << "Message type indicator";
        sink_.fill(kNameColumns - 20);
        auto const mti = view.mti().value;
        sink_.fill(mti < 10 ? 3 : mti < 100 ? 2 : mti < 1000 ? 1 : 0, '0').number(mti) << "  ";
        sink_ << std::string_view{note_.data(), explain_mti(view.mti(), note_)} << '\n';
    }
    for_each_field(view, [&](unsigned de) {
        if (filter_.wants(de)) row(shown, de);
    });
    if (!shown.error.ok() || !shown.violations.empty()) error_text(shown);
    sink_ << '\n';
}

void Renderer::json_place(Shown const& shown)
{
    auto const& place = shown.message.place;
    sink_ << "{\"message\":";
    sink_.number(shown.message.number);
    if (place.line != 0) {
        sink_ << ",\"line\":";
        sink_.number(place.line);
    } else {
        sink_ << ",\"at\":";
        sink_.number(place.offset);
    }
    if (place.stream != 0) {
        sink_ << ",\"stream\":";
        sink_.number(place.stream) << ",\"at_ns\":";
        sink_.number(place.at_ns);
    }
}

void Renderer::json_field(Shown const& shown, unsigned de)
{
    auto const& view = shown.view;
    auto const at = offset_of(view, shown.message.bytes, de);
    auto const& spec = view.dialect().fields[de];
    auto hide = false;
    if (!hidden_.empty())
        for (std::size_t i = 0; i < view.value(de).size() && !hide; ++i)
            hide = is_hidden(at + i);
    sink_ << '"';
    sink_.number(de) << "\":{\"name\":";
    sink_.json(field_name(view.dialect(), de)) << ",\"at\":";
    sink_.number(at) << ",\"bytes\":";
    sink_.number(view.value(de).size()) << ",\"length\":";
    sink_.number(view.length(de));
    if (spec.secret || hide) sink_ << ",\"masked\":true";
    sink_ << ",\"value\":";
    auto const value = value_of(view, de);
    if (hide)
        sink_ << "\"****************\"";
    else
        sink_.json(value);
    if (auto const note = explained(view, de); !note.empty() && !hide)
        (sink_ << ",\"meaning\":").json(note);
    if (!hide) inside_of(shown, de, true);
    sink_ << '}';
}

void Renderer::json(Shown const& shown)
{
    begin(shown);
    auto const& view = shown.view;
    json_place(shown);
    sink_ << ",\"ok\":" << (shown.error.ok() && shown.violations.empty() ? "true" : "false");
    (sink_ << ",\"dialect\":").json(view.dialect().name) << ",\"bytes\":";
    sink_.number(shown.message.bytes.size());
    if (auto const header = view.header(); !header.empty())
        (sink_ << ",\"header\":\"").hex(header) << '"';
    if (view.has_mti()) {
        auto const mti = view.mti().value;
        sink_ << ",\"mti\":\"";
        sink_.fill(mti < 10 ? 3 : mti < 100 ? 2 : mti < 1000 ? 1 : 0, '0').number(mti) << '"';
        (sink_ << ",\"type\":").json({note_.data(), explain_mti(view.mti(), note_)});
    }
    sink_ << ",\"fields\":{";
    auto first = true;
    for_each_field(view, [&](unsigned de) {
        if (!filter_.wants(de)) return;
        if (!first) sink_ << ',';
        first = false;
        json_field(shown, de);
    });
    sink_ << '}';
    json_error(shown);
    sink_ << "}\n";
}

void Renderer::json_error(Shown const& shown)
{
    if (!shown.message.problem.empty()) {
        (sink_ << ",\"error\":{\"text\":").json(shown.message.problem) << '}';
        return;
    }
    auto const& dialect = shown.view.dialect();
    if (!shown.error.ok()) {
        sink_ << ",\"error\":{\"de\":";
        sink_.number(shown.error.de);
        (sink_ << ",\"name\":").json(field_name(dialect, shown.error.de)) << ",\"at\":";
        sink_.number(shown.error.offset_bytes);
        (sink_ << ",\"rule\":").json(meaning(shown.error.code));
        (sink_ << ",\"remedy\":").json(iso8583::remedy(shown.error.code));
        excerpt(shown, true);
        sink_ << '}';
    }
    if (shown.violations.empty()) return;
    sink_ << ",\"violations\":[";
    for (auto const& violation : shown.violations) {
        if (&violation != shown.violations.data()) sink_ << ',';
        sink_.json(describe(violation, *shown.rules, dialect));
    }
    sink_ << ']';
}

void Renderer::error_json(Shown const& shown)
{
    begin(shown);
    json_place(shown);
    sink_ << ",\"ok\":false";
    json_error(shown);
    sink_ << "}\n";
}

void Renderer::error_text(Shown const& shown)
{
    begin(shown);
    sink_ << "error: message ";
    sink_.number(shown.message.number) << ", " << describe(shown.message.place) << ": ";
    if (!shown.message.problem.empty()) {
        sink_.shown(shown.message.problem) << '\n';
        return;
    }
    auto const& dialect = shown.view.dialect();
    if (!shown.error.ok()) {
        auto const de = shown.error.de;
        if (de == 0)
            sink_ << "MTI";
        else
            (sink_ << "DE").number(de);
        sink_ << " @";
        sink_.number(shown.error.offset_bytes);
        if (auto const name = field_name(dialect, de); !name.empty() && de != 0)
            sink_ << " (" << name << ')';
        sink_ << ": " << meaning(shown.error.code) << '\n';
        excerpt(shown, false);
        if (auto const advice = iso8583::remedy(shown.error.code); !advice.empty())
            sink_ << "    perhaps: " << advice << '\n';
    }
    auto first = shown.error.ok();
    for (auto const& violation : shown.violations) {
        if (!first) sink_ << "       ";
        first = false;
        sink_.shown(describe(violation, *shown.rules, dialect)) << '\n';
    }
}

// The bytes around the first one that is wrong. Bytes of secrets are shown as "**".
void Renderer::excerpt(Shown const& shown, bool as_json)
{
    auto const frame = shown.message.bytes;
    auto const at = std::min<std::size_t>(shown.error.offset_bytes, frame.size());
    auto const& view = shown.view;
    auto const failing_is_secret = shown.error.de >= 2 && shown.error.de <= iso8583::kFieldsMax &&
                                   view.dialect().fields[shown.error.de].secret;
    auto const begin_at = at > kExcerptBefore ? at - kExcerptBefore : 0;
    auto const end_at = std::min(frame.size(), at + 1 + (failing_is_secret ? 0 : kExcerptBehind));
    // Bytes that the excerpt may show: those outside of every secret value.
    std::array<bool, kExcerptBefore + kExcerptBehind + 1> secret{};
    std::size_t decoded_end = view.header().size();
    for_each_field(view, [&](unsigned de) {
        auto const from = offset_of(view, frame, de);
        auto const to = from + view.value(de).size();
        decoded_end = std::max(decoded_end, to);
        auto const value = value_of(view, de);
        if (value.find('*') == std::string_view::npos && !view.dialect().fields[de].secret) return;
        for (auto i = std::max(from, begin_at); i < std::min(to, end_at); ++i)
            secret[i - begin_at] = true;
    });
    for (auto i = begin_at; i < end_at; ++i)
        secret[i - begin_at] = secret[i - begin_at] || (i != at && is_hidden(i)) ||
                               (failing_is_secret && i >= decoded_end && i != at);
    for (auto i = begin_at; i < end_at; ++i) {
        auto const distance = i > at ? i - at : at - i;
        if (distance > kExcerptBehind && may_be_digits(frame[i])) secret[i - begin_at] = true;
    }
    secret[at - begin_at] = false;
    sink_ << (as_json ? ",\"excerpt_at\":" : "    @");
    sink_.number(begin_at);
    sink_ << (as_json ? ",\"excerpt\":\"" : "  ");
    for (auto i = begin_at; i < end_at; ++i) {
        if (i != begin_at) sink_ << ' ';
        if (secret[i - begin_at])
            sink_ << "**";
        else
            sink_.hex(frame.subspan(i, 1));
    }
    if (as_json) {
        sink_ << '"';
        return;
    }
    sink_ << '\n';
    sink_.fill(7 + wire::decimal_digits(begin_at) + 3 * (at - begin_at));
    sink_ << (at < frame.size() ? "^^\n" : "^ the message ends here\n");
}

}  // namespace turnout::cli::message
