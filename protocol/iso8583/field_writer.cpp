// Writing half of field_codec.hpp, and values as text.
#include "protocol/iso8583/field_codec.hpp"
#include "protocol/iso8583/field_text.hpp"
#include "protocol/wire/digits.hpp"

#include <algorithm>

namespace turnout::iso8583 {
namespace {

// Writes Latin-1 characters as UTF-8.
class Utf8Writer {
public:
    explicit Utf8Writer(std::span<char> out) noexcept : out_(out) {}
    void put(unsigned latin1) noexcept
    {
        if (latin1 < 0x80U) return put_byte(latin1);
        put_byte(0xc0U | latin1 >> 6U);
        put_byte(0x80U | (latin1 & 0x3fU));
    }
    [[nodiscard]] Result<std::size_t, Errc> done() const noexcept
    {
        if (at_ > out_.size()) return Errc::no_room;
        return at_;
    }

private:
    void put_byte(unsigned byte) noexcept
    {
        if (at_ < out_.size()) out_[at_] = static_cast<char>(byte);
        ++at_;
    }
    std::span<char> out_;
    std::size_t at_ = 0;
};

// Reads UTF-8 that has Latin-1 characters only; `kNone` for anything else.
class Latin1Reader {
public:
    static constexpr unsigned kNone = 256;
    explicit Latin1Reader(std::string_view text) noexcept : bytes_(as_bytes(text)) {}
    [[nodiscard]] bool more() const noexcept { return at_ < bytes_.size(); }
    [[nodiscard]] unsigned next() noexcept
    {
        auto const size = utf8_size(bytes_, at_);
        auto const first = static_cast<unsigned>(bytes_[at_]);
        if (size == 0 || size > 2 || first > 0xc3U) {
            at_ = bytes_.size();
            return kNone;
        }
        auto const value =
            size == 1 ? first
                      : (first & 3U) << 6U | (static_cast<unsigned>(bytes_[at_ + 1]) & 0x3fU);
        at_ += size;
        return value;
    }

private:
    ByteView bytes_;
    std::size_t at_ = 0;
};

bool is_packed(FieldSpec const& spec) noexcept
{
    return spec.encoding == Encoding::bcd;
}

std::size_t characters_of(std::string_view text) noexcept
{
    if (all_ascii(text)) return text.size();
    std::size_t count = 0;
    for (auto const character : text)
        if ((static_cast<unsigned char>(character) & 0xc0U) != 0x80U) ++count;
    return count;
}

// Units of a value given as text, before anything is filled in.
std::size_t units_given(FieldSpec const& spec, std::string_view text) noexcept
{
    if (spec.attribute == Attribute::b) return text.size() / 2;
    if (!is_text(spec.attribute) && spec.attribute != Attribute::z) return text.size();
    if (is_ebcdic(spec.encoding) || spec.encoding == Encoding::latin1) return characters_of(text);
    return counts_characters(spec) ? characters_of(text) : text.size();
}

// Bytes of a value that has `given` of its `units`.
std::size_t bytes_of_text(FieldSpec const& spec, std::string_view text, std::size_t given,
                          std::size_t units) noexcept
{
    if (spec.encoding == Encoding::utf8) return text.size() + (units - given);
    return value_bytes(spec, units);
}

bool may_be_short(FieldSpec const& spec) noexcept
{
    return spec.attribute != Attribute::b && spec.attribute != Attribute::xn;
}

Measure judge(FieldSpec const& spec, std::size_t given, bool may_fill) noexcept
{
    if (given > spec.length_max || given < spec.length_min) return {Errc::wrong_length, 0, 0};
    if (!spec.fixed()) return {Errc::ok, given, 0};
    if (given < spec.length_max && !may_fill) return {Errc::wrong_length, 0, 0};
    return {Errc::ok, spec.length_max, 0};
}

// Digits and track data as nibbles, padded on either side; `out` is cleared here.
bool put_nibbles(FieldSpec const& spec, std::string_view digits, std::size_t zeros,
                 std::byte* out) noexcept
{
    auto const units = digits.size() + zeros;
    auto const bytes = (units + 1) / 2;
    auto const range = nibble_range(spec, 2 * bytes, units);
    std::fill_n(out, bytes, pads_f(spec.pad) && units % 2 != 0 ? std::byte{0xff} : std::byte{0});
    auto put = [out](std::size_t at, unsigned nibble) {
        auto const shift = at % 2 == 0 ? 4U : 0U;
        out[at / 2] = (out[at / 2] & static_cast<std::byte>(0xf0U >> shift)) |
                      static_cast<std::byte>(nibble << shift);
    };
    for (std::size_t i = 0; i < zeros; ++i)
        put(range.begin + i, 0);
    auto const track = spec.attribute == Attribute::z;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        auto const separator = track && (digits[i] == '=' || digits[i] == 'D');
        auto const digit = static_cast<unsigned>(digits[i]) ^ 0x30U;
        if (!separator && digit > 9U) return false;
        put(range.begin + zeros + i, separator ? 13U : digit);
    }
    return true;
}

bool put_digits(FieldSpec const& spec, std::string_view digits, std::size_t zeros,
                std::byte* out) noexcept
{
    auto const zero = is_ebcdic(spec.encoding) ? 0xf0U : 0x30U;
    out = std::fill_n(out, zeros, static_cast<std::byte>(zero));
    for (auto const character : digits) {
        auto const digit = static_cast<unsigned>(character) ^ 0x30U;
        if (digit > 9U) return false;
        *out++ = static_cast<std::byte>(zero | digit);
    }
    return true;
}

bool put_hex_char(FieldSpec const& spec, unsigned nibble, std::byte* out) noexcept
{
    if (nibble > 15U) return false;
    auto const upper = wire::hex_char_of(nibble);
    if (spec.encoding == Encoding::hex_ebcdic)
        *out = wire::ebcdic_hex_char_of(nibble);
    else if (spec.encoding == Encoding::hex_lower && nibble > 9U)
        *out = static_cast<std::byte>(upper | 0x20);
    else
        *out = static_cast<std::byte>(upper);
    return true;
}

Errc put_hex(FieldSpec const& spec, std::string_view hex, std::byte* out) noexcept
{
    for (std::size_t i = 0; i < hex.size(); ++i) {
        auto const nibble = wire::hex_digit_of(hex[i]);
        if (spec.encoding != Encoding::binary) {
            if (!put_hex_char(spec, nibble, out + i)) return Errc::bad_digits;
            continue;
        }
        if (nibble > 15U) return Errc::bad_digits;
        if (i % 2 == 0)
            out[i / 2] = static_cast<std::byte>(nibble << 4U);
        else
            out[i / 2] |= static_cast<std::byte>(nibble);
    }
    return Errc::ok;
}

// One character of a text field, as Latin-1, to its byte; false when the class has no room for it.
bool put_character(FieldSpec const& spec, unsigned latin1, std::byte* out) noexcept
{
    if (latin1 > 255U) return false;
    auto const control = latin1 < 0x20U || (latin1 >= 0x7fU && latin1 < 0xa0U);
    if (control && spec.attribute != Attribute::any) return false;
    if (is_ebcdic(spec.encoding)) {
        *out = static_cast<std::byte>(wire::ebcdic_of_latin1(page_of(spec.encoding))[latin1]);
        return true;
    }
    *out = static_cast<std::byte>(latin1);
    return true;
}

Errc put_signed(FieldSpec const& spec, std::string_view text, std::byte* out) noexcept
{
    auto const sign = static_cast<unsigned>(static_cast<unsigned char>(text[0]));
    if (text[0] != 'C' && text[0] != 'D' && !spec.free_sign) return Errc::bad_sign;
    if (sign >= 0x80U || !put_character(spec, sign, out++)) return Errc::bad_sign;
    auto const digits = text.substr(1);
    auto const good =
        is_packed(spec) ? put_nibbles(spec, digits, 0, out) : put_digits(spec, digits, 0, out);
    return good ? Errc::ok : Errc::bad_digits;
}

bool goes_through_latin1(FieldSpec const& spec) noexcept
{
    return is_ebcdic(spec.encoding) || spec.encoding == Encoding::latin1;
}

// Most text: the same in Latin-1, by table in EBCDIC.
void put_ascii(FieldSpec const& spec, std::string_view text, std::byte* out) noexcept
{
    auto const bytes = as_bytes(text);
    if (!is_ebcdic(spec.encoding)) {
        std::copy(bytes.begin(), bytes.end(), out);
        return;
    }
    auto const& table = wire::ebcdic_of_latin1(page_of(spec.encoding));
    for (auto const byte : bytes)
        *out++ = static_cast<std::byte>(table[static_cast<std::size_t>(byte)]);
}

Errc put_characters(FieldSpec const& spec, std::string_view text, std::byte* out) noexcept
{
    auto const anything = spec.attribute == Attribute::any;
    if (goes_through_latin1(spec) && (anything ? all_ascii(text) : all_printable(text))) {
        put_ascii(spec, text, out);
        return Errc::ok;
    }
    if (goes_through_latin1(spec)) {
        Latin1Reader reader{text};
        while (reader.more())
            if (!put_character(spec, reader.next(), out++)) return Errc::bad_character;
        return Errc::ok;
    }
    auto const bytes = as_bytes(text);
    std::copy(bytes.begin(), bytes.end(), out);
    return check_value(spec, bytes, text.size()).code;
}

// Text with its fill characters on the side that is free.
Errc put_filled(FieldSpec const& spec, std::string_view text, std::size_t fill_count,
                std::byte* out) noexcept
{
    auto const left = spec.justify == Justify::right ? fill_count : 0;
    auto const right = fill_count - left;
    auto const size = goes_through_latin1(spec) ? characters_of(text) : text.size();
    std::byte fill{};
    auto const latin1 = static_cast<unsigned>(static_cast<unsigned char>(spec.fill));
    if (goes_through_latin1(spec) ? !put_character(spec, latin1, &fill) : false)
        return Errc::bad_character;
    if (!goes_through_latin1(spec)) fill = static_cast<std::byte>(spec.fill);
    std::fill_n(out, left, fill);
    std::fill_n(out + left + size, right, fill);
    return put_characters(spec, text, out + left);
}

std::uint64_t declared_length(FieldSpec const& spec, Measure const& measure) noexcept
{
    auto const own = spec.inclusive ? prefix_bytes(spec) : 0;
    switch (spec.unit) {
        case LengthUnit::units:
            return measure.units + own;
        case LengthUnit::bytes:
            return measure.value_bytes + own;
        case LengthUnit::nibbles:
            break;
    }
    auto const digits = is_packed(spec) && spec.attribute != Attribute::xn;
    return (digits ? measure.units : 2 * measure.value_bytes) + 2 * own;
}

Errc write_prefix(FieldSpec const& spec, Measure const& measure, std::byte* out) noexcept
{
    if (spec.fixed()) return Errc::ok;
    auto const number = declared_length(spec, measure);
    auto const written = write_length(spec.prefix, spec.prefix_digits, out, number);
    return written ? Errc::ok : Errc::wrong_length;
}

void expand_nibbles(FieldSpec const& spec, ByteView value, std::size_t units,
                    Utf8Writer& out) noexcept
{
    auto const range = nibble_range(spec, value.size() * 2, units);
    for (auto i = range.begin; i < range.end; ++i) {
        auto const nibble = nibble_at(value.data(), i);
        out.put(nibble == 13U ? '=' : nibble < 10U ? '0' + nibble : 'A' + nibble - 10U);
    }
}

void expand_characters(FieldSpec const& spec, ByteView value, Utf8Writer& out) noexcept
{
    auto const* table =
        is_ebcdic(spec.encoding) ? &wire::latin1_of_ebcdic(page_of(spec.encoding)) : nullptr;
    for (auto const byte : value) {
        auto const x = static_cast<unsigned>(byte);
        out.put(table == nullptr ? x : (*table)[x]);
    }
}

void expand_hex(FieldSpec const& spec, ByteView value, Utf8Writer& out) noexcept
{
    for (auto const byte : value) {
        if (spec.encoding == Encoding::binary) {
            out.put(
                static_cast<unsigned char>(wire::hex_char_of(static_cast<unsigned>(byte) >> 4U)));
            out.put(static_cast<unsigned char>(wire::hex_char_of(static_cast<unsigned>(byte))));
            continue;
        }
        auto const digit = spec.encoding == Encoding::hex_ebcdic
                               ? wire::ebcdic_hex_digit_of(byte)
                               : wire::hex_digit_of(static_cast<char>(byte));
        out.put(static_cast<unsigned char>(wire::hex_char_of(digit)));
    }
}

}  // namespace

