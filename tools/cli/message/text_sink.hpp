// Output in large pieces, without an allocation per message: text is gathered in one buffer that
// keeps its room. JSON strings are escaped; bytes that are no printable ASCII become \u00xx, UTF-8
// stays. Not thread-safe.
#pragma once
#include "protocol/core/bytes.hpp"
#include "protocol/wire/digits.hpp"

#include <charconv>
#include <ostream>
#include <string>

namespace turnout::cli::message {

class TextSink {
public:
    // Borrows `out` for its life; flush() before that ends.
    explicit TextSink(std::ostream& out) : out_(out) { text_.reserve(kFlushBytes * 2); }

    TextSink& operator<<(std::string_view text)
    {
        text_.append(text);
        return *this;
    }
    TextSink& operator<<(char c)
    {
        text_.push_back(c);
        return *this;
    }
    TextSink& number(std::uint64_t value)
    {
        char digits[20];
        auto const end = std::to_chars(digits, digits + sizeof digits, value).ptr;
        text_.append(digits, end);
        return *this;
    }
    // Left- or right-aligned in `width` columns.
    TextSink& number(std::uint64_t value, std::size_t width)
    {
        auto const digits = wire::decimal_digits(value);
        if (digits < width) text_.append(width - digits, ' ');
        return number(value);
    }
    TextSink& fill(std::size_t count, char c = ' ')
    {
        text_.append(count, c);
        return *this;
    }
    TextSink& hex(ByteView bytes)
    {
        for (auto const byte : bytes) {
            text_.push_back(wire::hex_char_of(static_cast<unsigned>(byte) >> 4U));
            text_.push_back(wire::hex_char_of(static_cast<unsigned>(byte)));
        }
        return *this;
    }
    // With quotes.
    TextSink& json(std::string_view text);
    // As it can be shown on one line: controls and bytes that are no UTF-8 become '.'.
    TextSink& shown(std::string_view text);

    // Everything is written once it is a large piece; call at the end of a message.
    void end_message()
    {
        if (text_.size() >= kFlushBytes) flush();
    }
    void flush()
    {
        out_.write(text_.data(), static_cast<std::streamsize>(text_.size()));
        text_.clear();
    }
    // False once writing has failed: nobody reads any more.
    [[nodiscard]] bool good() const { return out_.good(); }

private:
    static constexpr std::size_t kFlushBytes = std::size_t{1} << 16U;
    std::ostream& out_;
    std::string text_;
};

// Bytes of the UTF-8 character at `at`, 1 to 4; 0 when it is none.
[[nodiscard]] std::size_t utf8_bytes(std::string_view text, std::size_t at) noexcept;

}  // namespace turnout::cli::message
