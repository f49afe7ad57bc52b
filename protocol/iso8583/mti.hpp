// Message type indicator as a value: version, class, function, origin (ISO 8583:1987 clause 4.1).
#pragma once
#include <cstdint>

namespace turnout::iso8583 {

// Four decimal digits held as a number, 0..9999: 0100 is 100.
struct Mti {
    std::uint16_t value = 0;

    friend constexpr bool operator==(Mti, Mti) noexcept = default;
    [[nodiscard]] constexpr unsigned version() const noexcept { return value / 1000U; }
    [[nodiscard]] constexpr unsigned message_class() const noexcept { return value / 100U % 10U; }
    [[nodiscard]] constexpr unsigned function() const noexcept { return value / 10U % 10U; }
    [[nodiscard]] constexpr unsigned origin() const noexcept { return value % 10U; }
    // A request or an advice expects an answer; an answer to an answer would loop for ever.
    [[nodiscard]] constexpr bool expects_answer() const noexcept
    {
        return function() == 0 || function() == 2;
    }
    [[nodiscard]] constexpr bool is_advice() const noexcept { return function() == 2; }
    [[nodiscard]] constexpr bool is_repeat() const noexcept { return (origin() & 1U) != 0; }
    // Third digit + 1, and the origin without its repeat bit: 0200 -> 0210, 0421 -> 0430.
    [[nodiscard]] constexpr Mti answer() const noexcept
    {
        return Mti{static_cast<std::uint16_t>(value / 10U * 10U + 10U + (origin() & ~1U))};
    }
};

}  // namespace turnout::iso8583
