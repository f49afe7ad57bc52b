#include "protocol/iso8583/describe.hpp"

#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

TEST(Describe, ShowsFieldsAndHidesSecrets)
{
    for (auto const* dialect : {&dialect_1987_binary(), &dialect_1987_ascii()}) {
        auto const frame = test::golden(dialect == &dialect_1987_binary() ? "bench-0100-bcd.hex"
                                                                          : "bench-0100-ascii.hex");
        MessageView view;
        ASSERT_TRUE(view.decode(*dialect, frame).ok());
        auto const text = describe(view);
        EXPECT_NE(text.find("0100\n"), std::string::npos);
        EXPECT_NE(text.find("DE 002 Primary account number (PAN): 476173******0010\n"),
                  std::string::npos);
        EXPECT_NE(text.find("DE 003 Processing code: 000000 (Purchase (goods and services))\n"),
                  std::string::npos);
        EXPECT_NE(text.find("DE 004 Amount, transaction: 000000012345 (EUR 123.45)\n"),
                  std::string::npos);
        EXPECT_NE(text.find("DE 041 Card acceptor terminal identification (TID): TERM0001\n"),
                  std::string::npos);
        EXPECT_EQ(text.find("4761739001010010"), std::string::npos);
        EXPECT_EQ(text.find("2812"), std::string::npos);
        EXPECT_EQ(text.find("A1B2C3D4"), std::string::npos);
        EXPECT_EQ(text.find("9F26"), std::string::npos);
        EXPECT_EQ(describe_field(view, 90), "");
    }
}

TEST(Describe, NamesFieldAndByteOfAnError)
{
    EXPECT_EQ(describe({Errc::bad_digits, 4, 23}, dialect_1987_binary()),
              "DE 4 (Amount, transaction), byte 23: a digit position holds something else");
    EXPECT_EQ(
        describe({Errc::bad_mti, 0, 1}, dialect_1987_ascii()),
        "DE 0 (Message type indicator), byte 1: the message type indicator is not four digits");
    EXPECT_EQ(describe(DecodeError{}, dialect_1987_ascii()), "no error");
}

}  // namespace
}  // namespace turnout::iso8583
