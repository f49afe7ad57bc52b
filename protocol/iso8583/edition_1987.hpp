// Whether a dialect keeps the fields that programs of the 1987 edition live on: same number, same
// size, digits or text. What lies between them, and how each lies on the wire, is the dialect's own
// business. Sizes: ISO 8583:1987, clause 4.3.
#pragma once
#include "protocol/iso8583/dialect.hpp"

#include <string_view>

namespace turnout::iso8583 {

struct EditionProblem {
    unsigned de = 0;          // 0: none, or the whole message when `reason` is not empty
    std::string_view reason;  // static; empty: the dialect will do
    [[nodiscard]] bool ok() const noexcept { return reason.empty(); }
};

// The first thing that keeps a switch or a generator of 1987 messages from using `dialect`. A
// header in front of the MTI is one: links say theirs beside the framing.
[[nodiscard]] EditionProblem problem_for_1987(Dialect const& dialect) noexcept;

}  // namespace turnout::iso8583
