// Framings from a line of configuration.
#include "protocol/wire/digits.hpp"
#include "protocol/wire/framing.hpp"

namespace turnout::wire {

namespace {

struct FormName {
    std::string_view name;
    LengthForm form;
    std::uint8_t least;
    std::uint8_t most;
};
constexpr FormName kForms[] = {
    {"binary", LengthForm::binary, 1, 4},
    {"bcd", LengthForm::bcd, 1, 4},
    {"ascii", LengthForm::ascii, 2, 6},
    {"hex", LengthForm::hex, 2, 6},
};

class Parser {
public:
    explicit Parser(std::string_view text) noexcept : text_(text)
    {
        made_.name = "custom";
        made_.prefix_bytes = made_.length_bytes = 0;
    }

    Result<Framing, FramingTextError> parse() noexcept
    {
        while (reason_.empty()) {
            while (at_ < text_.size() && text_[at_] == ' ')
                ++at_;
            if (at_ == text_.size()) break;
            auto const end = text_.find(' ', at_);
            auto const item = text_.substr(at_, end == text_.npos ? text_.npos : end - at_);
            take(item);
            if (reason_.empty()) at_ += item.size();
        }
        if (reason_.empty()) finish();
        if (!reason_.empty()) return FramingTextError{reason_, static_cast<std::uint32_t>(at_)};
        return made_;
    }

private:
    void fail(std::string_view reason) noexcept { reason_ = reason; }

    // Digits only, at most 9 of them; 0 for anything else: no item has a use for zero.
    static std::uint32_t number(std::string_view digits) noexcept
    {
        if (digits.empty() || digits.size() > 9) return 0;
        std::uint32_t value = 0;
        for (auto const digit : digits) {
            if (digit < '0' || digit > '9') return 0;
            value = value * 10 + static_cast<std::uint32_t>(digit - '0');
        }
        return value;
    }

    // x'0000' into `out`; returns the bytes, 0 when it is none or does not fit.
    static std::size_t hex(std::string_view item, ByteSpan out) noexcept
    {
        if (item.size() < 5 || !item.starts_with("x'") || !item.ends_with('\'')) return 0;
        auto const digits = item.substr(2, item.size() - 3);
        if (digits.size() % 2 != 0 || digits.size() / 2 > out.size()) return 0;
        for (std::size_t i = 0; i < digits.size() / 2; ++i) {
            auto const high = hex_digit_of(digits[2 * i]);
            auto const low = hex_digit_of(digits[2 * i + 1]);
            if ((high | low) > 15) return 0;
            out[i] = static_cast<std::byte>(high << 4U | low);
        }
        return digits.size() / 2;
    }

    [[nodiscard]] std::size_t prefix_room() const noexcept
    {
        return kFramePrefixBytesMax - made_.prefix_bytes;
    }

    void take(std::string_view item) noexcept
    {
        auto const colon = item.find(':');
        auto const key = item.substr(0, colon);
        auto const value = colon == item.npos ? std::string_view{} : item.substr(colon + 1);
        for (auto const& form : kForms)
            if (form.name == key) return length(form, number(value));
        if (item.starts_with("x'")) return constant(item);
        if (key == "trailer") {
            made_.trailer_bytes = static_cast<std::uint8_t>(hex(value, made_.trailer));
            if (made_.trailer_bytes == 0) fail("trailer:x'03' wants 1 to 4 bytes in hex");
        } else if (key == "any") {
            auto const bytes = number(value);
            if (bytes == 0 || bytes > prefix_room()) return fail("8 bytes of prefix at most");
            made_.prefix_bytes = static_cast<std::uint8_t>(made_.prefix_bytes + bytes);
        } else if (key == "counts") {
            auto const bytes = number(value);
            if (bytes == 0 || bytes > kFramePrefixBytesMax) return fail("counts:1 to counts:8");
            made_.counted_bytes = static_cast<std::uint8_t>(bytes);
        } else if (key == "max") {
            max_ = number(value);
            if (max_ == 0) fail("max wants a number of bytes");
        } else {
            fail("not binary, bcd, ascii, hex, any, counts, trailer, max or x'..'");
        }
    }

    void length(FormName const& form, std::uint32_t bytes) noexcept
    {
        if (made_.length_bytes != 0) return fail("there is one length");
        if (bytes < form.least || bytes > form.most)
            return fail("binary and bcd have 1 to 4 bytes, ascii and hex 2 to 6");
        if (bytes > prefix_room()) return fail("8 bytes of prefix at most");
        made_.form = form.form;
        made_.length_at = made_.prefix_bytes;
        made_.length_bytes = static_cast<std::uint8_t>(bytes);
        made_.prefix_bytes = static_cast<std::uint8_t>(made_.prefix_bytes + bytes);
    }

    void constant(std::string_view item) noexcept
    {
        auto const out = ByteSpan(made_.prefix).subspan(made_.prefix_bytes);
        auto const bytes = hex(item, out);
        if (bytes == 0) return fail("x'..' wants pairs of hex digits, 8 bytes of prefix at most");
        auto const marks = ((1U << bytes) - 1U) << made_.prefix_bytes;
        made_.checked = static_cast<std::uint8_t>(made_.checked | marks);
        made_.prefix_bytes = static_cast<std::uint8_t>(made_.prefix_bytes + bytes);
    }

    void finish() noexcept
    {
        if (made_.length_bytes == 0) return fail("the length is missing: binary:2");
        if (made_.counted_bytes > made_.prefix_bytes)
            return fail("counts is more than the prefix has");
        auto const limit = detail::length_limit(made_.form, made_.length_bytes);
        made_.length_max = max_ != 0 && max_ < limit ? max_ : limit;
        if (std::uint32_t{made_.counted_bytes} + made_.trailer_bytes >= made_.length_max)
            fail("the length cannot count a message");
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string_view reason_;
    std::uint32_t max_ = 0;
    Framing made_;
};

}  // namespace

Result<Framing, FramingTextError> parse_framing(std::string_view text) noexcept
{
    return Parser(text).parse();
}

Result<Framing, FramingTextError> framing_of(std::string_view text) noexcept
{
    if (auto const framing = framing_by_name(text); framing.has_value()) return *framing;
    return parse_framing(text);
}

}  // namespace turnout::wire
