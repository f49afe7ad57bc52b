#include "tools/cli/message/comparison.hpp"

#include "tools/cli/message/json_message.hpp"

#include <gtest/gtest.h>

namespace turnout::cli::message {
namespace {

struct Message {
    Message(iso8583::Dialect const& dialect, unsigned mti, FieldValues const& fields)
    {
        auto const error =
            build_message(dialect, iso8583::Mti{static_cast<std::uint16_t>(mti)}, fields, bytes);
        EXPECT_EQ(error, "");
        EXPECT_TRUE(view.decode(dialect, bytes).ok());
    }
    std::vector<std::byte> bytes;
    iso8583::MessageView view;
};

TEST(Comparison, NamesWhatDiffersAndMasksIt)
{
    auto const& dialect = iso8583::dialect_1987_binary();
    Message const left(dialect, 100,
                       {{2, {"4761739001010010", {}}},
                        {4, {"1000", {}}},
                        {55, {{}, {{0x9F26, "1122"}, {0x5A, "4761739001010010"}, {0x95, "00"}}}}});
    Message const right(dialect, 110,
                        {{2, {"5413330089010483", {}}},
                         {39, {"00", {}}},
                         {4, {"1000", {}}},
                         {55, {{}, {{0x9F26, "1133"}, {0x5A, "5413330089010483"}, {0x95, "00"}}}}});
    auto const found = compare(left.view, right.view);
    ASSERT_EQ(found.size(), 5U);
    EXPECT_EQ(found[0].left, "0100");
    EXPECT_EQ(found[1].left, "476173******0010");
    EXPECT_EQ(found[1].right, "541333******0483");
    EXPECT_EQ(found[2].de, 39U);
    EXPECT_FALSE(found[2].in_left);
    EXPECT_EQ(found[3].tag, "5A");
    EXPECT_EQ(found[3].left.find("4761739001010010"), std::string::npos);
    EXPECT_EQ(found[4].tag, "9F26");
    EXPECT_EQ(found[4].right, "1133");
    EXPECT_TRUE(compare(left.view, left.view).empty());
}

TEST(Comparison, DialectsMayDiffer)
{
    FieldValues const fields{{3, {"990000", {}}}, {11, {"123456", {}}}, {41, {"TERM0001", {}}}};
    Message const left(iso8583::dialect_1987_binary(), 800, fields);
    Message const right(iso8583::dialect_1987_ascii(), 800, fields);
    EXPECT_TRUE(compare(left.view, right.view).empty());
}

}  // namespace
}  // namespace turnout::cli::message
