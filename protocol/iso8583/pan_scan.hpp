// Finds card numbers in text that is not declared to hold one: free fields, private data, bytes of
// a message that did not decode. What is found is a guess on the safe side, for masking only.
// Pure, no allocation, linear in the text.
#pragma once
#include <cstddef>
#include <span>
#include <string_view>

namespace turnout::iso8583 {

// True for 8 to 19 digits whose last one is right (ISO/IEC 7812-1 annex B).
[[nodiscard]] bool is_luhn_valid(std::string_view digits) noexcept;

struct PanRange {
    std::size_t at = 0;
    std::size_t size = 0;  // 0: nothing found
};
// The first range from `from` on that may be a card number or track 2 data:
//  - 13 to 19 digits between others with a right check digit;
//  - 12 to 19 digits in front of '=', 'D' or '^', with the digits behind that;
//  - inside of a longer run: 15, 16 or 19 digits that begin as those of the large card schemes do
//    (3 to 6), with a right check digit.
[[nodiscard]] PanRange find_pan(std::string_view text, std::size_t from = 0) noexcept;

// Masks what find_pan() finds: the first six and last four digits stay of a card number, nothing
// behind its separator.
void mask_pans(std::span<char> text) noexcept;

}  // namespace turnout::iso8583
