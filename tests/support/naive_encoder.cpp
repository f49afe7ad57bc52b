#include "tests/support/naive_encoder.hpp"

#include <algorithm>
#include <cctype>

namespace turnout::test {
namespace {

using namespace iso8583;

template <class Enum>
Enum pick(Random& random, std::initializer_list<Enum> from)
{
    return from.begin()[random.below(from.size())];
}

Encoding any_encoding(Random& random)
{
    return pick(random,
                {Encoding::ascii, Encoding::bcd, Encoding::ebcdic_037, Encoding::ebcdic_500,
                 Encoding::ebcdic_1047, Encoding::latin1, Encoding::utf8, Encoding::opaque,
                 Encoding::binary, Encoding::hex_upper, Encoding::hex_lower, Encoding::hex_ebcdic});
}

FieldSpec random_field(Random& random)
{
    for (;;) {
        FieldSpec spec;
        spec.attribute = pick(random, {Attribute::n, Attribute::xn, Attribute::a, Attribute::an,
                                       Attribute::as, Attribute::ans, Attribute::ns, Attribute::anp,
                                       Attribute::z, Attribute::b, Attribute::any});
        spec.encoding = any_encoding(random);
        spec.prefix =
            pick(random, {PrefixKind::none, PrefixKind::none, PrefixKind::ascii, PrefixKind::bcd,
                          PrefixKind::bcd_left, PrefixKind::ebcdic, PrefixKind::binary});
        if (!spec.fixed()) {
            auto const most = spec.prefix == PrefixKind::binary ? 4U : 6U;
            spec.prefix_digits = static_cast<std::uint8_t>(1 + random.below(most));
            spec.unit = pick(random, {LengthUnit::units, LengthUnit::bytes, LengthUnit::nibbles});
            spec.inclusive = random.below(4) == 0;
        }
        spec.pad = pick(random, {DigitPad::left_zero, DigitPad::left_f, DigitPad::right_zero,
                                 DigitPad::right_f});
        spec.justify = pick(random, {Justify::left, Justify::right});
        spec.free_sign = random.below(4) == 0;
        spec.length_max =
            static_cast<std::uint32_t>(1 + random.below(random.below(2) + 1 ? 40 : 9));
        if (!spec.fixed() && random.below(3) == 0)
            spec.length_min = static_cast<std::uint32_t>(random.below(spec.length_max));
        if (problem_of(spec) == SpecProblem::none) return spec;
    }
}

// Half bytes of the value, as a length in nibbles or bytes sees them.
bool is_packed(FieldSpec const& spec)
{
    return spec.encoding == Encoding::bcd;
}

std::string random_of(Random& random, std::size_t count, std::string_view from)
{
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += from[random.below(from.size())];
    return text;
}

std::string random_value(FieldSpec const& spec, Random& random)
{
    auto const least =
        std::max<std::size_t>(spec.length_min, spec.attribute == Attribute::xn ? 2 : 0);
    auto units = spec.fixed() ? spec.length_max
                              : least + random.below(spec.length_max + 1 -
                                                     std::min<std::size_t>(least, spec.length_max));
    // A length in bytes cannot say that the last nibble is none: packed digits then fill bytes.
    auto const signs = spec.attribute == Attribute::xn ? 1U : 0U;
    auto const whole =
        !spec.fixed() && is_packed(spec) &&
        (spec.unit == LengthUnit::bytes || (signs != 0 && spec.unit == LengthUnit::nibbles));
    if (whole && (units - signs) % 2 != 0) units = units > least ? units - 1 : units + 1;
    if (units > spec.length_max || units < spec.length_min) return "?";
    switch (spec.attribute) {
        case Attribute::n:
            return random_of(random, units, "0123456789");
        case Attribute::xn:
            return random_of(random, 1, "CD") + random_of(random, units - 1, "0123456789");
        case Attribute::b:
            return random_of(random, 2 * units, "0123456789ABCDEF");
        case Attribute::z:
            return random_of(random, units, "0123456789=");
        default:
            break;
    }
    if (spec.encoding == Encoding::utf8 && spec.unit == LengthUnit::units) {
        std::string text;
        for (std::size_t i = 0; i < units; ++i)
            text += random.below(3) == 0 ? "\xE2\x82\xAC" : random_of(random, 1, "abcXYZ 019");
        return text;
    }
    return random_of(random, units, "abcXYZ 019.-");
}

// EBCDIC of the characters above, from the layout of the code rather than from a table.
std::byte ebcdic_of(char character)
{
    auto const from = [character](char first, unsigned code) {
        return static_cast<std::byte>(code + static_cast<unsigned>(character - first));
    };
    if (std::isdigit(character) != 0) return from('0', 0xf0);
    if (character >= 'A' && character <= 'I') return from('A', 0xc1);
    if (character >= 'S' && character <= 'Z') return from('S', 0xe2);
    if (character >= 'a' && character <= 'i') return from('a', 0x81);
    if (character == ' ') return std::byte{0x40};
    if (character == '.') return std::byte{0x4b};
    if (character == '-') return std::byte{0x60};
    if (character == '=') return std::byte{0x7e};
    throw std::invalid_argument{"no EBCDIC here for this character"};
}

bool in_ebcdic(Encoding encoding)
{
    return encoding == Encoding::ebcdic_037 || encoding == Encoding::ebcdic_500 ||
           encoding == Encoding::ebcdic_1047 || encoding == Encoding::hex_ebcdic;
}

Bytes characters(std::string_view text, bool ebcdic)
{
    Bytes bytes;
    for (auto const character : text)
        bytes.push_back(ebcdic ? ebcdic_of(character) : static_cast<std::byte>(character));
    return bytes;
}

Bytes packed(FieldSpec const& spec, std::string digits)
{
    std::replace(digits.begin(), digits.end(), '=', 'D');
    auto const with_f = spec.pad == DigitPad::left_f || spec.pad == DigitPad::right_f;
    auto const right = spec.pad == DigitPad::right_zero || spec.pad == DigitPad::right_f;
    std::string const pad(digits.size() % 2, with_f ? 'F' : '0');
    return from_hex(right ? digits + pad : pad + digits);
}

Bytes naive_value(FieldSpec const& spec, std::string text)
{
    if (spec.encoding == Encoding::binary) return from_hex(text);
    if (spec.encoding == Encoding::hex_lower)
        std::transform(text.begin(), text.end(), text.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (!is_packed(spec)) return characters(text, in_ebcdic(spec.encoding));
    if (spec.attribute != Attribute::xn) return packed(spec, text);
    auto bytes = characters(text.substr(0, 1), false);
    auto const digits = packed(spec, text.substr(1));
    bytes.insert(bytes.end(), digits.begin(), digits.end());
    return bytes;
}

std::size_t characters_of(std::string_view text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return (static_cast<unsigned>(c) & 0xc0U) != 0x80U;
    }));
}