bool write_length(PrefixKind kind, unsigned digits, std::byte* out, std::uint64_t number) noexcept
{
    if (kind == PrefixKind::binary) {
        for (unsigned i = digits; i > 0; --i, number >>= 8U)
            out[i - 1] = static_cast<std::byte>(number & 255U);
        return number == 0;
    }
    if (!wire::fits_digits(digits, number)) return false;
    if (kind == PrefixKind::ascii || kind == PrefixKind::ebcdic) {
        auto const zero = kind == PrefixKind::ebcdic ? 0xf0U : 0x30U;
        for (unsigned i = digits; i > 0; --i, number /= 10U)
            out[i - 1] = static_cast<std::byte>(zero | number % 10U);
        return true;
    }
    if (kind == PrefixKind::bcd_left && digits % 2 != 0)
        return write_length(kind, digits + 1, out, number * 10U);
    wire::put_bcd_number(out, digits, number);
    return true;
}

Measure measure_text(FieldSpec const& spec, std::string_view text) noexcept
{
    if (!spec.defined()) return {Errc::unknown_field, 0, 0};
    if (spec.attribute == Attribute::b && text.size() % 2 != 0) return {Errc::wrong_length, 0, 0};
    if (spec.attribute == Attribute::xn && text.size() < 2) return {Errc::wrong_length, 0, 0};
    auto const given = units_given(spec, text);
    auto measure = judge(spec, given, may_be_short(spec));
    if (measure.code == Errc::ok)
        measure.value_bytes = bytes_of_text(spec, text, given, measure.units);
    return measure;
}

