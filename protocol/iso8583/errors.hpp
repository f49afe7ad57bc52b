// What can be wrong with a message on the wire. All codes are of the family "reject": the peer is
// answered (30) or dropped, and nothing has changed.
#pragma once
#include <cstdint>
#include <string_view>

namespace turnout::iso8583 {

enum class Errc : std::uint8_t {
    ok = 0,
    truncated,   // the frame ends inside MTI, bitmap or a field
    bad_mti,     // MTI is not four digits
    bad_bitmap,  // bitmap is not hex digits; builder: a field above 64 without its secondary part
    unknown_field,     // a bit is set for a field that this dialect does not define
    bad_digits,        // a digit position holds something else
    bad_length,        // a length prefix is not a number
    length_over_max,   // a length prefix is greater than the field's maximum
    bad_sign,          // x+n: the first character is neither C nor D
    bad_character,     // a character outside the field's class
    trailing_bytes,    // bytes left behind the last field
    field_order,       // builder: fields were not added in ascending order
    no_room,           // builder: the caller's buffer is too small
    wrong_length,      // builder: value does not have the field's length
    absent,            // accessor: the field is not in the message
    bad_header,        // a byte in front of the MTI is not what the dialect says
    length_under_min,  // a length prefix is smaller than the minimum, or than itself (inclusive)
    bad_tag,           // inner layouts: a tag that is none
};

// One line of meaning, for people; static storage.
[[nodiscard]] std::string_view meaning(Errc code) noexcept;

struct DecodeError {
    Errc code = Errc::ok;
    std::uint16_t de = 0;  // data element that failed; 0 for MTI, 1 for the bitmap
    std::uint32_t offset_bytes =
        0;  // of the first byte that is wrong, from the start of the message
    [[nodiscard]] constexpr bool ok() const noexcept { return code == Errc::ok; }
};

}  // namespace turnout::iso8583
