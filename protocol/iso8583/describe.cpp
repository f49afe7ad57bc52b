#include "protocol/iso8583/describe.hpp"

#include "protocol/core/money.hpp"
#include "protocol/core/secret.hpp"
#include "protocol/iso8583/pan_scan.hpp"
#include "protocol/iso8583/response_code.hpp"
#include "protocol/iso8583/translate.hpp"
#include "protocol/wire/digits.hpp"

#include <algorithm>
#include <array>

namespace turnout::iso8583 {
namespace {

constexpr std::size_t kStarsMax = 16;

// Text into a span, cut at its end.
class Writer {
public:
    explicit Writer(std::span<char> out) noexcept : out_(out) {}

    Writer& operator<<(std::string_view text) noexcept
    {
        auto const size = std::min(text.size(), out_.size() - used_);
        std::copy_n(text.data(), size, out_.data() + used_);
        used_ += size;
        return *this;
    }
    Writer& number(std::uint64_t value, unsigned digits) noexcept
    {
        std::array<std::byte, 20> buffer{};
        wire::put_ascii_number(buffer.data(), digits, value);
        return *this << as_text({buffer.data(), digits});
    }
    // ", " between parts.
    Writer& part(std::string_view text, std::string_view between = ", ") noexcept
    {
        if (text.empty()) return *this;
        if (used_ != 0) *this << between;
        return *this << text;
    }
    [[nodiscard]] std::size_t size() const noexcept { return used_; }

private:
    std::span<char> out_;
    std::size_t used_ = 0;
};

std::string padded(std::uint64_t value, std::size_t digits)
{
    auto text = std::to_string(value);
    return text.size() < digits ? std::string(digits - text.size(), '0') + text : text;
}

std::uint64_t number_or(MessageView const& view, unsigned de, std::uint64_t other) noexcept
{
    auto const value = view.number(de);
    return value.has_value() ? *value : other;
}

void masked_hex(MessageView const& view, unsigned de, std::span<char> text) noexcept
{
    mask_pans(text);
    // The bytes may be characters: a PAN written there is found as text, and its hex masked.
    auto const raw = as_text(view.value(de));
    if (raw.size() * 2 != text.size()) return;
    for (std::size_t from = 0;;) {
        auto const found = find_pan(raw, from);
        if (found.size == 0) return;
        for (auto i = 2 * (found.at + 6); i + 8 < 2 * (found.at + found.size); ++i)
            text[i] = '*';
        from = found.at + found.size;
    }
}

// Long fields of digits that are laid out by the standard: chance alone makes "card numbers" there.
bool is_laid_out(FieldSpec const& spec, unsigned de) noexcept
{
    return de == 54 || de == 56 || de == 90 || de == 95 ||
           (spec.attribute == Attribute::n && spec.fixed());
}

constexpr std::array<std::string_view, 10> kEditions{"1987", "1993", "2003", "",         "",
                                                     "",     "",     "",     "national", "private"};
constexpr std::array<std::string_view, 10> kClasses{"",
                                                    "authorization",
                                                    "financial",
                                                    "file action",
                                                    "reversal",
                                                    "reconciliation",
                                                    "administrative",
                                                    "fee collection",
                                                    "network management",
                                                    ""};
constexpr std::array<std::string_view, 10> kFunctions{"request",
                                                      "response",
                                                      "advice",
                                                      "advice response",
                                                      "notification",
                                                      "acknowledgement",
                                                      "instruction",
                                                      "instruction acknowledgement",
                                                      "positive acknowledgement",
                                                      "negative acknowledgement"};

void write_type(Writer& out, Mti mti) noexcept
{
    auto const kind = kClasses[mti.message_class()];
    if (kind.empty()) return;
    // A capital: it begins the line.
    auto const first = static_cast<char>(kind[0] - 'a' + 'A');
    out << std::string_view{&first, 1} << kind.substr(1) << " " << kFunctions[mti.function()];
    if (mti.is_repeat()) out << ", repeat";
}

void write_currency(Writer& out, std::uint64_t numeric) noexcept
{
    if (numeric < 1000) out << currency_code(static_cast<std::uint16_t>(numeric));
}

// Which field names the currency of an amount.
unsigned currency_field(unsigned de) noexcept
{
    return de == 4 ? 49U : de == 5 ? 50U : 51U;
}

void write_amount(Writer& out, MessageView const& view, unsigned de) noexcept
{
    auto value = number_or(view, de, UINT64_MAX);
    if (value == UINT64_MAX) return;
    auto currency = number_or(view, currency_field(de), 1000);
    auto exponent =
        currency < 1000 ? currency_exponent(static_cast<std::uint16_t>(currency)) : std::nullopt;
    if (view.length(de) == 16) {  // 2003: currency 3, exponent 1, amount 12
        currency = value / 10'000'000'000'000U;
        exponent = static_cast<unsigned>(value / 1'000'000'000'000U % 10U);
        value %= 1'000'000'000'000U;
    }
    if (!exponent || *exponent > 12 || currency > 999) return;
    write_currency(out, currency);
    auto const power = wire::kPowersOf10[*exponent];
    out << " ";
    out.number(value / power, wire::decimal_digits(value / power));
    if (*exponent != 0) (out << ".").number(value % power, *exponent);
}

void write_processing_code(Writer& out, std::uint64_t code) noexcept
{
    out << transaction_type_name(static_cast<unsigned>(code / 10'000U));
    auto const from = account_type_name(static_cast<unsigned>(code / 100U % 100U));
    auto const to = account_type_name(static_cast<unsigned>(code % 100U));
    if (code / 100U % 100U != 0 && !from.empty()) out << ", from " << from;
    if (code % 100U != 0 && !to.empty()) out << ", to " << to;
}

std::string_view entry_mode_name(std::uint64_t mode) noexcept
{
    switch (mode) {
        case 1:
            return "manual";
        case 2:
            return "magnetic stripe";
        case 3:
            return "bar code";
        case 4:
            return "optical";
        case 5:
            return "chip";
        case 7:
            return "contactless chip";
        case 80:
            return "chip fall back to magnetic stripe";
        case 81:
            return "electronic commerce";
        case 90:
            return "magnetic stripe, whole track";
        case 91:
            return "contactless magnetic stripe";
        case 95:
            return "chip, card verification unreliable";
        default:
            return {};
    }
}

// DE 22 of the 1987 edition: two digits entry mode, one PIN capability.
void write_entry_mode(Writer& out, MessageView const& view) noexcept
{
    auto const value = number_or(view, 22, 1000);
    if (value > 999 || view.length(22) > 4) return;
    out << entry_mode_name(value / 10U % 100U);
    if (value % 10U == 1) out.part("PIN can be entered");
    if (value % 10U == 2) out.part("no PIN pad");
}

std::string_view function_code_name(std::uint64_t code) noexcept
{
    switch (code) {
        case 100:
            return "original authorization, amount accurate";
        case 101:
            return "original authorization, amount estimated";
        case 200:
            return "original financial request or advice";
        case 201:
            return "previously approved authorization, amount same";
        case 400:
            return "full reversal";
        case 401:
            return "partial reversal";
        default:
            return {};
    }
}

void write_outcome(Writer& out, MessageView const& view) noexcept
{
    auto const code = number_or(view, 39, UINT64_MAX);
    auto const edition = edition_of(view.mti());
    if (!edition || code > 9999 || view.length(39) != action_digits(*edition)) return;
    out << meaning_of(*edition, static_cast<unsigned>(code));
}

}  // namespace

std::size_t mask_secret(std::span<char> text, bool is_pan) noexcept
{
    if (!is_pan) {
        auto const stars = std::min(text.size(), kStarsMax);
        std::fill_n(text.begin(), stars, '*');
        return stars;
    }
    // The same as mask_pan(), without its copy.
    auto const head = text.size() >= 13 ? std::size_t{6} : 0;
    auto const tail = text.size() >= 8 ? std::size_t{4} : 0;
    for (auto i = head; i + tail < text.size(); ++i)
        text[i] = '*';
    return text.size();
}

std::size_t masked_text(MessageView const& view, unsigned de, std::span<char> out) noexcept
{
    auto const written = view.text(de, out);
    if (!written.has_value()) return 0;
    auto const text = out.first(*written);
    auto const& spec = view.dialect().fields[de];
    if (spec.secret) return mask_secret(text, is_pan_field(de));
    if (spec.length_max < 12 || is_laid_out(spec, de)) return text.size();
    if (spec.attribute == Attribute::b)
        masked_hex(view, de, text);
    else
        mask_pans(text);
    return text.size();
}

std::size_t explain_field(MessageView const& view, unsigned de, std::span<char> out) noexcept
{
    if (!view.has(de) || view.dialect().fields[de].secret) return 0;
    Writer writer{out};
    auto const code = number_or(view, de, UINT64_MAX);
    switch (de) {
        case 3:
            if (code <= 999'999) write_processing_code(writer, code);
            break;
        case 4:
        case 5:
        case 6:
            write_amount(writer, view, de);
            break;
        case 22:
            if (view.mti().version() == 0) write_entry_mode(writer, view);
            break;
        case 24:
            if (view.mti().version() != 0 && code < 1000) {
                auto const name = network_function_name(static_cast<unsigned>(code));
                writer << (name.empty() ? function_code_name(code) : name);
            }
            break;
        case 39:
            write_outcome(writer, view);
            break;
        case 49:
        case 50:
        case 51:
            write_currency(writer, code);
            break;
        case 70:
            if (code < 1000) writer << network_code_name(static_cast<unsigned>(code));
            break;
        default:
            break;
    }
    return writer.size();
}

std::size_t explain_mti(Mti mti, std::span<char> out) noexcept
{
    Writer writer{out};
    write_type(writer, mti);
    auto const edition = kEditions[mti.version()];
    writer.part(edition.empty() ? std::string_view{"unknown edition"} : edition);
    constexpr std::array<std::string_view, 6> kOrigins{"acquirer", "acquirer", "issuer",
                                                       "issuer",   "other",    "other"};
    if (mti.origin() < kOrigins.size()) writer << ", from " << kOrigins[mti.origin()];
    return writer.size();
}

std::size_t summarize(MessageView const& view, std::span<char> out) noexcept
{
    Writer writer{out};
    if (!view.has_mti()) return (writer << "no MTI").size();
    writer.number(view.mti().value, 4) << " ";
    write_type(writer, view.mti());
    std::array<char, 64> part{};
    auto const add = [&](std::string_view label, std::size_t size) {
        if (size != 0) writer << " · " << label << std::string_view{part.data(), size};
    };
    auto const value = [&](unsigned de) {
        auto size = view.length(de) <= 16 ? masked_text(view, de, part) : 0;
        while (size > 0 && part[size - 1] == ' ')
            --size;
        return size;
    };
    if (view.has(39)) {
        add("", explain_field(view, 39, part));
        if (auto const size = value(39); size != 0)
            writer << " (" << std::string_view{part.data(), size} << ")";
    }
    if (view.has(70)) add("", explain_field(view, 70, part));
    if (view.has(4)) add("", explain_field(view, 4, part));
    add("STAN ", value(11));
    add("RRN ", value(37));
    add("", value(41));
    return writer.size();
}

std::string describe_field(MessageView const& view, unsigned de)
{
    if (!view.has(de)) return {};
    std::string text(std::max<std::size_t>(std::size_t{4} * view.length(de), 8), ' ');
    text.resize(masked_text(view, de, text));
    return text;
}

std::string describe(MessageView const& view)
{
    std::string text = view.has_mti() ? padded(view.mti().value, 4) : std::string{"no MTI"};
    text += '\n';
    std::array<char, 128> explained{};
    for (unsigned de = 2; de <= kFieldsMax; ++de) {
        if (!view.has(de)) continue;
        text += "DE " + padded(de, 3) + " " + std::string{(*view.dialect().names)[de]} + ": " +
                describe_field(view, de);
        auto const size = explain_field(view, de, explained);
        if (size != 0) text += " (" + std::string{explained.data(), size} + ")";
        text += '\n';
    }
    return text;
}

std::string describe(DecodeError const& error, Dialect const& dialect)
{
    if (error.ok()) return std::string{meaning(error.code)};
    auto const de = error.de <= kFieldsMax ? error.de : 0U;
    return "DE " + std::to_string(error.de) + " (" + std::string{(*dialect.names)[de]} +
           "), byte " + std::to_string(error.offset_bytes) + ": " +
           std::string{meaning(error.code)};
}

std::string_view remedy(Errc code) noexcept
{
    switch (code) {
        case Errc::truncated:
            return "the message was cut, or the field in front has another length in this dialect";
        case Errc::bad_mti:
            return "the MTI has another encoding, or a header is in front of it";
        case Errc::bad_bitmap:
            return "the bit map has another form: binary, hex or EBCDIC hex";
        case Errc::unknown_field:
            return "define the field in a dialect file that extends this one";
        case Errc::bad_digits:
        case Errc::bad_character:
        case Errc::bad_sign:
            return "the field, or the one in front of it, lies differently in this dialect";
        case Errc::bad_length:
        case Errc::length_over_max:
        case Errc::length_under_min:
            return "the length has another form, or counts something else, in this dialect";
        case Errc::trailing_bytes:
            return "the last field is longer here, or the frame's length counts too much";
        case Errc::bad_header:
            return "the header in front of the MTI is another one";
        default:
            return {};
    }
}

}  // namespace turnout::iso8583