Measure measure_bytes(FieldSpec const& spec, ByteView value) noexcept
{
    if (!spec.defined()) return {Errc::unknown_field, 0, 0};
    auto const as_hex = is_text(spec.attribute);
    if (!as_hex && spec.attribute != Attribute::b) return {Errc::bad_character, 0, 0};
    auto measure = judge(spec, as_hex ? value.size() * 2 : value.size(), false);
    measure.value_bytes = value_bytes(spec, measure.units);
    return measure;
}

Errc write_text(FieldSpec const& spec, std::string_view text, Measure const& measure,
                std::byte* out) noexcept
{
    if (auto const failed = write_prefix(spec, measure, out); failed != Errc::ok) return failed;
    out += prefix_bytes(spec);
    switch (spec.attribute) {
        case Attribute::undefined:
            return Errc::unknown_field;
        case Attribute::b:
            return put_hex(spec, text, out);
        case Attribute::xn:
            return put_signed(spec, text, out);
        case Attribute::n: {
            auto const zeros = measure.units - text.size();
            auto const good = is_packed(spec) ? put_nibbles(spec, text, zeros, out)
                                              : put_digits(spec, text, zeros, out);
            return good ? Errc::ok : Errc::bad_digits;
        }
        case Attribute::z:
            if (is_packed(spec))
                return put_nibbles(spec, text, measure.units - text.size(), out) ? Errc::ok
                                                                                 : Errc::bad_digits;
            break;
        default:
            break;
    }
    return put_filled(spec, text, measure.units - units_given(spec, text), out);
}