Bytes naive_prefix(FieldSpec const& spec, std::string const& text, std::size_t value_bytes)
{
    std::size_t units = text.size();
    if (spec.attribute == Attribute::b) units /= 2;
    if (spec.encoding == Encoding::utf8) units = characters_of(text);
    auto const digits = std::size_t{spec.prefix_digits};
    auto const packs = spec.prefix == PrefixKind::bcd || spec.prefix == PrefixKind::bcd_left;
    auto const own = !spec.inclusive ? 0 : packs ? (digits + 1) / 2 : digits;
    auto number = units + own;
    if (spec.unit == LengthUnit::bytes) number = value_bytes + own;
    if (spec.unit == LengthUnit::nibbles)
        number = (is_packed(spec) && spec.attribute != Attribute::xn ? units : 2 * value_bytes) +
                 2 * own;
    if (spec.prefix == PrefixKind::binary) {
        Bytes bytes(digits);
        for (auto i = digits; i > 0; --i, number /= 256)
            bytes[i - 1] = static_cast<std::byte>(number % 256);
        return bytes;
    }
    auto decimal = std::to_string(number);
    decimal.insert(0, digits - decimal.size(), '0');
    std::string const pad(digits % 2, '0');
    if (packs) return from_hex(spec.prefix == PrefixKind::bcd ? pad + decimal : decimal + pad);
    return characters(decimal, spec.prefix == PrefixKind::ebcdic);
}

