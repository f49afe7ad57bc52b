// Message headers: what stands between the length and the MTI. A header is data: named pieces at
// fixed places, each with a rule for the answer (repeat, swap with its partner, constant, length).
// Built in: TPDU, BASE1, BASE24, D8, UnionPay; any other from a line of text. Values without
// pointers into other memory; nothing here allocates. Layouts: docs/formats/wire.md.
#pragma once
#include "protocol/core/bytes.hpp"
#include "protocol/core/result.hpp"

#include <array>
#include <optional>

namespace turnout::wire {

inline constexpr std::size_t kMessageHeaderBytesMax = 48;  // a BASE1 reject with the old header
inline constexpr std::size_t kHeaderPiecesMax = 16;
inline constexpr std::size_t kHeaderNameMax = 15;

enum class HeaderForm : std::uint8_t { bytes, digits, text, number };  // how a piece is shown

// What an answer's header has in place of a piece.
enum class HeaderRule : std::uint8_t {
    echo,      // the request's bytes
    constant,  // the template's bytes; a header that has others is refused
    swap,      // the request's bytes of the partner: source and destination
    length,    // header and message in bytes, most significant first
};

// Name with its own storage, so that a template can be copied anywhere.
struct HeaderName {
    std::array<char, kHeaderNameMax + 1> text{};

    constexpr HeaderName() noexcept = default;
    // Cut at kHeaderNameMax characters.
    constexpr HeaderName(std::string_view name) noexcept
    {
        for (std::size_t i = 0; i < name.size() && i < kHeaderNameMax; ++i)
            text[i] = name[i];
    }
    [[nodiscard]] constexpr std::string_view view() const noexcept { return text.data(); }
    friend constexpr bool operator==(HeaderName const&, HeaderName const&) noexcept = default;
};

struct HeaderPiece {
    HeaderName name;  // empty for constants without one
    std::uint8_t at = 0;
    std::uint8_t bytes = 0;
    HeaderForm form = HeaderForm::bytes;
    HeaderRule rule = HeaderRule::echo;
    std::uint8_t partner = 0;  // of swap: index of the other piece, of the same size
    friend constexpr bool operator==(HeaderPiece const&, HeaderPiece const&) noexcept = default;
};

struct HeaderTemplate {
    HeaderName name;
    std::uint8_t bytes = 0;  // of a header as we write it
    std::uint8_t count = 0;  // pieces
    bool is_base1 = false;   // the first byte says how long it is: 22, or 26 for a reject
    std::array<HeaderPiece, kHeaderPiecesMax> pieces{};
    std::array<std::byte, kMessageHeaderBytesMax> initial{};  // constants, and what requests carry

    [[nodiscard]] constexpr std::span<HeaderPiece const> parts() const noexcept
    {
        return {pieces.data(), count};
    }
    friend constexpr bool operator==(HeaderTemplate const&,
                                     HeaderTemplate const&) noexcept = default;
};

// The built-in ones, and one of them by name: "tpdu", "base1", "base24", "d8", "unionpay".
extern HeaderTemplate const kTpduHeader;
extern HeaderTemplate const kBase1Header;
extern HeaderTemplate const kBase24Header;
extern HeaderTemplate const kD8Header;
extern HeaderTemplate const kUnionPayHeader;
[[nodiscard]] std::span<HeaderTemplate const* const> header_templates() noexcept;
[[nodiscard]] HeaderTemplate const* find_header_template(std::string_view name) noexcept;

// Bytes that the header takes at the front of `bytes` (header and message); nullopt when they are
// too short, a constant differs, or a BASE1 length byte is not 22 or 26.
[[nodiscard]] std::optional<std::size_t> header_size(HeaderTemplate const& header,
                                                     ByteView bytes) noexcept;

// The bytes of a piece, empty when there is none of this name. `bytes` as header_size() took them.
[[nodiscard]] ByteView header_piece(HeaderTemplate const& header, ByteView bytes,
                                    std::string_view name) noexcept;

// Writes the header of an answer to a message that came with `request` (header_size() accepted it),
// or a first header of our own when `request` is empty. `swap` false keeps source and destination.
// Returns header.bytes, or 0 (nothing written) when `out` is too small or `request` too short.
[[nodiscard]] std::size_t write_answer_header(HeaderTemplate const& header, ByteView request,
                                              std::size_t message_bytes, bool swap,
                                              ByteSpan out) noexcept;

// Reject code (4 digits) of a BASE1 header of 26 bytes whose reject bit is set; nullopt for any
// other header. Behind it lies the header of the rejected message.
[[nodiscard]] std::optional<unsigned> base1_reject_code(ByteView header) noexcept;

struct HeaderTextError {
    std::string_view reason;  // static storage
    std::uint32_t at = 0;     // character of the text
};
// A template from items separated by spaces:
//   'ISO'  x'600003'   constants;        name:3        a piece that is repeated
//   name:2=other       swapped with it;  name:2#       the length of header and message
// e.g. "x'60' to:2=from from:2=to". 1 to 48 bytes, up to 16 items.
[[nodiscard]] Result<HeaderTemplate, HeaderTextError> parse_header_template(
    std::string_view text) noexcept;
// A built-in one by its name, else parse_header_template().
[[nodiscard]] Result<HeaderTemplate, HeaderTextError> header_template_of(
    std::string_view text) noexcept;

}  // namespace turnout::wire
