#include "tests/support/random_dialect.hpp"

#include <algorithm>

namespace turnout::test {
namespace {

using iso8583::Attribute;
using iso8583::Encoding;
using iso8583::FieldSpec;
using iso8583::HeaderKind;
using iso8583::PrefixKind;
using iso8583::Tertiary;

constexpr std::uint32_t kVariableMore = 300;  // above the minimum: keeps messages below 64 KiB

template <class Value>
Value one_of(Random& random, std::initializer_list<Value> values)
{
    return values.begin()[random.below(values.size())];
}

bool chance(Random& random, unsigned percent)
{
    return random.below(100) < percent;
}

FieldSpec any_spec(Random& random)
{
    FieldSpec spec;
    spec.attribute = static_cast<Attribute>(1 + random.below(11));
    spec.encoding = static_cast<Encoding>(random.below(12));
    spec.prefix =
        chance(random, 40) ? PrefixKind::none : static_cast<PrefixKind>(1 + random.below(5));
    spec.pad = static_cast<iso8583::DigitPad>(random.below(4));
    spec.justify = static_cast<iso8583::Justify>(random.below(2));
    spec.fill = one_of(random, {' ', '0', '*'});
    spec.free_sign = chance(random, 10);
    spec.length_max = static_cast<std::uint32_t>(1 + random.below(chance(random, 80) ? 24 : 400));
    if (spec.fixed()) return spec;
    spec.prefix_digits = static_cast<std::uint8_t>(1 + random.below(6));
    spec.unit = static_cast<iso8583::LengthUnit>(random.below(3));
    spec.inclusive = chance(random, 25);
    if (chance(random, 30))
        spec.length_min = static_cast<std::uint32_t>(random.below(spec.length_max + 1));
    return spec;
}

FieldSpec valid_spec(Random& random)
{
    for (;;) {
        auto const spec = any_spec(random);
        if (iso8583::problem_of(spec) == iso8583::SpecProblem::none) return spec;
    }
}

void add_header(iso8583::DialectSource& source, Random& random)
{
    for (auto count = random.below(3); count > 0; --count) {
        iso8583::DialectSource::Header piece;
        piece.kind = static_cast<HeaderKind>(random.below(7));
        piece.size_bytes = static_cast<std::uint8_t>(1 + random.below(12));
        if (piece.kind == HeaderKind::tpdu) piece.size_bytes = iso8583::kTpduBytes;
        if (piece.kind == HeaderKind::base1) piece.size_bytes = iso8583::kBase1Bytes;
        if (piece.kind == HeaderKind::constant) piece.value.assign(piece.size_bytes, 'K');
        source.header.push_back(std::move(piece));
    }
}

std::string digits(Random& random, std::size_t count)
{
    std::string text;
    for (std::size_t i = 0; i < count; ++i)
        text += static_cast<char>('0' + random.below(10));
    return text;
}

void put_utf8(std::string& text, unsigned code)
{
    auto const byte = [&](unsigned x) { text += static_cast<char>(x); };
    if (code < 0x80) return byte(code);
    if (code < 0x800) return byte(0xc0 | code >> 6), byte(0x80 | (code & 63));
    if (code < 0x10000)
        return byte(0xe0 | code >> 12), byte(0x80 | (code >> 6 & 63)), byte(0x80 | (code & 63));
    byte(0xf0 | code >> 18);
    byte(0x80 | (code >> 12 & 63));
    byte(0x80 | (code >> 6 & 63));
    byte(0x80 | (code & 63));
}

// `count` of what the prefix counts: characters, or bytes where it counts those of UTF-8.
std::string text_value(FieldSpec const& spec, Random& random, std::size_t count)
{
    auto const wide = spec.encoding == Encoding::utf8 && spec.unit == iso8583::LengthUnit::units;
    auto const latin = spec.encoding == Encoding::latin1 || iso8583::is_ebcdic(spec.encoding);
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        if (wide && chance(random, 40))
            put_utf8(text, one_of(random, {0xe9U, 0x4e2dU, 0x20acU, 0x1f600U, 0xd7ffU, 0xe000U}));
        else if (latin && chance(random, 30))
            put_utf8(text, static_cast<unsigned>(0xa1 + random.below(0x5f)));
        else if (spec.encoding == Encoding::opaque && chance(random, 30))
            text += static_cast<char>(random.next());
        else
            text += static_cast<char>(0x20 + random.below(0x5f));
    }
    return text;
}

std::string value_of(FieldSpec const& spec, Random& random)
{
    std::size_t count = spec.length_max;
    if (!spec.fixed())
        count = spec.length_min +
                random.below(std::min(spec.length_max - spec.length_min, kVariableMore) + 1);
    // Packed digits that are counted in bytes: an odd number shows only where an F marks the pad.
    auto const whole_bytes = spec.unit == iso8583::LengthUnit::bytes &&
                             spec.encoding == Encoding::bcd && !iso8583::pads_f(spec.pad);
    switch (spec.attribute) {
        case Attribute::n:
            if (whole_bytes) count -= count % 2;
            return digits(random, count);
        case Attribute::xn: {
            count = std::max<std::size_t>(count, 2);
            // Behind the sign, whole bytes of digits when nothing else says how many they are.
            auto const even = spec.encoding == Encoding::bcd && !spec.fixed() &&
                              spec.unit != iso8583::LengthUnit::units;
            if (even && count % 2 == 0) --count;
            if (even && count < 3) count = 3;
            std::string const sign{spec.free_sign ? one_of(random, {'C', '+', '-'})
                                                  : one_of(random, {'C', 'D'})};
            return sign + digits(random, count - 1);
        }
        case Attribute::z: {
            if (whole_bytes) count -= count % 2;
            auto text = digits(random, count);
            if (count > 4 && chance(random, 80)) text[count / 2] = '=';
            return text;
        }
        case Attribute::b: {
            Bytes bytes;
            for (std::size_t i = 0; i < count; ++i)
                bytes.push_back(static_cast<std::byte>(random.next()));
            return to_hex(bytes);
        }
        default:
            return text_value(spec, random, count);
    }
}

// Some lengths cannot be met by whole bytes: then the field is left out.
bool can_carry(FieldSpec const& spec, std::string const& value)
{
    if (spec.attribute == Attribute::b || iso8583::is_text(spec.attribute)) return true;
    return value.size() >= spec.length_min && value.size() <= spec.length_max;
}

using Subfields = std::vector<iso8583::DialectSource::Subfield>;
using iso8583::NestedKind;
using iso8583::NestedSpec;
using iso8583::TagForm;

std::uint64_t random_tag(NestedSpec const& form, Random& random)
{
    std::uint64_t id = 0;
    for (unsigned i = 0; i < form.tag_size; ++i) {
        auto const letter = form.tag != TagForm::bcd && chance(random, 30);
        auto const character = letter ? 'A' + random.below(26) : '0' + random.below(10);
        id = id << 8U | (form.tag == TagForm::binary ? random.below(256) : character);
    }
    return id;
}

std::uint64_t random_id(NestedSpec const& form, std::size_t index, Random& random)
{
    switch (form.kind) {
        case NestedKind::positional:
            return index + 1;
        case NestedKind::bitmap:
            return 2 + random.below(form.bitmap_bits - 1U);
        case NestedKind::ber_tlv:
            return one_of(random, {0x82U, 0x9f26U, 0x9f10U, 0x5f2aU, 0x95U, 0xdf8101U});
        case NestedKind::datasets:
            return 1 + random.below(0xfe);
        case NestedKind::tlv:
            break;
    }
    return random_tag(form, random);
}

NestedSpec random_layout(Random& random)
{
    NestedSpec form;
    form.kind = static_cast<NestedKind>(random.below(5));
    if (form.kind == NestedKind::tlv) {
        form.tag = static_cast<TagForm>(random.below(4));
        form.tag_size = static_cast<std::uint8_t>(1 + random.below(8));
        form.length_prefix = static_cast<PrefixKind>(1 + random.below(5));
        form.length_digits = static_cast<std::uint8_t>(1 + random.below(4));
        form.length_unit = static_cast<iso8583::LengthUnit>(random.below(3));
        form.length_inclusive = chance(random, 30);
    }
    if (form.kind == NestedKind::bitmap) {
        form.bitmap = static_cast<iso8583::BitmapForm>(random.below(4));
        form.bitmap_bits = static_cast<std::uint8_t>(8 * (1 + random.below(24)));
        form.bitmap_chained = chance(random, 30);
    }
    return form;
}

// Index of the new layout plus one: what FieldSpec::nested holds.
std::uint16_t add_layout(iso8583::DialectSource& source, FieldSpec const& around, unsigned depth,
                         Random& random)
{
    auto form = random_layout(random);
    std::map<std::uint64_t, FieldSpec> chosen;
    auto room = iso8583::value_bytes(around, around.length_max);
    for (std::size_t i = 0; i < 1 + random.below(6); ++i) {
        auto spec = valid_spec(random);
        auto const least =
            iso8583::prefix_bytes(spec) +
            iso8583::value_bytes(spec, spec.fixed() ? spec.length_max : spec.length_min);
        if (form.kind == NestedKind::positional && least > room) break;
        room -= std::min(room, least);
        if (depth < 3 && chance(random, 20))
            spec.nested = add_layout(source, spec, depth + 1, random);
        chosen[random_id(form, i, random)] = spec;
    }
    form.subfield_first = static_cast<std::uint16_t>(source.subfields.size());
    form.subfield_count = static_cast<std::uint16_t>(chosen.size());
    for (auto const& [id, spec] : chosen)
        source.subfields.push_back({id, spec, chance(random, 70) ? "S" : ""});
    source.nested.push_back(form);
    return static_cast<std::uint16_t>(source.nested.size());
}

}  // namespace

