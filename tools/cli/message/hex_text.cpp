#include "tools/cli/message/hex_text.hpp"

#include "protocol/wire/digits.hpp"

#include <algorithm>

namespace turnout::cli::message {
namespace {

constexpr std::size_t kDumpLineBytesMax = 64;  // xxd -c 64
constexpr std::size_t kWrapDigitsMax = 160;

bool is_separator(char c) noexcept
{
    return c == ' ' || c == '\t' || c == ':' || c == '-' || c == ',' || c == '\r';
}

bool is_hex(char c) noexcept
{
    return wire::hex_digit_of(c) < 16;
}

std::string_view next_line(std::string_view& rest) noexcept
{
    auto const end = std::min(rest.find('\n'), rest.size());
    auto line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line;
}

std::size_t skip_blanks(std::string_view line, std::size_t at) noexcept
{
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t'))
        ++at;
    return at;
}

// "00000010  ", "00000010: ", "0010  ": end of the offset column, 0 when there is none.
std::size_t offset_column(std::string_view line, std::uint64_t& offset) noexcept
{
    std::size_t at = 0;
    offset = 0;
    for (; at < line.size() && at < 16 && is_hex(line[at]); ++at)
        offset = offset << 4U | wire::hex_digit_of(line[at]);
    if (at < 4) return 0;
    if (at == line.size()) return at;  // the last line of hexdump: only the end
    if (line[at] == ':') return at + 1;
    return line[at] == ' ' || line[at] == '\t' ? at : 0;
}

// Bytes in front of the column of characters, which begins behind two blanks (xxd), at a '|'
// (hexdump -C), or with a word that is not pairs of digits.
void append_columns(std::string_view line, bool is_xxd, std::vector<std::byte>& out)
{
    std::size_t at = 0;
    for (std::size_t bytes = 0; bytes < kDumpLineBytesMax;) {
        auto const word = skip_blanks(line, at);
        if (word == line.size() || line[word] == '|') return;
        if (is_xxd && bytes > 0 && word - at > 1) return;
        if (!is_xxd && bytes >= 16 && word - at > 1) return;
        auto end = word;
        while (end < line.size() && is_hex(line[end]))
            ++end;
        auto const ends_well = end == line.size() || line[end] == ' ' || line[end] == '\t';
        if (end == word || (end - word) % 2 != 0 || !ends_well) return;
        if (!is_xxd && end - word != 2) return;
        for (auto i = word; i < end; i += 2, ++bytes)
            out.push_back(static_cast<std::byte>(wire::hex_digit_of(line[i]) << 4U |
                                                 wire::hex_digit_of(line[i + 1])));
        at = end;
    }
}

// Digits of a line of plain hex, 0 when it holds anything else.
std::size_t digits_in(std::string_view line) noexcept
{
    std::size_t digits = 0;
    for (auto const c : line) {
        if (is_hex(c))
            ++digits;
        else if (!is_separator(c))
            return 0;
    }
    return digits;
}

std::string_view first_byte(std::string_view line) noexcept
{
    return line.substr(std::min(skip_blanks(line, 0), line.size())).substr(0, 2);
}

}  // namespace

HexProblem append_hex(std::string_view text, std::vector<std::byte>& out)
{
    std::size_t at = skip_blanks(text, 0);
    if (text.substr(at).starts_with("0x") || text.substr(at).starts_with("0X")) at += 2;
    auto const* const chars = reinterpret_cast<std::byte const*>(text.data());
    while (at < text.size()) {
        if (text.size() - at >= 8) {
            auto const eight = load<std::uint64_t>(chars + at);
            if (wire::not_hex(eight) == 0) {
                auto const size = out.size();
                out.resize(size + 4);
                auto const value = static_cast<std::uint32_t>(wire::hex_number8(eight));
                store(out.data() + size, __builtin_bswap32(value));
                at += 8;
                continue;
            }
        }
        if (is_separator(text[at])) {
            ++at;
            continue;
        }
        auto const high = wire::hex_digit_of(text[at]);
        if (high > 15) return {"is not a hex digit", at};
        if (at + 1 == text.size() || is_separator(text[at + 1]))
            return {"half a byte: an odd number of hex digits", at};
        auto const low = wire::hex_digit_of(text[at + 1]);
        if (low > 15) return {"is not a hex digit", at + 1};
        out.push_back(static_cast<std::byte>(high << 4U | low));
        at += 2;
    }
    return {};
}

std::optional<DumpLine> append_dump_line(std::string_view line, std::vector<std::byte>& out)
{
    if (line == "*") return DumpLine{0, true};
    DumpLine found;
    auto const column = offset_column(line, found.offset);
    if (column == 0) return std::nullopt;
    append_columns(line.substr(column), line[column - 1] == ':', out);
    return found;
}

HexLayout layout_of(std::string_view head)
{
    std::string_view first;
    std::size_t lines = 0, width = 0;
    auto short_before = false, same_byte = true;
    for (auto rest = head; !rest.empty();) {
        auto const whole = rest.find('\n') != std::string_view::npos;
        auto const line = next_line(rest);
        if (!whole && lines > 1) break;  // cut: says nothing about the width
        if (line.starts_with('#')) continue;
        if (skip_blanks(line, 0) == line.size()) {
            if (lines > 0) break;
            continue;
        }
        std::uint64_t offset = 0;
        if (lines == 0 && offset_column(line, offset) > 0 && offset == 0) return HexLayout::dump;
        auto const digits = digits_in(line);
        if (lines == 0) {
            first = line;
            width = digits;
        } else {
            if (short_before || digits > width) return HexLayout::lines;
            short_before = digits < width;
            same_byte = same_byte && first_byte(line) == first_byte(first);
        }
        ++lines;
    }
    auto const wrapped = lines > 1 && width <= kWrapDigitsMax && width >= 16 && !same_byte;
    return wrapped ? HexLayout::paragraphs : HexLayout::lines;
}

bool looks_like_hex(std::string_view head)
{
    for (auto rest = head; !rest.empty();) {
        auto line = next_line(rest);
        if (line.starts_with('#') || skip_blanks(line, 0) == line.size()) continue;
        std::uint64_t offset = 0;
        auto const column = offset_column(line, offset);
        if (column > 0 && offset == 0 && column < line.size()) return true;
        line = line.substr(0, line.find('#'));
        if (line.starts_with("0x") || line.starts_with("0X")) line.remove_prefix(2);
        return digits_in(line) != 0;
    }
    return false;
}

}  // namespace turnout::cli::message
