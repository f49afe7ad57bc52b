#include "tools/cli/message/conversion.hpp"

#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/translate.hpp"

#include <algorithm>
#include <optional>

namespace turnout::cli::message {
namespace {

using namespace iso8583;

std::string clear_text(MessageView const& view, unsigned de)
{
    std::string text(std::max<std::size_t>(std::size_t{4} * view.length(de), 8), ' ');
    auto const size = view.text(de, text);
    text.resize(size.has_value() ? *size : 0);
    return text;
}

// Digits that a longer or shorter field would fill up or cut mean something else there: DE 12 of
// 1987 is hhmmss, of 1993 YYMMDDhhmmss.
std::string mismatch(FieldSpec const& from, FieldSpec const& to)
{
    if (!to.defined()) return "the dialect does not define it";
    if (from.fixed() && to.fixed() && from.attribute != Attribute::b &&
        from.length_max != to.length_max && !(is_text(from.attribute) && is_text(to.attribute)))
        return "it has " + std::to_string(to.length_max) + " instead of " +
               std::to_string(from.length_max) + " characters there";
    return {};
}

Bitmaps bitmaps_for(unsigned de)
{
    return de > 128 ? Bitmaps::tertiary : de > 64 ? Bitmaps::secondary : Bitmaps::primary;
}

// Whether the field alone can be built: its error has to name it, not the message.
std::string try_field(Dialect const& to, Mti mti, unsigned de, std::string const& text,
                      std::vector<std::byte>& scratch)
{
    scratch.resize(kMessageBytesMax);
    MessageBuilder builder{to, scratch, mti, bitmaps_for(de)};
    builder.text(de, text);
    auto const done = builder.finish();
    if (done.has_value()) return {};
    return std::string(meaning(done.error().code));
}

// DE 39 in the edition of the new message; nothing when one of them is of no edition.
std::optional<std::string> action_in(Mti from, Mti to, std::string const& text)
{
    auto const here = edition_of(from), there = edition_of(to);
    if (!here || !there) return std::nullopt;
    auto const code = action_from_text(*here, text);
    if (!code) return std::nullopt;
    std::array<char, 4> out{};
    auto const translated =
        *here == *there ? Translated{*code, true} : translate_action(*here, *code, *there);
    auto const size = action_text(*there, translated.code, out);
    return std::string(out.data(), size);
}

}  // namespace

Converted convert(MessageView const& from, Dialect const& to, Mti mti)
{
    Converted out;
    std::vector<std::pair<unsigned, std::string>> carried;
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        if (!from.has(de)) continue;
        auto why = mismatch(from.dialect().fields[de], to.fields[de]);
        auto text = clear_text(from, de);
        // Its length is the edition's, and so are its codes.
        if (de == 39) {
            auto translated = action_in(from.mti(), mti, text);
            if (translated) {
                text = *translated;
                why.clear();
            }
        }
        if (why.empty()) why = try_field(to, mti, de, text, out.bytes);
        if (why.empty())
            carried.emplace_back(de, std::move(text));
        else
            out.left_out.push_back({de, std::move(why)});
    }
    out.bytes.resize(kMessageBytesMax);
    MessageBuilder builder{to, out.bytes, mti,
                           bitmaps_for(carried.empty() ? 0 : carried.back().first)};
    for (auto const& [de, text] : carried)
        builder.text(de, text);
    auto const done = builder.finish();
    out.bytes.resize(done.has_value() ? *done : 0);
    return out;
}

}  // namespace turnout::cli::message
