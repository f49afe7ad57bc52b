#include "tools/cli/message/text_sink.hpp"

namespace turnout::cli::message {
namespace {

bool is_plain(char c) noexcept
{
    return c >= ' ' && c <= '~' && c != '"' && c != '\\';
}

}  // namespace

std::size_t utf8_bytes(std::string_view text, std::size_t at) noexcept
{
    auto const lead = static_cast<unsigned char>(text[at]);
    auto const size = lead < 0x80   ? 1U
                      : lead < 0xC2 ? 0U
                      : lead < 0xE0 ? 2U
                      : lead < 0xF0 ? 3U
                      : lead < 0xF5 ? 4U
                                    : 0U;
    if (size == 0 || at + size > text.size()) return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((static_cast<unsigned char>(text[at + i]) & 0xC0U) != 0x80U) return 0;
    auto const second = size > 1 ? static_cast<unsigned char>(text[at + 1]) : 0U;
    auto const is_overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    auto const is_outside = (lead == 0xED && second > 0x9F) || (lead == 0xF4 && second > 0x8F);
    return is_overlong || is_outside ? 0 : size;
}

TextSink& TextSink::json(std::string_view text)
{
    text_.push_back('"');
    for (std::size_t at = 0; at < text.size();) {
        auto end = at;
        while (end < text.size() && is_plain(text[end]))
            ++end;
        text_.append(text, at, end - at);
        at = end;
        if (at == text.size()) break;
        auto const c = text[at];
        auto const size = utf8_bytes(text, at);
        if (c == '"' || c == '\\') {
            text_.push_back('\\');
            text_.push_back(c);
        } else if (size > 1) {
            text_.append(text, at, size);
            at += size - 1;
        } else {
            text_.append("\\u00");
            text_.push_back(wire::hex_char_of(static_cast<unsigned char>(c) >> 4U));
            text_.push_back(wire::hex_char_of(static_cast<unsigned char>(c)));
        }
        ++at;
    }
    text_.push_back('"');
    return *this;
}

TextSink& TextSink::shown(std::string_view text)
{
    for (std::size_t at = 0; at < text.size();) {
        auto const size = utf8_bytes(text, at);
        auto const c = static_cast<unsigned char>(text[at]);
        // C1 controls (C2 80 to C2 9F) can steer a terminal as well.
        auto const is_control =
            c < 0x20 || c == 0x7F ||
            (c == 0xC2 && size == 2 && static_cast<unsigned char>(text[at + 1]) < 0xA0);
        if (size == 0 || is_control)
            text_.push_back('.');
        else
            text_.append(text, at, size);
        at += std::max<std::size_t>(size, 1);
    }
    return *this;
}

}  // namespace turnout::cli::message
