#include "tests/support/naive_decoder.hpp"

#include <set>

namespace turnout::test {
namespace {

using iso8583::Attribute;
using iso8583::BitmapForm;
using iso8583::Charset;
using iso8583::DigitPad;
using iso8583::Encoding;
using iso8583::FieldSpec;
using iso8583::HeaderKind;
using iso8583::HeaderPiece;
using iso8583::LengthUnit;
using iso8583::PrefixKind;
using iso8583::Tertiary;

// Thrown at the first thing that is wrong.
struct Wrong {};

void demand(bool condition)
{
    if (!condition) throw Wrong{};
}

bool in_ebcdic(Encoding encoding)
{
    return encoding == Encoding::ebcdic_037 || encoding == Encoding::ebcdic_500 ||
           encoding == Encoding::ebcdic_1047;
}

bool in_hex(Encoding encoding)
{
    return encoding == Encoding::hex_upper || encoding == Encoding::hex_lower ||
           encoding == Encoding::hex_ebcdic;
}

unsigned hex_digit(unsigned byte, bool ebcdic)
{
    static std::string const ascii = "0123456789ABCDEFabcdef";
    unsigned const first_letters[] = {0xc1, 0x81};
    if (!ebcdic) {
        auto const at = ascii.find(static_cast<char>(byte));
        demand(at != ascii.npos);
        return static_cast<unsigned>(at > 15 ? at - 6 : at);
    }
    if (byte >= 0xf0 && byte <= 0xf9) return byte - 0xf0;
    for (auto const first : first_letters)
        if (byte >= first && byte < first + 6) return byte - first + 10;
    throw Wrong{};
}

class Cursor {
public:
    explicit Cursor(ByteView bytes) : bytes_(bytes) {}

