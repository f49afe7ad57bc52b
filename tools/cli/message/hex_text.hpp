// Hexadecimal text into bytes: plain digits with separators, and lines of `hexdump -C`, `xxd` and
// packet analysers, which carry an offset in front and characters behind. Pure, no allocation but
// that of the caller's vector.
#pragma once
#include "protocol/core/bytes.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace turnout::cli::message {

// Why a text is not hexadecimal, and at which character (from 0).
struct HexProblem {
    std::string_view reason;  // empty: none
    std::size_t at = 0;
    [[nodiscard]] bool ok() const noexcept { return reason.empty(); }
};

// Appends the bytes of `text` to `out`. Spaces, tabs, ':', '-', ',' between bytes and a leading 0x
// are skipped. On a problem `out` holds what came before it.
[[nodiscard]] HexProblem append_hex(std::string_view text, std::vector<std::byte>& out);

// One line of a dump.
struct DumpLine {
    std::uint64_t offset = 0;
    bool repeats = false;  // "*": the line before goes on until the next offset
};
// Nothing when `line` is not of a dump; otherwise its offset, and its bytes appended to `out`.
[[nodiscard]] std::optional<DumpLine> append_dump_line(std::string_view line,
                                                       std::vector<std::byte>& out);

// How the lines of a text belong together.
enum class HexLayout : std::uint8_t {
    lines,       // each line is a message
    paragraphs,  // lines up to an empty one are a message
    dump,        // lines up to offset 0 or an empty line are a message
};
// Decides by the beginning of a text. Lines are parts of one message when all but the last have
// the same length, of at most 160 digits, and do not begin with the same byte.
[[nodiscard]] HexLayout layout_of(std::string_view head);

// By the first line that is not empty and no comment (#): hex digits and separators, or a dump's.
[[nodiscard]] bool looks_like_hex(std::string_view head);

}  // namespace turnout::cli::message