Errc write_bytes(FieldSpec const& spec, ByteView value, Measure const& measure,
                 std::byte* out) noexcept
{
    if (auto const failed = write_prefix(spec, measure, out); failed != Errc::ok) return failed;
    out += prefix_bytes(spec);
    if (spec.encoding == Encoding::binary) {
        std::copy(value.begin(), value.end(), out);
        return Errc::ok;
    }
    for (std::size_t i = 0; i < 2 * value.size(); ++i) {
        auto const nibble = nibble_at(value.data(), i);
        auto const hex = static_cast<unsigned char>(wire::hex_char_of(nibble));
        if (is_hex(spec.encoding))
            put_hex_char(spec, nibble, out + i);
        else if (!put_character(spec, hex, out + i))
            return Errc::bad_character;
    }
    return Errc::ok;
}

Result<std::size_t, Errc> value_text(FieldSpec const& spec, ByteView value, std::size_t units,
                                     std::span<char> out) noexcept
{
    Utf8Writer writer{out};
    if (spec.attribute == Attribute::b) {
        expand_hex(spec, value, writer);
        return writer.done();
    }
    if (is_packed(spec)) {
        auto const is_signed = spec.attribute == Attribute::xn;
        if (is_signed) writer.put(static_cast<unsigned>(value[0]));
        expand_nibbles(spec, value.subspan(is_signed ? 1 : 0), units - (is_signed ? 1 : 0), writer);
        return writer.done();
    }
    if (goes_through_latin1(spec)) {
        expand_characters(spec, value, writer);
        return writer.done();
    }
    if (value.size() > out.size()) return Errc::no_room;
    std::copy_n(as_text(value).begin(), value.size(), out.begin());
    return value.size();
}

Result<std::uint64_t, Errc> value_number(FieldSpec const& spec, ByteView value,
                                         std::size_t units) noexcept
{
    if (spec.attribute != Attribute::n && !is_text(spec.attribute)) return Errc::bad_digits;
    if (units > 19) return Errc::length_over_max;
    auto const range = nibble_range(spec, value.size() * 2, units);
    auto const zero = is_ebcdic(spec.encoding) ? 0xf0U : 0x30U;
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < (is_packed(spec) ? units : value.size()); ++i) {
        auto const digit = is_packed(spec) ? nibble_at(value.data(), range.begin + i)
                                           : static_cast<unsigned>(value[i]) ^ zero;
        if (digit > 9U) return Errc::bad_digits;
        number = number * 10U + digit;
    }
    return number;
}

}  // namespace turnout::iso8583
