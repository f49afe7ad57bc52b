#include "tests/unit/protocol/iso8583/reference_decoder.hpp"

namespace turnout::test {
namespace {

using iso8583::DecodeError;
using iso8583::Errc;

// a: ASCII characters, n: BCD digits, b: raw bytes, h: ASCII hex, z: track digits in nibbles,
// x: sign and BCD digits; LL:a: two ASCII length digits in front, LL:n: one BCD byte.
// clang-format off
constexpr char const* kAsciiWire[129] = {
    "", "", "LL:a:a19", "a6", "a12", "a12", "a12", "a10", "a8", "a8", "a8", "a6", "a6", "a4",
    "a4", "a4", "a4", "a4", "a4", "a3", "a3", "a3", "a3", "a3", "a3", "a2", "a2", "a1", "a9",
    "a9", "a9", "a9", "LL:a:a11", "LL:a:a11", "LL:a:a28", "LL:a:a37", "LLL:a:a104", "a12", "a6",
    "a2", "a3", "a8", "a15", "a40", "LL:a:a25", "LL:a:a76", "LLL:a:a999", "LLL:a:a999",
    "LLL:a:a999", "a3", "a3", "a3", "h8", "a16", "LLL:a:a120", "LLL:a:a999", "LLL:a:a999",
    "LLL:a:a999", "LLL:a:a999", "LLL:a:a999", "LLL:a:a999", "LLL:a:a999", "LLL:a:a999",
    "LLL:a:a999", "h8", "h8", "a1", "a2", "a3", "a3", "a3", "a4", "a4", "a6", "a10", "a10", "a10",
    "a10", "a10", "a10", "a10", "a10", "a12", "a12", "a12", "a12", "a16", "a16", "a16", "a16",
    "a42", "a1", "a2", "a5", "a7", "a42", "h8", "a17", "a25", "LL:a:a11", "LL:a:a11", "LL:a:a17",
    "LL:a:a28", "LL:a:a28", "LLL:a:a100", "LLL:a:a999", "LLL:a:a999", "LLL:a:a999", "LLL:a:a999",
    "LLL:a:a999", "LLL:a:a999", "LLL:a:a999", "LLL:a:a999", "LLL:a:a999", "LLL:a:a999",
    "LLL:a:a999", "LLL:a:a999", "LLL:a:a999", "LLL:a:a999", "LLL:a:a999", "LLL:a:a999",
    "LLL:a:a999", "LLL:a:a999", "LLL:a:a999", "LLL:a:a999", "LLL:a:a999", "LLL:a:a999",
    "LLL:a:a999", "h8",
};

constexpr char const* kBcdWire[129] = {
    "", "", "LL:n:n19", "n6", "n12", "n12", "n12", "n10", "n8", "n8", "n8", "n6", "n6", "n4",
    "n4", "n4", "n4", "n4", "n4", "n3", "n3", "n3", "n3", "n3", "n3", "n2", "n2", "n1", "x9",
    "x9", "x9", "x9", "LL:n:n11", "LL:n:n11", "LL:n:a28", "LL:n:z37", "LLL:n:z104", "a12", "a6",
    "a2", "a3", "a8", "a15", "a40", "LL:n:a25", "LL:n:a76", "LLL:n:a999", "LLL:n:a999",
    "LLL:n:a999", "a3", "a3", "a3", "b8", "n16", "LLL:n:a120", "LLL:n:b999", "LLL:n:a999",
    "LLL:n:a999", "LLL:n:a999", "LLL:n:a999", "LLL:n:a999", "LLL:n:a999", "LLL:n:a999",
    "LLL:n:a999", "b8", "b8", "n1", "n2", "n3", "n3", "n3", "n4", "n4", "n6", "n10", "n10", "n10",
    "n10", "n10", "n10", "n10", "n10", "n12", "n12", "n12", "n12", "n16", "n16", "n16", "n16",
    "n42", "a1", "a2", "a5", "a7", "a42", "b8", "x17", "a25", "LL:n:n11", "LL:n:n11", "LL:n:a17",
    "LL:n:a28", "LL:n:a28", "LLL:n:a100", "LLL:n:a999", "LLL:n:a999", "LLL:n:a999", "LLL:n:a999",
    "LLL:n:a999", "LLL:n:a999", "LLL:n:a999", "LLL:n:a999", "LLL:n:a999", "LLL:n:a999",
    "LLL:n:a999", "LLL:n:a999", "LLL:n:a999", "LLL:n:a999", "LLL:n:a999", "LLL:n:a999",
    "LLL:n:a999", "LLL:n:a999", "LLL:n:a999", "LLL:n:a999", "LLL:n:a999", "LLL:n:a999",
    "LLL:n:a999", "b8",
};
// clang-format on

// The attribute n and x+n of the ASCII table, whose notation is "a" like that of text.
bool ascii_is_numeric(unsigned de)
{
    std::string const bcd = reference_notation(false, de);
    return bcd.find(":n:n") != std::string::npos || bcd[0] == 'n';
}
bool ascii_is_signed(unsigned de)
{
    return reference_notation(false, de)[0] == 'x';
}

struct Stop {
    DecodeError error;
};

[[noreturn]] void stop(Errc code, unsigned de, std::size_t at)
{
    throw Stop{{code, static_cast<std::uint16_t>(de), static_cast<std::uint32_t>(at)}};
}

unsigned at(ByteView frame, std::size_t index)
{
    return static_cast<unsigned>(frame[index]);
}

unsigned ascii_digit(unsigned byte)
{
    return byte >= '0' && byte <= '9' ? byte - '0' : 99;
}

unsigned read_length(ByteView frame, std::size_t& cursor, unsigned de, bool ascii, unsigned digits)
{
    unsigned length = 0;
    for (unsigned i = 0; i < (ascii ? digits : (digits + 1) / 2); ++i, ++cursor) {
        if (cursor >= frame.size()) stop(Errc::truncated, de, frame.size());
        auto const byte = at(frame, cursor);
        if (ascii) {
            if (ascii_digit(byte) > 9) stop(Errc::bad_length, de, cursor);
            length = length * 10 + ascii_digit(byte);
        } else {
            if (byte / 16 > 9 || byte % 16 > 9) stop(Errc::bad_length, de, cursor);
            length = length * 100 + byte / 16 * 10 + byte % 16;
        }
    }
    return length;
}

std::string nibbles(ByteView frame, std::size_t from, unsigned units, unsigned de, bool track)
{
    std::string text;
    auto const bytes = (units + 1) / 2;
    for (unsigned i = 0; i < bytes * 2; ++i) {
        auto const byte = at(frame, from + i / 2);
        auto const nibble = i % 2 == 0 ? byte / 16 : byte % 16;
        if (i == 0 && units % 2 == 1) {
            if (nibble != 0) stop(Errc::bad_digits, de, from);
            continue;
        }
        if (nibble > 9 && !(track && nibble == 13)) stop(Errc::bad_digits, de, from + i / 2);
        text += nibble == 13 ? '=' : static_cast<char>('0' + nibble);
    }
    return text;
}

std::string characters(ByteView frame, std::size_t from, std::size_t bytes, unsigned de,
                       bool numeric)
{
    std::string text;
    for (auto i = from; i < from + bytes; ++i) {
        auto const byte = at(frame, i);
        if (numeric && ascii_digit(byte) > 9) stop(Errc::bad_digits, de, i);
        if (byte < 0x20 || byte > 0x7e) stop(Errc::bad_character, de, i);
        text += static_cast<char>(byte);
    }
    return text;
}

std::string hex_characters(ByteView frame, std::size_t from, std::size_t bytes, unsigned de)
{
    std::string text;
    for (auto i = from; i < from + bytes; ++i) {
        auto const character = static_cast<char>(frame[i]);
        std::string const digits = "0123456789ABCDEFabcdef";
        auto const index = digits.find(character);
        if (index == std::string::npos) stop(Errc::bad_digits, de, i);
        text += digits[index < 16 ? index : index - 6];
    }
    return text;
}

std::size_t bytes_of(char form, unsigned units)
{
    switch (form) {
        case 'n':
        case 'z':
            return (units + 1) / 2;
        case 'h':
            return units * std::size_t{2};
        case 'x':
            return 1 + units / 2;
        default:
            return units;
    }
}

std::string sign(ByteView frame, std::size_t from, unsigned de)
{
    auto const character = static_cast<char>(frame[from]);
    if (character != 'C' && character != 'D') stop(Errc::bad_sign, de, from);
    return {character};
}

std::string read_value(bool ascii, char form, ByteView frame, unsigned de,
                       ReferenceField const& field)
{
    auto const from = field.value_at;
    switch (form) {
        case 'n':
        case 'z':
            return nibbles(frame, from, field.units, de, form == 'z');
        case 'h':
            return hex_characters(frame, from, field.value_bytes, de);
        case 'b':
            return to_hex(frame.subspan(from, field.value_bytes));
        case 'x': {
            auto const first = sign(frame, from, de);
            return first + nibbles(frame, from + 1, field.units - 1, de, false);
        }
        default:
            break;
    }
    if (ascii && ascii_is_signed(de)) {
        auto const first = sign(frame, from, de);
        return first + characters(frame, from + 1, field.value_bytes - 1, de, true);
    }
    return characters(frame, from, field.value_bytes, de, ascii && ascii_is_numeric(de));
}

ReferenceField read_field(bool ascii, ByteView frame, std::size_t& cursor, unsigned de)
{
    std::string notation = reference_notation(ascii, de);
    ReferenceField field;
    field.wire_at = cursor;
    unsigned prefix_digits = 0;
    if (auto const colon = notation.find(':'); colon != std::string::npos) {
        prefix_digits = static_cast<unsigned>(colon);
        notation = notation.substr(colon + 3);
    }
    auto const form = notation[0];
    auto const max = static_cast<unsigned>(std::stoul(notation.substr(1)));
    field.units = max;
    if (prefix_digits != 0) {
        field.units = read_length(frame, cursor, de, ascii, prefix_digits);
        if (field.units > max) stop(Errc::length_over_max, de, field.wire_at);
    }
    field.value_at = cursor;
    field.value_bytes = bytes_of(form, field.units);
    if (field.value_at + field.value_bytes > frame.size()) stop(Errc::truncated, de, frame.size());
    field.text = read_value(ascii, form, frame, de, field);
    cursor += field.value_bytes;
    return field;
}

int read_mti(bool ascii, ByteView frame, std::size_t& cursor)
{
    auto const bytes = ascii ? 4U : 2U;
    if (frame.size() < bytes) stop(Errc::truncated, 0, frame.size());
    int mti = 0;
    for (; cursor < bytes; ++cursor) {
        auto const byte = at(frame, cursor);
        if (ascii ? ascii_digit(byte) > 9 : byte / 16 > 9 || byte % 16 > 9)
            stop(Errc::bad_mti, 0, cursor);
        mti = ascii ? mti * 10 + static_cast<int>(ascii_digit(byte))
                    : mti * 100 + static_cast<int>(byte / 16 * 10 + byte % 16);
    }
    return mti;
}

// 64 flags, the first one for the first field of the bitmap.
std::string read_bitmap(bool ascii, ByteView frame, std::size_t& cursor)
{
    std::string bits;
    for (unsigned i = 0; i < (ascii ? 16U : 8U); ++i, ++cursor) {
        if (cursor >= frame.size()) stop(Errc::truncated, 1, frame.size());
        auto value = at(frame, cursor);
        if (ascii) {
            auto const digit = wire::hex_digit_of(static_cast<char>(frame[cursor]));
            if (digit > 15) stop(Errc::bad_bitmap, 1, cursor);
            value = digit;
        }
        for (int bit = ascii ? 3 : 7; bit >= 0; --bit)
            bits += (value >> bit & 1U) != 0 ? '1' : '0';
    }
    return bits;
}

}  // namespace

std::string reference_notation(bool ascii, unsigned de)
{
    return ascii ? kAsciiWire[de] : kBcdWire[de];
}

ReferenceMessage reference_decode(bool ascii, ByteView frame)
{
    ReferenceMessage message;
    try {
        std::size_t cursor = 0;
        message.mti = read_mti(ascii, frame, cursor);
        auto bits = read_bitmap(ascii, frame, cursor);
        if (bits[0] == '1') bits += read_bitmap(ascii, frame, cursor);
        unsigned last = 1;
        for (unsigned de = 2; de <= bits.size(); ++de) {
            if (bits[de - 1] != '1') continue;
            message.fields[de] = {};
            auto const field = read_field(ascii, frame, cursor, de);
            message.fields[de] = field;
            last = de;
        }
        if (cursor != frame.size()) stop(Errc::trailing_bytes, last, cursor);
    } catch (Stop const& reason) {
        message.error = reason.error;
        if (reason.error.code != Errc::trailing_bytes) message.fields.erase(reason.error.de);
    }
    return message;
}

}  // namespace turnout::test
