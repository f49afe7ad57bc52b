#include "protocol/iso8583/pan_scan.hpp"

#include <algorithm>

namespace turnout::iso8583 {
namespace {

constexpr std::size_t kPanDigitsMin = 13;
constexpr std::size_t kPanDigitsMax = 19;
constexpr std::size_t kTrackPanDigitsMin = 12;

bool is_digit(char c) noexcept
{
    return c >= '0' && c <= '9';
}

std::size_t digits_at(std::string_view text, std::size_t at) noexcept
{
    auto end = at;
    while (end < text.size() && is_digit(text[end]))
        ++end;
    return end - at;
}

bool is_separator(std::string_view text, std::size_t at) noexcept
{
    return at < text.size() && (text[at] == '=' || text[at] == 'D' || text[at] == '^');
}

// A card number inside of a run of more digits than one has.
PanRange find_inside(std::string_view run, std::size_t at) noexcept
{
    for (std::size_t i = 0; i + 15 <= run.size(); ++i) {
        if (run[i] < '3' || run[i] > '6') continue;
        for (auto const size : {std::size_t{16}, std::size_t{19}, std::size_t{15}}) {
            if (i + size > run.size() || (size == 15 && run[i] != '3')) continue;
            if (is_luhn_valid(run.substr(i, size))) return {at + i, size};
        }
    }
    return {};
}

}  // namespace

bool is_luhn_valid(std::string_view digits) noexcept
{
    if (digits.size() < 8 || digits.size() > kPanDigitsMax) return false;
    unsigned sum = 0;
    for (std::size_t i = 0; i < digits.size(); ++i) {
        auto const c = digits[digits.size() - 1 - i];
        if (!is_digit(c)) return false;
        auto digit = static_cast<unsigned>(c - '0');
        if (i % 2 == 1) digit = digit > 4 ? 2 * digit - 9 : 2 * digit;
        sum += digit;
    }
    return sum % 10 == 0 && sum != 0;
}

PanRange find_pan(std::string_view text, std::size_t from) noexcept
{
    for (auto at = from; at < text.size();) {
        auto const digits = digits_at(text, at);
        if (digits == 0) {
            ++at;
            continue;
        }
        auto const end = at + digits;
        if (digits >= kTrackPanDigitsMin && digits <= kPanDigitsMax && is_separator(text, end)) {
            auto const behind = digits_at(text, end + 1);
            if (behind >= 4) return {at, digits + 1 + behind};
        }
        if (digits >= kPanDigitsMin && digits <= kPanDigitsMax &&
            is_luhn_valid(text.substr(at, digits)))
            return {at, digits};
        if (digits > kPanDigitsMax) {
            auto const inside = find_inside(text.substr(at, digits), at);
            if (inside.size != 0) return inside;
        }
        at = end;
    }
    return {};
}

void mask_pans(std::span<char> text) noexcept
{
    std::string_view const all{text.data(), text.size()};
    for (std::size_t from = 0;;) {
        auto const found = find_pan(all, from);
        if (found.size == 0) return;
        auto const digits = digits_at(all, found.at);
        // What belongs to a longer run is no longer recognised by its ends: count the range only.
        auto const pan = std::min(digits, found.size);
        for (std::size_t i = 6; i + 4 < pan; ++i)
            text[found.at + i] = '*';
        for (auto i = pan + 1; i < found.size; ++i)
            text[found.at + i] = '*';
        from = found.at + found.size;
    }
}

}  // namespace turnout::iso8583