Bytes naive_bitmap(BitmapForm form, std::vector<bool> const& bits)
{
    std::string hex;
    for (std::size_t i = 0; i < 64; i += 4) {
        unsigned const group = bits[i] * 8U + bits[i + 1] * 4U + bits[i + 2] * 2U + bits[i + 3];
        hex += "0123456789ABCDEF"[group];
    }
    if (form == BitmapForm::binary) return from_hex(hex);
    if (form == BitmapForm::hex_lower)
        std::transform(hex.begin(), hex.end(), hex.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return characters(hex, form == BitmapForm::hex_ebcdic);
}

void append(Bytes& to, Bytes const& more)
{
    to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

DialectSource any_dialect(Random& random)
{
    DialectSource source;
    source.name = "random";
    source.form.mti = pick(random, {Charset::ascii, Charset::bcd, Charset::ebcdic});
    source.form.bitmap = pick(random, {BitmapForm::binary, BitmapForm::hex, BitmapForm::hex_lower,
                                       BitmapForm::hex_ebcdic});
    source.form.bitmap_fixed16 = random.below(5) == 0;
    source.form.tertiary =
        pick(random, {Tertiary::none, Tertiary::contiguous, Tertiary::inline_65});
    auto const third = source.form.tertiary != Tertiary::none;
    for (unsigned de = 2; de <= (third ? kFieldsMax : 128U); ++de)
        if (random.below(3) != 0 && !(third && de == 65)) source.fields[de] = random_field(random);
    if (random.below(4) == 0) {
        source.header.push_back({HeaderKind::tpdu, 5, "TPDU", ""});
        source.header.push_back({HeaderKind::text, 3, "HEAD", "ISO"});
    }
    return source;
}

AnyMessage any_message(DialectSource const& source, Random& random)
{
    AnyMessage message;
    message.mti = static_cast<unsigned>(random.below(10'000));
    auto const third = source.form.tertiary != Tertiary::none;
    message.bitmaps = static_cast<Bitmaps>(random.below(third ? 3 : 2));
    unsigned last = message.bitmaps == Bitmaps::tertiary ? 192U : 128U;
    if (message.bitmaps == Bitmaps::primary && !source.form.bitmap_fixed16) last = 64;
    auto const rare = 1 + random.below(8);
    for (unsigned de = 2; de <= last; ++de) {
        if (!source.fields[de].defined() || random.below(rare) != 0) continue;
        auto const value = random_value(source.fields[de], random);
        if (value != "?") message.fields[de] = value;
    }
    if (!source.header.empty()) message.header = from_hex("6000112233495332");
    return message;
}

Bytes naive_encode(DialectSource const& source, AnyMessage const& message)
{
    auto frame = message.header;
    auto const mti = std::to_string(10'000 + message.mti).substr(1);
    append(frame, source.form.mti == Charset::bcd
                      ? from_hex(mti)
                      : characters(mti, source.form.mti == Charset::ebcdic));
    std::vector<bool> bits(193);
    for (auto const& [de, value] : message.fields)
        bits[de] = true;
    auto const inline_third =
        message.bitmaps == Bitmaps::tertiary && source.form.tertiary == Tertiary::inline_65;
    bits[1] = message.bitmaps != Bitmaps::primary;
    if (message.bitmaps == Bitmaps::tertiary) bits[65] = true;
    auto const bitmap = [&](std::size_t first) {
        auto const begin = bits.begin() + static_cast<std::ptrdiff_t>(first);
        return naive_bitmap(source.form.bitmap, std::vector<bool>(begin, begin + 64));
    };
    append(frame, bitmap(1));
    if (bits[1] || source.form.bitmap_fixed16) append(frame, bitmap(65));
    if (message.bitmaps == Bitmaps::tertiary && !inline_third) append(frame, bitmap(129));
    auto waits = inline_third;
    for (auto const& [de, text] : message.fields) {
        if (waits && de > 65) append(frame, bitmap(129));
        waits = waits && de <= 65;
        auto const& spec = source.fields[de];
        auto const value = naive_value(spec, text);
        if (!spec.fixed()) append(frame, naive_prefix(spec, text, value.size()));
        append(frame, value);
    }
    if (waits) append(frame, bitmap(129));
    return frame;
}

}  // namespace turnout::test
