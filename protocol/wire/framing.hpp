// Frame boundaries on a byte stream: where a message starts and ends. Stateless: look at the bytes
// gathered so far, so any split of the stream gives the same frames. A framing is data: how the
// length is written, what it counts, which constants stand around it and which header stands in
// front of the message. Nothing allocates. Layouts: docs/formats/wire.md.
#pragma once
#include "protocol/wire/header.hpp"

namespace turnout::wire {

enum class LengthForm : std::uint8_t {
    binary,  // most significant byte first
    bcd,     // two digits a byte
    ascii,   // digits
    hex,     // hex characters
    none,    // no length: all bytes there are are one message (captures)
};

// What a frame without a message (a poll, a keep-alive) calls for.
enum class EmptyFrame : std::uint8_t { ignore, echo, error };

inline constexpr std::size_t kFramePrefixBytesMax = 8;
inline constexpr std::size_t kFrameTrailerBytesMax = 4;
// Length, constants and message header.
inline constexpr std::size_t kFrameHeaderBytesMax = kFramePrefixBytesMax + kMessageHeaderBytesMax;
// Everything but the message.
inline constexpr std::size_t kFrameOverheadBytesMax = kFrameHeaderBytesMax + kFrameTrailerBytesMax;

// What a listener or a tool is configured with. A small value: copy it; but `header` is borrowed
// and must live as long (the built-in ones always do).
struct Framing {
    std::string_view name;  // static storage
    LengthForm form = LengthForm::binary;
    std::uint8_t prefix_bytes = 2;  // length and the constants around it
    std::uint8_t length_at = 0;     // where in the prefix
    std::uint8_t length_bytes = 2;
    std::uint8_t counted_bytes = 0;  // of the prefix: the length counts these too
    std::uint8_t checked = 0;        // bit i: byte i of the prefix must be prefix[i]
    std::array<std::byte, kFramePrefixBytesMax> prefix{};  // constants; zero where the length lies
    std::uint8_t trailer_bytes = 0;                        // behind the message, counted
    std::array<std::byte, kFrameTrailerBytesMax> trailer{};
    bool has_control = false;  // VML: a 2 in the upper half of byte 3 marks session control
    EmptyFrame empty = EmptyFrame::ignore;
    bool swap = true;              // the answer's header has source and destination swapped
    std::uint32_t length_max = 0;  // greatest length: of the form, or what the network allows
    HeaderTemplate const* header = nullptr;  // in front of the message, counted; nullptr = none

    // Two bytes that count the message, nothing else: decided in line. False is always right.
    bool plain_binary2 = false;

    friend constexpr bool operator==(Framing const&, Framing const&) noexcept = default;

