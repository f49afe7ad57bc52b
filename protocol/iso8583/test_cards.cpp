#include "protocol/iso8583/test_cards.hpp"

#include "protocol/core/check.hpp"

namespace turnout::iso8583 {

TestPan test_pan(std::string_view bin6, std::uint64_t seed, std::uint64_t index) noexcept
{
    TURNOUT_CHECK(bin6.size() == 6, "test_pan.bin");
    TestPan pan;
    for (unsigned i = 0; i < 6; ++i)
        pan.digits[i] = bin6[i];
    auto account = (index + seed * 7919U) % kTestCardsMax;
    for (unsigned i = 15; i > 6; --i) {
        pan.digits[i - 1] = static_cast<char>('0' + account % 10U);
        account /= 10U;
    }
    // Luhn: every second digit counts double, starting with the one in front of the check digit.
    unsigned sum = 0;
    for (unsigned i = 0; i < 15; ++i) {
        auto const digit = static_cast<unsigned>(pan.digits[i] - '0') * (i % 2 == 0 ? 2U : 1U);
        sum += digit / 10U + digit % 10U;
    }
    pan.digits[15] = static_cast<char>('0' + (10U - sum % 10U) % 10U);
    return pan;
}

}  // namespace turnout::iso8583
