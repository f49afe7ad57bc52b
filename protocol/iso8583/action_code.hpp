// Action codes (DE 39) of the 1993 and 2003 editions as data, for people and for translation. The
// 1987 ones are in response_code.hpp. Constant tables, any thread.
#pragma once
#include "protocol/iso8583/response_code.hpp"

#include <span>

namespace turnout::iso8583 {

// Which edition of the standard a message follows: first digit of its MTI, 0, 1 or 2.
enum class Edition : std::uint8_t { iso1987, iso1993, iso2003 };

// Digits of DE 39: 2, 3 or 4.
[[nodiscard]] constexpr unsigned action_digits(Edition edition) noexcept
{
    return 2U + static_cast<unsigned>(edition);
}

struct ActionFact {
    std::uint16_t code;  // the digits as a number: 116 or 1016
    ResponseAction action;
    std::string_view meaning;
};

// All listed codes in ascending order. For iso1987 empty: see response_code.hpp.
[[nodiscard]] std::span<ActionFact const> action_codes(Edition edition) noexcept;
// nullptr when the edition does not list the code (iso1987: always).
[[nodiscard]] ActionFact const* find_action(Edition edition, unsigned code) noexcept;
// What the answered party has to do, for a code of any edition. Codes that are not listed never
// count as approved: pick_up and error by their first digit (2, 9), else decline.
[[nodiscard]] ResponseAction action_of(Edition edition, unsigned code) noexcept;
// "Not sufficient funds"; "unlisted response code" for others. Static storage.
[[nodiscard]] std::string_view meaning_of(Edition edition, unsigned code) noexcept;

}  // namespace turnout::iso8583
