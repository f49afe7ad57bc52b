#include "protocol/iso8583/mti.hpp"

#include <gtest/gtest.h>

namespace turnout::iso8583 {
namespace {

TEST(Mti, AnswersKeepClassAndDropTheRepeat)
{
    EXPECT_EQ(Mti{100}.answer(), Mti{110});
    EXPECT_EQ(Mti{101}.answer(), Mti{110});
    EXPECT_EQ(Mti{421}.answer(), Mti{430});
    EXPECT_EQ(Mti{220}.answer(), Mti{230});
    EXPECT_EQ(Mti{202}.answer(), Mti{212});
    EXPECT_EQ(Mti{800}.answer(), Mti{810});
}

TEST(Mti, TellsRequestsAdvicesAndRepeats)
{
    EXPECT_TRUE(Mti{100}.expects_answer());
    EXPECT_TRUE(Mti{420}.expects_answer());
    EXPECT_FALSE(Mti{110}.expects_answer());
    EXPECT_FALSE(Mti{430}.expects_answer());
    EXPECT_TRUE(Mti{121}.is_advice());
    EXPECT_FALSE(Mti{101}.is_advice());
    EXPECT_TRUE(Mti{101}.is_repeat());
    EXPECT_FALSE(Mti{100}.is_repeat());
    EXPECT_EQ(Mti{1421}.version(), 1U);
    EXPECT_EQ(Mti{1421}.message_class(), 4U);
}

}  // namespace
}  // namespace turnout::iso8583
