#include "protocol/iso8583/pan_scan.hpp"

#include <string>

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

std::string masked(std::string text)
{
    mask_pans(text);
    return text;
}

TEST(PanScan, CardNumbersInFreeTextAreMasked)
{
    EXPECT_EQ(masked("CARD 4111111111111111 OK"), "CARD 411111******1111 OK");
    EXPECT_EQ(masked("378282246310005"), "378282*****0005");
    EXPECT_EQ(masked("4111111111111111 5500005555555559"), "411111******1111 550000******5559");
    EXPECT_EQ(masked("4111111111111112"), "4111111111111112");  // wrong check digit
    EXPECT_EQ(masked("123456789012"), "123456789012");
}

TEST(PanScan, NothingOfATrackStaysBehindItsSeparator)
{
    EXPECT_EQ(masked("4111111111111111=25121011000"), "411111******1111=***********");
    EXPECT_EQ(masked("4111111111111112D2512101"), "411111******1112D*******");
}

TEST(PanScan, ACardNumberInsideOfALongerRunIsFound)
{
    EXPECT_EQ(masked("01580164111111111111111999999"), "0158016411111******1111999999");
    EXPECT_EQ(find_pan("nothing here").size, 0U);
    EXPECT_EQ(find_pan("").size, 0U);
}

TEST(PanScan, CheckDigits)
{
    EXPECT_TRUE(is_luhn_valid("4111111111111111"));
    EXPECT_FALSE(is_luhn_valid("4111111111111112"));
    EXPECT_FALSE(is_luhn_valid("0000000000000000"));
    EXPECT_FALSE(is_luhn_valid("41111111"));
    EXPECT_FALSE(is_luhn_valid("411111111111111x"));
}

}  // namespace
}  // namespace turnout::iso8583
