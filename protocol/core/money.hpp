// Money: minor units and a currency, never a fraction, never a floating point number. ISO 4217
// facts as a constant table; every sum is checked. Pure, any thread.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace turnout {

// ISO 4217 numeric code, 0..999: 978 is EUR. A value of this type may be unassigned.
enum class Currency : std::uint16_t {};

struct Amount {
    std::int64_t minor = 0;  // in units of 10^-exponent of the currency
    Currency currency{};

    friend constexpr bool operator==(Amount, Amount) noexcept = default;
};

// Digits behind the point, 0..4. Nothing for codes that are not assigned and for those without
// minor units (metals, testing, no currency): no payment can be in them.
[[nodiscard]] std::optional<unsigned> currency_exponent(std::uint16_t numeric) noexcept;

// "EUR" for 978; empty for a code that is not assigned. Static storage.
[[nodiscard]] std::string_view currency_code(std::uint16_t numeric) noexcept;

// 978 for "EUR"; nothing for a name that is not assigned.
[[nodiscard]] std::optional<Currency> currency_by_code(std::string_view code) noexcept;

// Nothing when the currencies differ or the result does not fit.
[[nodiscard]] constexpr std::optional<Amount> add(Amount a, Amount b) noexcept
{
    std::int64_t minor = 0;
    if (a.currency != b.currency || __builtin_add_overflow(a.minor, b.minor, &minor))
        return std::nullopt;
    return Amount{minor, a.currency};
}
[[nodiscard]] constexpr std::optional<Amount> subtract(Amount a, Amount b) noexcept
{
    std::int64_t minor = 0;
    if (a.currency != b.currency || __builtin_sub_overflow(a.minor, b.minor, &minor))
        return std::nullopt;
    return Amount{minor, a.currency};
}

// "123.45 EUR", "-0.05 EUR", "500 JPY"; an unknown currency shows minor units and its number:
// "12345 (currency 998)". For people and tools, allocates.
[[nodiscard]] std::string format_amount(Amount amount);

}  // namespace turnout
