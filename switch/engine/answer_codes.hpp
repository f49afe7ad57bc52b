// DE 39 as the engine answers it (ISO 8583:1987). What each means to a peer, and which of them are
// journaled, is in docs/formats/answers.md.
#pragma once

namespace turnout::engine {

struct AnswerCode {
    char digits[2];
    friend constexpr bool operator==(AnswerCode const&, AnswerCode const&) noexcept = default;
};

namespace code {

inline constexpr AnswerCode approved{{'0', '0'}};
inline constexpr AnswerCode declined_by_reversal{{'0', '5'}};  // its reversal came first
inline constexpr AnswerCode invalid_transaction{{'1', '2'}};
inline constexpr AnswerCode invalid_amount{{'1', '3'}};
inline constexpr AnswerCode invalid_card{{'1', '4'}};
inline constexpr AnswerCode not_found{{'2', '5'}};
inline constexpr AnswerCode format_error{{'3', '0'}};
inline constexpr AnswerCode lost{{'4', '1'}};
inline constexpr AnswerCode stolen{{'4', '3'}};
inline constexpr AnswerCode insufficient_funds{{'5', '1'}};
inline constexpr AnswerCode expired{{'5', '4'}};
inline constexpr AnswerCode not_permitted_to_card{{'5', '7'}};
inline constexpr AnswerCode exceeds_limit{{'6', '1'}};
inline constexpr AnswerCode restricted{{'6', '2'}};
inline constexpr AnswerCode unavailable{{'9', '1'}};
inline constexpr AnswerCode duplicate{{'9', '4'}};
inline constexpr AnswerCode malfunction{{'9', '6'}};

}  // namespace code

}  // namespace turnout::engine
