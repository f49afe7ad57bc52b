// Any bytes as message headers, and any text as the description of a header or a framing: reading
// stays inside, an answer's header is accepted where the request's was, and what a description
// makes is consistent.
#include "protocol/core/check.hpp"
#include "protocol/wire/framing.hpp"

#include <algorithm>
#include <vector>

namespace turnout::wire {
namespace {

using Bytes = std::vector<std::byte>;

void read_header(HeaderTemplate const& header, ByteView bytes)
{
    auto const size = header_size(header, bytes);
    if (!size.has_value()) return;
    TURNOUT_CHECK(*size <= bytes.size() && *size <= kMessageHeaderBytesMax, "fuzz.size");
    TURNOUT_CHECK(*size >= header.bytes, "fuzz.at_least_ours");
    auto const request = bytes.first(*size);
    Bytes answer(header.bytes);
    TURNOUT_CHECK(write_answer_header(header, request, bytes.size(), true, answer) == header.bytes,
                  "fuzz.written");
    TURNOUT_CHECK(header_size(header, answer) == std::size_t{header.bytes}, "fuzz.accepted");
    for (auto const& piece : header.parts()) {
        if (piece.name.view().empty()) continue;
        auto const value = header_piece(header, request, piece.name.view());
        TURNOUT_CHECK(value.size() == piece.bytes, "fuzz.piece");
        TURNOUT_CHECK(value.data() == request.data() + piece.at, "fuzz.piece_place");
    }
    (void)base1_reject_code(request);
    // Swapped twice is as it was, unless it is a length.
    if (*size != header.bytes) return;
    Bytes back(header.bytes);
    TURNOUT_CHECK(write_answer_header(header, answer, bytes.size(), true, back) == header.bytes,
                  "fuzz.back");
    for (auto const& piece : header.parts()) {
        if (piece.rule != HeaderRule::swap || header.pieces[piece.partner].partner >= header.count)
            continue;
        auto const& partner = header.pieces[piece.partner];
        if (partner.rule != HeaderRule::swap || &header.pieces[partner.partner] != &piece) continue;
        TURNOUT_CHECK(std::equal(back.begin() + piece.at, back.begin() + piece.at + piece.bytes,
                                 request.begin() + piece.at),
                      "fuzz.swapped_twice");
    }
}

void read_text(ByteView input)
{
    auto const text = as_text(input);
    auto const header = parse_header_template(text);
    if (header.has_value()) {
        TURNOUT_CHECK(header->count > 0 && header->bytes <= kMessageHeaderBytesMax, "fuzz.made");
        TURNOUT_CHECK(header_size(*header, header->initial) == std::size_t{header->bytes},
                      "fuzz.own");
        Bytes out(header->bytes);
        TURNOUT_CHECK(write_answer_header(*header, {}, 10, true, out) == header->bytes,
                      "fuzz.first");
        TURNOUT_CHECK(header_size(*header, out) == std::size_t{header->bytes}, "fuzz.first_read");
    } else {
        TURNOUT_CHECK(header.error().at <= text.size(), "fuzz.place");
    }
    auto const framing = parse_framing(text);
    if (!framing.has_value()) {
        TURNOUT_CHECK(framing.error().at <= text.size(), "fuzz.framing_place");
        return;
    }
    TURNOUT_CHECK(framing->prefix_bytes <= kFramePrefixBytesMax, "fuzz.prefix");
    auto const body = std::min<std::size_t>(message_bytes_max(*framing), 3);
    Bytes frame(frame_header_bytes(*framing) + body + framing->trailer_bytes);
    TURNOUT_CHECK(write_frame(*framing, {}, frame, body) == frame.size(), "fuzz.frame");
    auto const peek = peek_frame(*framing, frame, 100);
    TURNOUT_CHECK(peek.status == FrameStatus::complete && peek.body_bytes == body, "fuzz.read");
}

void run(ByteView input)
{
    Bytes const exact(input.begin(), input.end());
    for (auto const* const header : header_templates())
        read_header(*header, exact);
    // A template from the front of the input over the rest of it.
    read_text(exact);
    auto const bar = std::find(exact.begin(), exact.end(), std::byte{'|'});
    if (bar == exact.end()) return;
    auto const text = ByteView(exact).first(static_cast<std::size_t>(bar - exact.begin()));
    read_text(text);
    if (auto const header = parse_header_template(as_text(text)); header.has_value())
        read_header(*header, Bytes(bar + 1, exact.end()));
}

}  // namespace
}  // namespace turnout::wire

extern "C" int LLVMFuzzerTestOneInput(unsigned char const* data, std::size_t bytes)
{
    turnout::wire::run({reinterpret_cast<std::byte const*>(data), bytes});
    return 0;
}
