#include "protocol/wire/framing.hpp"

#include "protocol/wire/digits.hpp"

#include <algorithm>

namespace turnout::wire {

namespace {

// The length's value as far as it has arrived.
struct Length {
    bool is_number = true;
    std::uint64_t value = 0;
};

// Digits are judged one by one: a wrong one is reported as soon as it is seen.
Length read_length(LengthForm form, ByteView seen) noexcept
{
    Length length;
    for (auto const byte : seen) {
        auto const raw = static_cast<unsigned>(byte);
        auto const digit =
            form == LengthForm::hex ? hex_digit_of(static_cast<char>(raw)) : digit_of(byte);
        switch (form) {
            case LengthForm::binary:
            case LengthForm::none:
                length.value = length.value << 8U | raw;
                break;
            case LengthForm::bcd:
                if ((raw & 15U) > 9 || raw > 0x99) return {false, 0};
                length.value = length.value * 100 + (raw >> 4U) * 10 + (raw & 15U);
                break;
            case LengthForm::ascii:
                if (digit > 9) return {false, 0};
                length.value = length.value * 10 + digit;
                break;
            case LengthForm::hex:
                if (digit > 15) return {false, 0};
                length.value = length.value << 4U | digit;
                break;
        }
    }
    return length;
}

void write_length(Framing const& framing, std::byte* out, std::uint32_t value) noexcept
{
    switch (framing.form) {
        case LengthForm::none:
            return;
        case LengthForm::ascii:
            put_ascii_number(out, framing.length_bytes, value);
            return;
        case LengthForm::bcd:
            put_bcd_number(out, framing.length_bytes * 2U, value);
            return;
        case LengthForm::binary:
            for (std::size_t left = framing.length_bytes; left > 0; --left, value >>= 8U)
                out[left - 1] = static_cast<std::byte>(value);
            return;
        case LengthForm::hex:
            for (std::size_t left = framing.length_bytes; left > 0; --left, value >>= 4U)
                out[left - 1] = static_cast<std::byte>(hex_char_of(value & 15U));
            return;
    }
}

// Prefix and message header; `out` has room and the length fits. False when the request's header
// is shorter than ours.
bool write_front(Framing const& framing, ByteView request_header, ByteSpan out,
                 std::size_t body_bytes) noexcept
{
    std::size_t header_bytes = 0;
    if (framing.header != nullptr) {
        header_bytes = write_answer_header(*framing.header, request_header, body_bytes,
                                           framing.swap, out.subspan(framing.prefix_bytes));
        if (header_bytes == 0) return false;
    }
    std::memcpy(out.data(), framing.prefix.data(), framing.prefix_bytes);
    auto const counted = framing.counted_bytes + header_bytes + body_bytes + framing.trailer_bytes;
    write_length(framing, out.data() + framing.length_at, static_cast<std::uint32_t>(counted));
    return true;
}

bool constants_match(Framing const& framing, ByteView seen) noexcept
{
    for (std::size_t i = 0; i < seen.size(); ++i)
        if ((framing.checked >> i & 1U) != 0 && seen[i] != framing.prefix[i]) return false;
    return true;
}

// A whole frame of `inner_bytes` (message header and message) behind the prefix.
FramePeek judge_whole(Framing const& framing, ByteView frame, std::uint32_t inner_bytes) noexcept
{
    auto const frame_bytes = static_cast<std::uint32_t>(frame.size());
    auto const inner = frame.subspan(framing.prefix_bytes, inner_bytes);
    auto const trailer = frame.last(framing.trailer_bytes);
    if (!std::equal(trailer.begin(), trailer.end(), framing.trailer.begin()))
        return {FrameStatus::bad_length, framing.prefix_bytes, 0, frame_bytes};
    if (framing.has_control && (frame[3] & std::byte{0xf0}) == std::byte{0x20})
        return {FrameStatus::keep_alive, framing.prefix_bytes, 0, frame_bytes};
    std::uint32_t header_bytes = framing.prefix_bytes;
    if (framing.header != nullptr) {
        auto const size = header_size(*framing.header, inner);
        if (!size.has_value()) return {FrameStatus::bad_header, header_bytes, 0, frame_bytes};
        header_bytes += static_cast<std::uint32_t>(*size);
    }
    auto const body_bytes = framing.prefix_bytes + inner_bytes - header_bytes;
    auto status = FrameStatus::complete;
    if (body_bytes == 0)
        status =
            framing.empty == EmptyFrame::error ? FrameStatus::bad_length : FrameStatus::keep_alive;
    return {status, header_bytes, body_bytes, frame_bytes};
}

FramePeek peek_capture(Framing const& framing, ByteView buffered, std::size_t bytes_max) noexcept
{
    auto const inner_bytes =
        static_cast<std::uint32_t>(std::min(buffered.size(), std::size_t{0xffff'ffffU}));
    auto const header_bytes = static_cast<std::uint32_t>(frame_header_bytes(framing));
    if (inner_bytes == 0) return {FrameStatus::need_more, header_bytes, 0, header_bytes};
    if (inner_bytes > bytes_max + header_bytes)
        return {FrameStatus::too_long, header_bytes, inner_bytes - header_bytes, inner_bytes};
    return judge_whole(framing, buffered.first(inner_bytes), inner_bytes);
}

constexpr Framing with_header(Framing framing, HeaderTemplate const* header) noexcept
{
    framing.header = header;
    framing.plain_binary2 = false;
    return framing;
}

// `behind` zero bytes behind the length, unchecked: networks use them for marks of their own.
constexpr Framing with_reserved(std::string_view name, std::uint8_t behind) noexcept
{
    auto framing = detail::make_framing(name, LengthForm::binary, 2);
    framing.prefix_bytes = static_cast<std::uint8_t>(2 + behind);
    framing.plain_binary2 = false;
    return framing;
}

constexpr Framing make_vml() noexcept
{
    auto framing = with_reserved("vml", 2);
    framing.length_max = 2048;
    framing.has_control = true;
    return framing;
}

constexpr Framing make_amex() noexcept
{
    auto framing = with_reserved("amex", 0);
    framing.counted_bytes = 2;
    return framing;
}

constexpr Framing make_base24tcp() noexcept
{
    auto framing = with_reserved("base24tcp", 0);
    framing.trailer_bytes = 1;
    framing.trailer[0] = std::byte{0x03};
    return framing;
}

constexpr Framing make_gicc() noexcept
{
    auto framing = with_reserved("gicc", 2);
    framing.length_at = 2;
    framing.checked = 0b0011;
    return framing;
}

// Record boundary preservation: identifier D0 4A, length, and 00 00 for the last part of a record.
// Records in several parts (01 00) are refused.
constexpr Framing make_rbp() noexcept
{
    auto framing = with_reserved("rbp", 4);
    framing.length_at = 2;
    framing.prefix[0] = std::byte{0xd0};
    framing.prefix[1] = std::byte{0x4a};
    framing.checked = 0b110011;
    return framing;
}

constexpr auto kMake = detail::make_framing;

constexpr Framing kFramings[] = {
    Framing::binary2,
    Framing::ascii4,
    kMake("ascii2", LengthForm::ascii, 2),
    kMake("ascii3", LengthForm::ascii, 3),
    kMake("ascii5", LengthForm::ascii, 5),
    kMake("ascii6", LengthForm::ascii, 6),
    with_header(kMake("nac", LengthForm::binary, 2), &kTpduHeader),
    with_header(kMake("ncc", LengthForm::bcd, 2), &kTpduHeader),
    kMake("bcd2", LengthForm::bcd, 2),
    kMake("raw4", LengthForm::binary, 4),
    kMake("hex4", LengthForm::hex, 4),
    with_reserved("cs", 2),
    with_header(with_reserved("vap", 2), &kBase1Header),
    make_vml(),
    make_amex(),
    make_base24tcp(),
    make_gicc(),
    kMake("cmf", LengthForm::binary, 3),
    make_rbp(),
    kMake("none", LengthForm::none, 0),
};

}  // namespace

FramePeek peek_any_frame(Framing const& framing, ByteView buffered,
                         std::size_t frame_bytes_max) noexcept
{
    if (framing.form == LengthForm::none) return peek_capture(framing, buffered, frame_bytes_max);
    std::uint32_t const prefix_bytes = framing.prefix_bytes;
    auto const header_bytes = static_cast<std::uint32_t>(frame_header_bytes(framing));
    auto const seen = buffered.first(std::min<std::size_t>(buffered.size(), prefix_bytes));
    auto const length_seen =
        seen.size() <= framing.length_at
            ? ByteView{}
            : seen.subspan(framing.length_at, std::min<std::size_t>(seen.size() - framing.length_at,
                                                                    framing.length_bytes));
    auto const length = read_length(framing.form, length_seen);
    FramePeek const bad{FrameStatus::bad_length, header_bytes, 0, header_bytes};
    if (!length.is_number || !constants_match(framing, seen)) return bad;
    if (seen.size() < prefix_bytes) return {FrameStatus::need_more, header_bytes, 0, header_bytes};

    // Zero, and a length of only itself, are polls.
    if (length.value == 0 || length.value == framing.counted_bytes) {
        if (framing.empty == EmptyFrame::error) return bad;
        return {FrameStatus::keep_alive, prefix_bytes, 0, prefix_bytes};
    }
    auto const around = std::uint64_t{framing.counted_bytes} + framing.trailer_bytes;
    if (length.value < around) return bad;
    auto const inner_bytes = length.value - around;
    auto const message_header_bytes = header_bytes - prefix_bytes;
    auto const body_bytes =
        inner_bytes > message_header_bytes ? inner_bytes - message_header_bytes : 0;
    auto const frame_bytes = prefix_bytes + inner_bytes + framing.trailer_bytes;
    auto const body = static_cast<std::uint32_t>(std::min<std::uint64_t>(body_bytes, ~0U));
    if (body_bytes > frame_bytes_max || length.value > framing.length_max)
        return {FrameStatus::too_long, header_bytes, body, header_bytes};
    auto const whole = static_cast<std::uint32_t>(frame_bytes);
    if (buffered.size() < frame_bytes) return {FrameStatus::need_more, header_bytes, body, whole};
    return judge_whole(framing, buffered.first(whole), static_cast<std::uint32_t>(inner_bytes));
}

std::size_t write_frame(Framing const& framing, ByteView request_header, ByteSpan out,
                        std::size_t body_bytes) noexcept
{
    auto const header_bytes = frame_header_bytes(framing);
    if (body_bytes > message_bytes_max(framing)) return 0;
    auto const frame_bytes = header_bytes + body_bytes + framing.trailer_bytes;
    if (out.size() < frame_bytes) return 0;
    if (framing.plain_binary2) [[likely]] {
        store_be16(out.data(), static_cast<std::uint16_t>(body_bytes));
        return frame_bytes;
    }
    if (!write_front(framing, request_header, out, body_bytes)) return 0;
    std::memcpy(out.data() + header_bytes + body_bytes, framing.trailer.data(),
                framing.trailer_bytes);
    return frame_bytes;
}

std::size_t write_frame_header(Framing const& framing, ByteSpan out,
                               std::size_t body_bytes) noexcept
{
    auto const header_bytes = frame_header_bytes(framing);
    if (out.size() < header_bytes || body_bytes > message_bytes_max(framing)) return 0;
    return write_front(framing, {}, out, body_bytes) ? header_bytes : 0;
}

std::span<Framing const> framings() noexcept
{
    return kFramings;
}

std::optional<Framing> framing_by_name(std::string_view name) noexcept
{
    for (auto const& framing : kFramings)
        if (framing.name == name) return framing;
    return std::nullopt;
}

static bool fits(Framing const& framing) noexcept
{
    auto const header_bytes = framing.header != nullptr ? framing.header->bytes : 0U;
    return framing.counted_bytes + framing.trailer_bytes + header_bytes < framing.length_max;
}

// The case in line looks at nothing but the length.
static void settle(Framing& framing) noexcept
{
    framing.plain_binary2 = framing.form == LengthForm::binary && framing.length_bytes == 2 &&
                            framing.prefix_bytes == 2 && framing.counted_bytes == 0 &&
                            framing.trailer_bytes == 0 && framing.header == nullptr &&
                            !framing.has_control && framing.length_max == 65'535 &&
                            framing.empty != EmptyFrame::error;
}

bool count_prefix(Framing& framing) noexcept
{
    auto changed = framing;
    changed.counted_bytes = framing.prefix_bytes;
    if (framing.form == LengthForm::none || !fits(changed)) return false;
    settle(changed);
    framing = changed;
    return true;
}

bool set_header(Framing& framing, HeaderTemplate const* header) noexcept
{
    auto changed = framing;
    changed.header = header;
    if (!fits(changed)) return false;
    settle(changed);
    framing = changed;
    return true;
}

void set_empty(Framing& framing, EmptyFrame policy) noexcept
{
    framing.empty = policy;
    settle(framing);
}

}  // namespace turnout::wire
