// What lies between the frame's length and the MTI: a list of named pieces. Plain data.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace turnout::iso8583 {

enum class HeaderKind : std::uint8_t {
    bytes = 0,  // any bytes
    text,       // printable ASCII
    digits,     // ASCII digits
    bcd,        // BCD digits, two a byte
    constant,   // must be `value`, byte for byte
    tpdu,       // 5 bytes: id, destination 2, source 2; an answer has the two swapped
    base1,      // Visa BASE I: 22 bytes, or 26 and the rejected header behind; length, stations and
                // their swap are handled
};

struct HeaderPiece {
    HeaderKind kind = HeaderKind::bytes;
    std::uint8_t size_bytes = 0;  // tpdu: 5, base1: 22
    std::string_view name;        // "TPDU"
    std::string_view value;  // constant: what must be there; others: what a builder writes when
                             // the caller gives no header; empty: zeros, spaces or digits 0
};

inline constexpr std::size_t kTpduBytes = 5;
inline constexpr std::size_t kBase1Bytes = 22;
inline constexpr std::size_t kBase1RejectBytes = 26;

}  // namespace turnout::iso8583