    static Framing const binary2;
    static Framing const ascii4;
};

enum class FrameStatus : std::uint8_t {
    need_more = 0,  // not complete yet
    complete,       // body_bytes at header_bytes are a whole message
    keep_alive,     // a frame without a message: consume frame_bytes; see Framing::empty
    bad_length,     // no number, too small for what it counts, a wrong constant or trailer, or an
                    // empty frame where that is an error: the stream is out of step, close it
    too_long,       // larger than frame_bytes_max: close it; never wait for or store the body
    bad_header,     // a whole frame whose message header is none: consume frame_bytes
};

struct FramePeek {
    FrameStatus status;
    std::uint32_t header_bytes;  // in front of the message: prefix and message header
    std::uint32_t body_bytes;    // the message; 0 while the prefix is incomplete or bad
    std::uint32_t frame_bytes;   // everything; what to consume when complete or keep_alive
};

// The general case of peek_frame().
[[nodiscard]] FramePeek peek_any_frame(Framing const& framing, ByteView buffered,
                                       std::size_t frame_bytes_max) noexcept;

// Looks at the front of `buffered` (borrowed, unchanged). Never reads past it, never allocates.
// `frame_bytes_max` bounds the message, without header and trailer.
[[nodiscard]] inline FramePeek peek_frame(Framing const& framing, ByteView buffered,
                                          std::size_t frame_bytes_max) noexcept
{
    if (!framing.plain_binary2) return peek_any_frame(framing, buffered, frame_bytes_max);
    if (buffered.size() < 2) return {FrameStatus::need_more, 2, 0, 2};
    std::uint32_t const body_bytes = load_be16(buffered.data());
    auto const status = body_bytes == 0                    ? FrameStatus::keep_alive
                        : body_bytes > frame_bytes_max     ? FrameStatus::too_long
                        : buffered.size() - 2 < body_bytes ? FrameStatus::need_more
                                                           : FrameStatus::complete;
    return {status, 2, body_bytes, 2 + body_bytes};
}

// Bytes in front of a message that we write: prefix and message header.
[[nodiscard]] constexpr std::size_t frame_header_bytes(Framing const& framing) noexcept
{
    return framing.prefix_bytes + (framing.header != nullptr ? framing.header->bytes : 0U);
}
// The message header of a frame that peek_frame() called complete; empty when there is none.
[[nodiscard]] constexpr ByteView message_header(Framing const& framing, ByteView frame,
                                                FramePeek const& peek) noexcept
{
    return frame.subspan(framing.prefix_bytes, peek.header_bytes - framing.prefix_bytes);
}
// The longest message that the length can announce.
[[nodiscard]] constexpr std::size_t message_bytes_max(Framing const& framing) noexcept
{
    return framing.length_max - framing.counted_bytes - framing.trailer_bytes -
           (framing.header != nullptr ? framing.header->bytes : 0U);
}

// Puts a frame around `body_bytes` of message that lie at frame_header_bytes() of `out`: prefix,
// message header and trailer. `request_header` is that of the message being answered, empty for
// one of our own. Returns the bytes of the frame, or 0 (nothing written) when `out` is too small
// or the length does not fit.
[[nodiscard]] std::size_t write_frame(Framing const& framing, ByteView request_header, ByteSpan out,
                                      std::size_t body_bytes) noexcept;

// What stands in front of a message of our own; the caller adds message and trailer. Returns
// frame_header_bytes(), or 0 (nothing written) when it does not fit.
[[nodiscard]] std::size_t write_frame_header(Framing const& framing, ByteSpan out,
                                             std::size_t body_bytes) noexcept;

// All built-in framings, and one by its name: "binary2", "nac", ...; nullopt when there is none.
[[nodiscard]] std::span<Framing const> framings() noexcept;
[[nodiscard]] std::optional<Framing> framing_by_name(std::string_view name) noexcept;
[[nodiscard]] constexpr std::string_view name_of(Framing const& framing) noexcept
{
    return framing.name;
}

// The length counts its own prefix too, for networks that include it. False (unchanged) when the
// form cannot.
[[nodiscard]] bool count_prefix(Framing& framing) noexcept;
// Another message header, or none (nullptr). False (unchanged) when the length cannot count it.
[[nodiscard]] bool set_header(Framing& framing, HeaderTemplate const* header) noexcept;

// What empty frames call for.
void set_empty(Framing& framing, EmptyFrame policy) noexcept;

struct FramingTextError {
    std::string_view reason;  // static storage
    std::uint32_t at = 0;     // character of the text
};
// A framing that is not in the table, from items separated by spaces:
//   binary:3  bcd:2  ascii:4  hex:4   the length, required (binary, bcd 1..4; ascii, hex 2..6)
//   x'0000'                           constants, in front of the length or behind it
//   any:2                             bytes of no meaning, written as zero
//   counts:2                          the length counts so many bytes of the prefix
//   trailer:x'03'                     behind the message, counted
//   max:2048                          greatest length
[[nodiscard]] Result<Framing, FramingTextError> parse_framing(std::string_view text) noexcept;
// A built-in one by its name, else parse_framing().
[[nodiscard]] Result<Framing, FramingTextError> framing_of(std::string_view text) noexcept;

namespace detail {

// Greatest number that the length's form and width can write.
constexpr std::uint32_t length_limit(LengthForm form, unsigned bytes) noexcept
{
    if (form == LengthForm::none) return 0xffff'ffffU;
    auto const bits = form == LengthForm::binary ? bytes * 8U : bytes * 4U;
    if (form == LengthForm::binary || form == LengthForm::hex)
        return bits >= 32U ? 0xffff'ffffU : (1U << bits) - 1U;
    auto const digits = form == LengthForm::bcd ? bytes * 2U : bytes;
    std::uint32_t limit = 1;
    for (unsigned i = 0; i < digits; ++i)
        limit *= 10U;
    return limit - 1U;
}

constexpr Framing make_framing(std::string_view name, LengthForm form, std::uint8_t bytes) noexcept
{
    Framing framing;
    framing.name = name;
    framing.form = form;
    framing.prefix_bytes = framing.length_bytes = bytes;
    framing.length_max = length_limit(form, bytes);
    framing.plain_binary2 = form == LengthForm::binary && bytes == 2;
    return framing;
}

}  // namespace detail

inline constexpr Framing Framing::binary2 = detail::make_framing("binary2", LengthForm::binary, 2);
inline constexpr Framing Framing::ascii4 = detail::make_framing("ascii4", LengthForm::ascii, 4);

}  // namespace turnout::wire
