// Reads what the generator needs from an answer. The first answers, and every one of an unknown
// shape, are decoded and checked in full; one whose MTI, bitmaps, length and length prefixes equal
// those of an answer decoded before is read at that one's offsets. One thread owns it.
#pragma once
#include "protocol/core/bytes.hpp"
#include "protocol/iso8583/message_view.hpp"

#include <array>
#include <cstdint>

namespace turnout::loadgen {

struct Answer {
    iso8583::Mti mti;
    std::uint32_t stan = 0;
    std::array<char, 8> terminal{};
    std::array<char, 2> code{};      // DE 39; "??" when absent
    std::array<char, 6> approval{};  // DE 38; first byte 0 when absent
};

class AnswerReader {
public:
    // `full_first`: how many answers are decoded in full before shapes are trusted; UINT64_MAX:
    // all.
    AnswerReader(iso8583::Dialect const& dialect, std::uint64_t full_first) noexcept
        : dialect_(dialect), full_first_(full_first)
    {
    }

    // `body` without length header. False: the dialect refuses it, or it has no DE 11 or DE 41.
    [[nodiscard]] bool read(ByteView body, Answer& out) noexcept;

    [[nodiscard]] std::uint64_t decoded_in_full() const noexcept { return full_; }
    // The view of the last answer that was decoded in full.
    [[nodiscard]] iso8583::MessageView const& view() const noexcept { return view_; }

private:
    static constexpr std::size_t kKeyBytesMax = 36;  // ASCII MTI and two hex bitmaps
    static constexpr std::size_t kPrefixesMax = 6;
    static constexpr std::size_t kShapesMax = 8;
    struct Prefix {
        std::uint16_t at;
        std::uint8_t bytes;
        std::array<std::byte, 3> value;
    };
    struct Shape {
        std::array<std::byte, kKeyBytesMax> key;
        std::size_t key_bytes;
        std::size_t body_bytes;
        std::array<Prefix, kPrefixesMax> prefixes;
        std::size_t prefix_count;
        iso8583::Mti mti;
        std::uint16_t stan_at, approval_at, code_at, terminal_at;  // 0 = absent
    };

    [[nodiscard]] bool matches(Shape const& shape, ByteView body) const noexcept;
    [[nodiscard]] bool read_at(Shape const& shape, ByteView body, Answer& out) const noexcept;
    [[nodiscard]] bool read_in_full(ByteView body, Answer& out) noexcept;
    void learn(ByteView body) noexcept;

    iso8583::Dialect const& dialect_;
    std::uint64_t full_first_;
    std::uint64_t full_ = 0;
    std::array<Shape, kShapesMax> shapes_{};
    std::size_t shape_count_ = 0;
    std::size_t last_ = 0;
    iso8583::MessageView view_;
};

}  // namespace turnout::loadgen
