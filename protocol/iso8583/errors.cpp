#include "protocol/iso8583/errors.hpp"

namespace turnout::iso8583 {

std::string_view meaning(Errc code) noexcept
{
    switch (code) {
        case Errc::ok:
            return "no error";
        case Errc::truncated:
            return "the message ends too early";
        case Errc::bad_mti:
            return "the message type indicator is not four digits";
        case Errc::bad_bitmap:
            return "the bitmap is not hex digits or has no secondary part";
        case Errc::unknown_field:
            return "the bitmap announces a field that the dialect lacks";
        case Errc::bad_digits:
            return "a digit position holds something else";
        case Errc::bad_length:
            return "a length prefix is not a number";
        case Errc::length_over_max:
            return "a length is greater than the field's maximum";
        case Errc::bad_sign:
            return "a signed amount starts with neither C nor D";
        case Errc::bad_character:
            return "a character is outside the field's class";
        case Errc::trailing_bytes:
            return "bytes are left behind the last field";
        case Errc::field_order:
            return "fields were not added in ascending order";
        case Errc::no_room:
            return "the caller's buffer is too small";
        case Errc::wrong_length:
            return "the value does not have the field's length";
        case Errc::absent:
            return "the field is not in the message";
        case Errc::bad_header:
            return "the header in front of the message is not the dialect's";
        case Errc::length_under_min:
            return "a length is smaller than the field's minimum";
        case Errc::bad_tag:
            return "a tag inside of a field is none";
    }
    return "unknown error";
}

}  // namespace turnout::iso8583
