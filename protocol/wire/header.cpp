#include "protocol/wire/header.hpp"

#include <algorithm>

namespace turnout::wire {

namespace {

constexpr std::size_t kBase1Bytes = 22;
constexpr std::size_t kBase1RejectBytes = 26;
constexpr std::byte kBase1FollowedByHeader{0x80};  // of the header format
constexpr std::byte kBase1Rejected{0x80};          // of the reject bitmap

// Builds a table entry; what does not fit is a compile-time error (array bounds).
struct Maker {
    HeaderTemplate made;

    constexpr explicit Maker(std::string_view name) { made.name = name; }
    constexpr Maker& piece(std::string_view name, std::uint8_t bytes, HeaderForm form,
                           HeaderRule rule = HeaderRule::echo)
    {
        made.pieces[made.count++] = {name, made.bytes, bytes, form, rule, 0};
        made.bytes = static_cast<std::uint8_t>(made.bytes + bytes);
        return *this;
    }
    // The two newest pieces are each other's partners.
    constexpr Maker& swapped(std::string_view first, std::string_view second, std::uint8_t bytes,
                             HeaderForm form)
    {
        auto const at = made.count;
        piece(first, bytes, form, HeaderRule::swap);
        piece(second, bytes, form, HeaderRule::swap);
        made.pieces[at].partner = static_cast<std::uint8_t>(at + 1);
        made.pieces[at + 1U].partner = at;
        return *this;
    }
    constexpr Maker& base1()
    {
        made.is_base1 = true;
        return *this;
    }
    constexpr Maker& initial(std::uint8_t at, std::byte value)
    {
        made.initial[at] = value;
        return *this;
    }
    constexpr Maker& initial(std::uint8_t at, std::string_view text)
    {
        for (auto const character : text)
            made.initial[at++] = static_cast<std::byte>(character);
        return *this;
    }
};

ByteView at(HeaderPiece const& piece, ByteView bytes) noexcept
{
    return bytes.subspan(piece.at, piece.bytes);
}

bool constants_match(HeaderTemplate const& header, ByteView bytes) noexcept
{
    for (auto const& piece : header.parts()) {
        if (piece.rule != HeaderRule::constant) continue;
        auto const wanted = at(piece, header.initial);
        if (!std::equal(wanted.begin(), wanted.end(), at(piece, bytes).begin())) return false;
    }
    return true;
}

std::optional<std::size_t> base1_size(ByteView bytes) noexcept
{
    if (bytes.size() < kBase1Bytes) return std::nullopt;
    auto const own = static_cast<std::size_t>(bytes[0]);
    if (own != kBase1Bytes && own != kBase1RejectBytes) return std::nullopt;
    // A reject carries the header of the message that it rejects.
    auto const followed =
        own == kBase1RejectBytes || (bytes[1] & kBase1FollowedByHeader) == kBase1FollowedByHeader;
    auto const whole = followed ? own + kBase1Bytes : own;
    if (bytes.size() < whole) return std::nullopt;
    return whole;
}

}  // namespace

using enum HeaderForm;

constinit HeaderTemplate const kTpduHeader = Maker("tpdu")
                                                 .piece("id", 1, bytes)
                                                 .swapped("destination", "source", 2, digits)
                                                 .initial(0, std::byte{0x60})
                                                 .made;

constinit HeaderTemplate const kBase1Header =
    Maker("base1")
        .piece("length", 1, number, HeaderRule::constant)
        .piece("format", 1, bytes)
        .piece("text-format", 1, number)
        .piece("total-length", 2, number, HeaderRule::length)
        .swapped("destination", "source", 3, digits)
        .piece("round-trip", 1, bytes)
        .piece("flags", 2, bytes)
        .piece("status", 3, bytes)
        .piece("batch", 1, number)
        .piece("reserved", 3, bytes)
        .piece("user-info", 1, bytes)
        .initial(0, std::byte{kBase1Bytes})
        .initial(1, std::byte{0x01})
        .initial(2, std::byte{0x02})
        .base1()
        .made;

constinit HeaderTemplate const kBase24Header = Maker("base24")
                                                   .piece("start", 3, text, HeaderRule::constant)
                                                   .piece("product", 2, text)
                                                   .piece("release", 2, text)
                                                   .piece("status", 3, text)
                                                   .piece("originator", 1, text)
                                                   .piece("responder", 1, text)
                                                   .initial(0, "ISO025000000")
                                                   .made;

constinit HeaderTemplate const kD8Header = Maker("d8")
                                               .piece("protocol", 12, text)
                                               .piece("source", 2, text)
                                               .piece("version", 2, text)
                                               .piece("field-in-error", 3, text)
                                               .piece("unused", 2, text)
                                               .initial(0, "ISO8583-1993010000000")
                                               .made;

constinit HeaderTemplate const kUnionPayHeader = Maker("unionpay")
                                                     .piece("id", 1, bytes)
                                                     .swapped("destination", "source", 2, digits)
                                                     .piece("application", 1, digits)
                                                     .piece("version", 1, digits)
                                                     .piece("terminal-state", 1, digits)
                                                     .piece("software", 3, digits)
                                                     .initial(0, std::byte{0x60})
                                                     .initial(5, std::byte{0x60})
                                                     .made;

static HeaderTemplate const* const kTemplates[] = {&kTpduHeader, &kBase1Header, &kBase24Header,
                                                   &kD8Header, &kUnionPayHeader};

std::span<HeaderTemplate const* const> header_templates() noexcept
{
    return kTemplates;
}

HeaderTemplate const* find_header_template(std::string_view name) noexcept
{
    for (auto const* const header : kTemplates)
        if (header->name.view() == name) return header;
    return nullptr;
}

std::optional<std::size_t> header_size(HeaderTemplate const& header, ByteView bytes) noexcept
{
    if (header.is_base1) return base1_size(bytes);
    if (bytes.size() < header.bytes || !constants_match(header, bytes)) return std::nullopt;
    return header.bytes;
}

ByteView header_piece(HeaderTemplate const& header, ByteView bytes, std::string_view name) noexcept
{
    if (bytes.size() < header.bytes) return {};
    for (auto const& piece : header.parts())
        if (piece.name.view() == name) return at(piece, bytes);
    return {};
}

std::size_t write_answer_header(HeaderTemplate const& header, ByteView request,
                                std::size_t message_bytes, bool swap, ByteSpan out) noexcept
{
    if (out.size() < header.bytes) return 0;
    if (!request.empty() && request.size() < header.bytes) return 0;
    auto const from = request.empty() ? ByteView(header.initial) : request;
    for (auto const& piece : header.parts()) {
        auto source = at(piece, from);
        if (piece.rule == HeaderRule::constant) source = at(piece, header.initial);
        if (piece.rule == HeaderRule::swap && swap && !request.empty())
            source = at(header.pieces[piece.partner], from);
        if (piece.rule == HeaderRule::length) {
            auto value = header.bytes + message_bytes;
            for (std::size_t left = piece.bytes; left > 0; --left, value >>= 8U)
                out[piece.at + left - 1] = static_cast<std::byte>(value);
        } else {
            std::memcpy(&out[piece.at], source.data(), source.size());
        }
    }
    // An answer's header stands alone: the one that followed the request's is not repeated.
    if (header.is_base1) out[1] &= ~kBase1FollowedByHeader;
    return header.bytes;
}

std::optional<unsigned> base1_reject_code(ByteView header) noexcept
{
    if (header.size() < kBase1RejectBytes || header[0] != std::byte{kBase1RejectBytes} ||
        (header[22] & kBase1Rejected) == std::byte{0})
        return std::nullopt;
    auto const code = static_cast<unsigned>(load_be16(&header[24]));
    unsigned value = 0;
    for (unsigned shift = 16; shift > 0; shift -= 4) {
        auto const digit = code >> (shift - 4) & 15U;
        if (digit > 9) return std::nullopt;
        value = value * 10 + digit;
    }
    return value;
}

}  // namespace turnout::wire
