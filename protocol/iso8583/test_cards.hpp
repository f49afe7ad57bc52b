// Test cards: PANs that any tool can derive from (BIN, index), so that the daemon's demo accounts
// and the load generator agree without sharing a file. Never a real card: the BIN is the caller's.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace turnout::iso8583 {

struct TestPan {
    std::array<char, 16> digits;
    [[nodiscard]] std::string_view text() const noexcept { return {digits.data(), digits.size()}; }
};

inline constexpr std::uint64_t kTestCardsMax = 1'000'000'000;  // nine digits behind a 6-digit BIN

// 16 digits: the BIN (exactly 6 digits), then (index + seed * 7919) mod 10^9 as nine digits, then
// the Luhn check digit (ISO/IEC 7812-1 annex B). Distinct for index below kTestCardsMax.
[[nodiscard]] TestPan test_pan(std::string_view bin6, std::uint64_t seed,
                               std::uint64_t index) noexcept;

inline constexpr std::string_view kDemoBin = "999901";  // not assigned to any issuer
inline constexpr std::uint64_t kDemoSeed = 42;
inline constexpr std::uint64_t kDemoCards = 10'000;
inline constexpr std::uint16_t kDemoExpiryYymm = 3012;    // DE 14 of every demo card
inline constexpr std::uint16_t kDemoCurrency = 978;       // EUR
inline constexpr std::uint64_t kDemoAcquirerId = 100001;  // DE 32 of the demo acquirer

}  // namespace turnout::iso8583