void add_random_insides(iso8583::DialectSource& source, Random& random)
{
    for (auto& spec : source.fields)
        if (spec.defined() && chance(random, 40)) spec.nested = add_layout(source, spec, 0, random);
}

std::string random_value(FieldSpec const& spec, Random& random)
{
    return value_of(spec, random);
}

iso8583::DialectSource random_dialect(Random& random)
{
    iso8583::DialectSource source;
    source.name = "random";
    source.form.mti = static_cast<iso8583::Charset>(random.below(3));
    source.form.bitmap = static_cast<iso8583::BitmapForm>(random.below(4));
    source.form.bitmap_fixed16 = chance(random, 15);
    source.form.tertiary = static_cast<Tertiary>(random.below(3));
    if (chance(random, 30)) add_header(source, random);
    auto const third = source.form.tertiary != Tertiary::none;
    for (auto count = 5 + random.below(21); count > 0; --count) {
        auto const de = 2 + random.below(third ? 191 : 127);
        if (third && de == 65) continue;
        source.fields[de] = valid_spec(random);
        source.names[de] = "F" + std::to_string(de);
    }
    return source;
}

RandomMessage random_message(iso8583::Dialect const& dialect, Random& random)
{
    RandomMessage message;
    message.mti = static_cast<unsigned>(random.below(10'000));
    for (unsigned de = 2; de <= iso8583::kFieldsMax; ++de) {
        auto const& spec = dialect.fields[de];
        if (!spec.defined() || chance(random, 30)) continue;
        auto value = value_of(spec, random);
        if (can_carry(spec, value)) message.fields.emplace(de, std::move(value));
    }
    return message;
}

void damage(Bytes& message, Random& random)
{
    if (message.empty()) return message.push_back(static_cast<std::byte>(random.next()));
    auto const at = random.below(message.size());
    auto const here = message.begin() + static_cast<std::ptrdiff_t>(at);
    switch (random.below(5)) {
        case 0:
            message[at] = static_cast<std::byte>(random.next());
            break;
        case 1:
            message[at] ^= static_cast<std::byte>(1U << random.below(8));
            break;
        case 2:
            message.erase(here);
            break;
        case 3:
            message.insert(here, static_cast<std::byte>(random.next()));
            break;
        default:
            message.resize(at);
    }
}

}  // namespace turnout::test
