#include "protocol/iso8583/test_cards.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

// ISO/IEC 7812-1 annex B, from the right, as the text has it.
bool luhn_ok(std::string_view pan)
{
    unsigned sum = 0;
    for (std::size_t i = 0; i < pan.size(); ++i) {
        auto digit = static_cast<unsigned>(pan[pan.size() - 1 - i] - '0');
        if (i % 2 == 1) digit = digit > 4 ? digit * 2 - 9 : digit * 2;
        sum += digit;
    }
    return sum % 10 == 0;
}

TEST(TestCards, CheckItselfKnowsGoodAndBad)
{
    EXPECT_TRUE(luhn_ok("4111111111111111"));
    EXPECT_FALSE(luhn_ok("4111111111111112"));
}

TEST(TestCards, HaveBinAccountAndCheckDigit)
{
    std::set<std::string> seen;
    for (std::uint64_t index = 0; index < 5'000; ++index) {
        auto const pan = test_pan(kDemoBin, kDemoSeed, index);
        std::string const text{pan.text()};
        ASSERT_EQ(text.size(), 16U);
        ASSERT_EQ(text.substr(0, 6), kDemoBin);
        ASSERT_EQ(std::stoull(text.substr(6, 9)), (index + kDemoSeed * 7919) % kTestCardsMax);
        ASSERT_TRUE(luhn_ok(text)) << text;
        ASSERT_TRUE(seen.insert(text).second);
    }
}

TEST(TestCards, AccountWrapsAtNineDigits)
{
    EXPECT_EQ(test_pan("123456", 0, kTestCardsMax - 1).text().substr(6, 9), "999999999");
    EXPECT_EQ(test_pan("123456", 0, kTestCardsMax).text(), test_pan("123456", 0, 0).text());
    EXPECT_EQ(test_pan("123456", 1, 0).text().substr(6, 9), "000007919");
}

}  // namespace
}  // namespace turnout::iso8583