    unsigned byte()
    {
        demand(at_ < bytes_.size());
        return static_cast<unsigned>(bytes_[at_++]);
    }
    std::vector<unsigned> take(std::size_t count)
    {
        std::vector<unsigned> taken;
        for (std::size_t i = 0; i < count; ++i)
            taken.push_back(byte());
        return taken;
    }
    std::size_t at() const { return at_; }
    bool at_end() const { return at_ == bytes_.size(); }

private:
    ByteView bytes_;
    std::size_t at_ = 0;
};

std::vector<unsigned> nibbles_of(std::vector<unsigned> const& bytes)
{
    std::vector<unsigned> nibbles;
    for (auto const byte : bytes) {
        nibbles.push_back(byte / 16);
        nibbles.push_back(byte % 16);
    }
    return nibbles;
}

// Decimal digits of a prefix; binary is a number already.
std::uint64_t read_prefix(PrefixKind kind, unsigned digits, Cursor& cursor)
{
    std::vector<unsigned> decimals;
    std::uint64_t number = 0;
    switch (kind) {
        case PrefixKind::none:
            return 0;
        case PrefixKind::binary:
            for (auto const byte : cursor.take(digits))
                number = number * 256 + byte;
            return number;
        case PrefixKind::ascii:
            for (auto const byte : cursor.take(digits))
                decimals.push_back(byte - 0x30U);
            break;
        case PrefixKind::ebcdic:
            for (auto const byte : cursor.take(digits))
                decimals.push_back(byte - 0xf0U);
            break;
        case PrefixKind::bcd:
        case PrefixKind::bcd_left:
            decimals = nibbles_of(cursor.take((digits + 1) / 2));
            if (digits % 2 == 0) break;
            if (kind == PrefixKind::bcd) {
                demand(decimals.front() == 0);
                decimals.erase(decimals.begin());
            } else {
                demand(decimals.back() == 0);
                decimals.pop_back();
            }
            break;
    }
    for (auto const decimal : decimals) {
        demand(decimal <= 9);
        number = number * 10 + decimal;
    }
    return number;
}

// One UTF-8 character (RFC 3629): its bytes.
std::vector<unsigned> utf8_character(Cursor& cursor)
{
    std::vector<unsigned> bytes{cursor.byte()};
    unsigned const first = bytes[0];
    if (first < 0x80) return bytes;
    demand(first >= 0xc0 && first < 0xf8);
    auto const more = first < 0xe0 ? 1U : first < 0xf0 ? 2U : 3U;
    unsigned code = first & (0x3fU >> more);
    for (unsigned i = 0; i < more; ++i) {
        bytes.push_back(cursor.byte());
        demand(bytes.back() / 64 == 2);
        code = code * 64 + bytes.back() % 64;
    }
    unsigned const least[] = {0, 0x80, 0x800, 0x10000};
    demand(code >= least[more] && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff));
    return bytes;
}

bool is_control(unsigned byte)
{
    return byte < 0x20 || byte == 0x7f;
}

void check_text(FieldSpec const& spec, std::vector<unsigned> const& value)
{
    for (auto const x : value) {
        if (in_ebcdic(spec.encoding))
            demand(x >= 0x40 && x <= 0xfe);
        else if (spec.encoding == Encoding::latin1)
            demand(!is_control(x) && (x < 0x80 || x > 0x9f));
        else
            demand(x >= 0x20 && x <= 0x7e);
    }
}

void check_utf8(FieldSpec const& spec, std::vector<unsigned> const& value)
{
    Bytes bytes;
    for (auto const x : value)
        bytes.push_back(static_cast<std::byte>(x));
    Cursor cursor{bytes};
    while (!cursor.at_end()) {
        auto const character = utf8_character(cursor);
        demand(spec.attribute == Attribute::any || character.size() > 1 ||
               !is_control(character[0]));
    }
}

// `digits`: how many of the nibbles count; the others are the pad.
void check_nibbles(FieldSpec const& spec, std::vector<unsigned> nibbles, std::size_t digits)
{
    demand(digits <= nibbles.size());
    auto const right = spec.pad == DigitPad::right_zero || spec.pad == DigitPad::right_f;
    auto const pad = spec.pad == DigitPad::left_f || spec.pad == DigitPad::right_f ? 15U : 0U;
    while (nibbles.size() > digits) {
        demand((right ? nibbles.back() : nibbles.front()) == pad);
        nibbles.erase(right ? nibbles.end() - 1 : nibbles.begin());
    }
    for (auto const nibble : nibbles)
        demand(nibble <= 9 || (spec.attribute == Attribute::z && nibble == 13));
}

void check_digits(FieldSpec const& spec, std::vector<unsigned> const& value)
{
    auto const zero = in_ebcdic(spec.encoding) ? 0xf0U : 0x30U;
    for (auto const x : value)
        demand(x >= zero && x <= zero + 9);
}

void check_signed(FieldSpec const& spec, std::vector<unsigned> value, std::size_t units)
{
    demand(!value.empty());
    auto const sign = value.front();
    auto const credit = in_ebcdic(spec.encoding) ? 0xc3U : 0x43U;
    auto const printable =
        in_ebcdic(spec.encoding) ? sign >= 0x40 && sign <= 0xfe : sign >= 0x20 && sign <= 0x7e;
    demand(spec.free_sign ? printable : sign == credit || sign == credit + 1);
    value.erase(value.begin());
    if (spec.encoding == Encoding::bcd)
        check_nibbles(spec, nibbles_of(value), units - 1);
    else
        check_digits(spec, value);
}

void check_value(FieldSpec const& spec, std::vector<unsigned> const& value, std::size_t units)
{
    if (in_hex(spec.encoding)) {
        for (auto const x : value)
            (void)hex_digit(x, spec.encoding == Encoding::hex_ebcdic);
        return;
    }
    if (spec.encoding == Encoding::utf8) return check_utf8(spec, value);
    if (spec.attribute == Attribute::b || spec.attribute == Attribute::any) return;
    if (spec.attribute == Attribute::xn) return check_signed(spec, value, units);
    if (spec.encoding == Encoding::bcd) return check_nibbles(spec, nibbles_of(value), units);
    if (spec.attribute == Attribute::n) return check_digits(spec, value);
    if (spec.encoding != Encoding::opaque) check_text(spec, value);
}

// Bytes of a value of `units`, where that can be said without looking.
std::size_t bytes_for(FieldSpec const& spec, std::size_t units)
{
    if (in_hex(spec.encoding)) return units * 2;
    if (spec.encoding != Encoding::bcd) return units;
    return spec.attribute == Attribute::xn ? 1 + units / 2 : (units + 1) / 2;
}

// Units of packed digits in whole bytes: an F at the padded end is no digit.
std::size_t packed_units(FieldSpec const& spec, std::vector<unsigned> const& value)
{
    if (spec.attribute == Attribute::xn) return value.empty() ? 0 : 2 * value.size() - 1;
    auto const nibbles = nibbles_of(value);
    if (nibbles.empty()) return 0;
    auto const left = spec.pad == DigitPad::left_f && nibbles.front() == 15;
    auto const right = spec.pad == DigitPad::right_f && nibbles.back() == 15;
    return nibbles.size() - (left || right ? 1 : 0);
}

NaiveField read_field(FieldSpec const& spec, Cursor& cursor)
{
    NaiveField field;
    field.wire_at = cursor.at();
    std::uint64_t count = spec.length_max;
    if (spec.prefix != PrefixKind::none) {
        count = read_prefix(spec.prefix, spec.prefix_digits, cursor);
        auto const own = cursor.at() - field.wire_at;
        auto const own_counted = spec.unit == LengthUnit::nibbles ? 2 * own : own;
        if (spec.inclusive) {
            demand(count >= own_counted);
            count -= own_counted;
        }
    }
    field.value_at = cursor.at();
    std::vector<unsigned> value;
    auto const packed = spec.encoding == Encoding::bcd;
    if (spec.encoding == Encoding::utf8 && spec.unit == LengthUnit::units) {
        demand(count <= spec.length_max && count >= spec.length_min);
        for (std::uint64_t i = 0; i < count; ++i)
            for (auto const byte : utf8_character(cursor))
                value.push_back(byte);
        field.units = count;
    } else if (spec.unit == LengthUnit::units) {
        demand(spec.attribute != Attribute::xn || count > 0);
        value = cursor.take(bytes_for(spec, count));
        field.units = count;
    } else {
        auto const nibbles = spec.unit == LengthUnit::nibbles;
        demand(!nibbles || count % 2 == 0 || (packed && spec.attribute != Attribute::xn));
        value = cursor.take(nibbles ? (count + 1) / 2 : count);
        demand(!in_hex(spec.encoding) || value.size() % 2 == 0);
        if (packed && nibbles && spec.attribute != Attribute::xn)
            field.units = count;
        else if (packed)
            field.units = packed_units(spec, value);
        else
            field.units = in_hex(spec.encoding) ? value.size() / 2 : value.size();
    }
    demand(field.units <= spec.length_max && field.units >= spec.length_min);
    check_value(spec, value, field.units);
    field.end = cursor.at();
    return field;
}

void read_piece(HeaderPiece const& piece, Cursor& cursor)
{
    if (piece.kind == HeaderKind::base1) {
        auto const size = cursor.byte();
        demand(size == 22 || size == 26);
        (void)cursor.take(size == 22 ? 21 : 47);
        return;
    }
    auto const bytes = cursor.take(piece.size_bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        auto const x = bytes[i];
        if (piece.kind == HeaderKind::text) demand(x >= 0x20 && x <= 0x7e);
        if (piece.kind == HeaderKind::digits) demand(x >= 0x30 && x <= 0x39);
        if (piece.kind == HeaderKind::bcd) demand(x / 16 <= 9 && x % 16 <= 9);
        if (piece.kind == HeaderKind::constant)
            demand(x == static_cast<unsigned char>(piece.value[i]));
    }
}

unsigned read_mti(Charset charset, Cursor& cursor)
{
    std::vector<unsigned> digits;
    if (charset == Charset::bcd) {
        digits = nibbles_of(cursor.take(2));
    } else {
        for (auto const byte : cursor.take(4))
            digits.push_back(byte - (charset == Charset::ascii ? 0x30U : 0xf0U));
    }
    unsigned mti = 0;
    for (auto const digit : digits) {
        demand(digit <= 9);
        mti = mti * 10 + digit;
    }
    return mti;
}

// Numbers of the bits that are set, from 1.
std::set<unsigned> read_bitmap(BitmapForm form, Cursor& cursor)
{
    std::vector<unsigned> nibbles;
    if (form == BitmapForm::binary) {
        nibbles = nibbles_of(cursor.take(8));
    } else {
        for (auto const byte : cursor.take(16))
            nibbles.push_back(hex_digit(byte, form == BitmapForm::hex_ebcdic));
    }
    std::set<unsigned> bits;
    for (unsigned bit = 1; bit <= 64; ++bit)
        if ((nibbles[(bit - 1) / 4] >> (3 - (bit - 1) % 4) & 1U) != 0) bits.insert(bit);
    return bits;
}

class Decoding {
public:
    Decoding(iso8583::Dialect const& dialect, ByteView bytes) : dialect_(dialect), cursor_(bytes) {}

