// Header templates from a line of configuration.
#include "protocol/wire/digits.hpp"
#include "protocol/wire/header.hpp"

namespace turnout::wire {

namespace {

bool is_name_character(char c) noexcept
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_';
}

class Parser {
public:
    explicit Parser(std::string_view text) noexcept : text_(text)
    {
        made_.name = HeaderName("custom");
    }

    Result<HeaderTemplate, HeaderTextError> parse() noexcept
    {
        while (reason_.empty()) {
            while (at_ < text_.size() && text_[at_] == ' ')
                ++at_;
            if (at_ == text_.size()) break;
            item();
        }
        if (reason_.empty()) pair_up();
        if (reason_.empty() && made_.count == 0) fail("no item");
        if (!reason_.empty()) return HeaderTextError{reason_, static_cast<std::uint32_t>(at_)};
        return made_;
    }

private:
    void fail(std::string_view reason) noexcept { reason_ = reason; }
    [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size() || text_[at_] == ' '; }
    [[nodiscard]] bool take(char wanted) noexcept
    {
        if (at_ == text_.size() || text_[at_] != wanted) return false;
        ++at_;
        return true;
    }
    [[nodiscard]] std::string_view take_name() noexcept
    {
        auto const from = at_;
        while (at_ < text_.size() && is_name_character(text_[at_]))
            ++at_;
        return text_.substr(from, at_ - from);
    }
    [[nodiscard]] bool add(HeaderPiece piece) noexcept
    {
        if (made_.count == kHeaderPiecesMax) fail("more than 16 items");
        if (piece.bytes == 0) fail("a size of 1 to 48 bytes is wanted");
        if (piece.bytes > kMessageHeaderBytesMax - made_.bytes) fail("more than 48 bytes");
        if (!reason_.empty()) return false;
        piece.at = made_.bytes;
        made_.pieces[made_.count++] = piece;
        made_.bytes = static_cast<std::uint8_t>(made_.bytes + piece.bytes);
        return true;
    }

    void item() noexcept
    {
        if (take('\'')) return constant(false);
        if (text_.substr(at_, 2) == "x'") {
            at_ += 2;
            return constant(true);
        }
        named();
        if (reason_.empty() && !at_end()) fail("a space is wanted between items");
    }

    void constant(bool is_hex) noexcept
    {
        auto const from = at_;
        while (at_ < text_.size() && text_[at_] != '\'')
            ++at_;
        auto const inner = text_.substr(from, at_ - from);
        if (!take('\'')) return fail("the constant has no end");
        if (!at_end()) return fail("a space is wanted between items");
        if (is_hex && inner.size() % 2 != 0) return fail("an even number of hex digits is wanted");
        auto const bytes = is_hex ? inner.size() / 2 : inner.size();
        HeaderPiece piece;
        piece.bytes = static_cast<std::uint8_t>(bytes > 255 ? 255 : bytes);
        piece.form = is_hex ? HeaderForm::bytes : HeaderForm::text;
        piece.rule = HeaderRule::constant;
        auto* const out = made_.initial.data() + made_.bytes;
        if (!add(piece)) return;
        for (std::size_t i = 0; i < bytes; ++i) {
            if (!is_hex) {
                out[i] = static_cast<std::byte>(inner[i]);
                continue;
            }
            auto const high = hex_digit_of(inner[2 * i]);
            auto const low = hex_digit_of(inner[2 * i + 1]);
            if ((high | low) > 15) return fail("not a hex digit");
            out[i] = static_cast<std::byte>(high << 4U | low);
        }
    }

    void named() noexcept
    {
        auto const name = take_name();
        if (name.empty() || name.size() > kHeaderNameMax)
            return fail("a name of 1 to 15 letters, a text in quotes or x'..' is wanted");
        for (auto const& earlier : made_.parts())
            if (earlier.name.view() == name) return fail("the name is used twice");
        if (!take(':')) return fail("the size is missing: name:2");
        HeaderPiece piece;
        piece.name = name;
        unsigned bytes = 0;
        while (at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '9' && bytes < 100)
            bytes = bytes * 10 + static_cast<unsigned>(text_[at_++] - '0');
        piece.bytes = static_cast<std::uint8_t>(bytes);
        if (take('#')) {
            piece.rule = HeaderRule::length;
            piece.form = HeaderForm::number;
        } else if (take('=')) {
            piece.rule = HeaderRule::swap;
            if (made_.count < kHeaderPiecesMax) partners_[made_.count] = take_name();
        }
        (void)add(piece);
    }

    void pair_up() noexcept
    {
        for (std::size_t i = 0; i < made_.count && reason_.empty(); ++i) {
            if (made_.pieces[i].rule != HeaderRule::swap) continue;
            std::size_t other = 0;
            while (other < made_.count && made_.pieces[other].name.view() != partners_[i])
                ++other;
            if (partners_[i].empty() || other == made_.count || other == i)
                fail("a piece is swapped with a name that does not exist");
            else if (made_.pieces[other].bytes != made_.pieces[i].bytes)
                fail("pieces that are swapped have one size");
            else
                made_.pieces[i].partner = static_cast<std::uint8_t>(other);
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string_view reason_;
    HeaderTemplate made_;
    std::array<std::string_view, kHeaderPiecesMax> partners_{};
};

}  // namespace

Result<HeaderTemplate, HeaderTextError> parse_header_template(std::string_view text) noexcept
{
    return Parser(text).parse();
}

Result<HeaderTemplate, HeaderTextError> header_template_of(std::string_view text) noexcept
{
    if (auto const* const header = find_header_template(text); header != nullptr) return *header;
    return parse_header_template(text);
}

}  // namespace turnout::wire