    NaiveMessage run()
    {
        auto const& form = dialect_.form;
        for (auto const& piece : dialect_.header)
            read_piece(piece, cursor_);
        message_.header_bytes = cursor_.at();
        message_.mti = read_mti(form.mti, cursor_);
        announce(0);
        if (announced_.erase(1) != 0 || form.bitmap_fixed16) announce(64);
        if (form.tertiary == Tertiary::contiguous && announced_.erase(65) != 0) announce(128);
        read_up_to(64);
        if (form.tertiary == Tertiary::inline_65 && announced_.erase(65) != 0) announce(128);
        read_up_to(192);
        demand(cursor_.at_end());
        return message_;
    }

private:
    void announce(unsigned before)
    {
        for (auto const bit : read_bitmap(dialect_.form.bitmap, cursor_))
            announced_.insert(before + bit);
    }
    void read_up_to(unsigned last)
    {
        while (!announced_.empty() && *announced_.begin() <= last) {
            auto const de = *announced_.begin();
            announced_.erase(announced_.begin());
            auto const& spec = dialect_.fields[de];
            demand(spec.attribute != Attribute::undefined);
            message_.fields[de] = read_field(spec, cursor_);
        }
    }

    iso8583::Dialect const& dialect_;
    Cursor cursor_;
    std::set<unsigned> announced_;
    NaiveMessage message_;
};

}  // namespace

std::optional<NaiveMessage> naive_decode(iso8583::Dialect const& dialect, ByteView message)
{
    if (message.size() > 65'535) return {};
    try {
        return Decoding{dialect, message}.run();
    } catch (Wrong const&) {
        return {};
    }
}

}  // namespace turnout::test
