#include "tools/loadgen/threshold.hpp"

#include <gtest/gtest.h>

namespace turnout::loadgen {
namespace {

LoadResult sample()
{
    LoadResult result;
    for (std::uint64_t i = 1; i <= 1'000; ++i) {
        result.corrected.record(i * 1'000);
        result.codes.add(i <= 950   ? std::array{'0', '0'}
                         : i <= 990 ? std::array{'5', '1'}
                                    : std::array{'9', '1'});
    }
    result.sent = result.answered = 1'000;
    result.answers_in_window = 1'000;
    result.measured_ns = 500'000'000;
    return result;
}

TEST(Threshold, ListsAreRead)
{
    std::string error;
    auto const list = parse_thresholds("p99<2ms,td<=1%,rate>=1k,dropped<1", error);
    ASSERT_TRUE(list) << error;
    ASSERT_EQ(list->size(), 4U);
    EXPECT_DOUBLE_EQ((*list)[0].limit, 2e6);
    EXPECT_DOUBLE_EQ((*list)[1].limit, 1.0);
    EXPECT_EQ((*list)[1].compare, Threshold::Compare::less_equal);
    EXPECT_DOUBLE_EQ((*list)[2].limit, 1'000.0);
}

TEST(Threshold, EachHoldsOrMissesByTheReportedValue)
{
    auto const result = sample();
    std::string error;
    struct Row {
        char const* text;
        bool want;
    };
    for (auto const& row :
         {Row{"p50<=501us", true}, Row{"p50<500us", false}, Row{"p99<995us", true},
          Row{"max<=1ms", true}, Row{"max<999us", false}, Row{"approved>94.9%", true},
          Row{"bd<4%", false}, Row{"bd<=4%", true}, Row{"td<1%", false}, Row{"td<=1%", true},
          Row{"rate>1900", true}, Row{"rate>3k", false}, Row{"timeouts<1", true}}) {
        auto const list = parse_thresholds(row.text, error);
        ASSERT_TRUE(list) << row.text << ": " << error;
        EXPECT_EQ(holds(list->front(), result), row.want) << row.text;
    }
}

TEST(Threshold, TimeOutsAreTechnicalDeclines)
{
    auto result = sample();
    result.timeouts = 1'000;
    EXPECT_DOUBLE_EQ(metric_of("td", result), 50.5);
}

TEST(Threshold, NothingHoldsWithoutAnswers)
{
    std::string error;
    auto const list = parse_thresholds("p99<1h", error);
    ASSERT_TRUE(list);
    EXPECT_FALSE(holds(list->front(), LoadResult()));
}

TEST(Threshold, NonsenseNamesItself)
{
    for (auto const* text : {"p98<1ms", "p99", "p99<", "p99<1x", "td<1", "p99=1ms", "rate>fast"}) {
        std::string error;
        EXPECT_FALSE(parse_thresholds(text, error)) << text;
        EXPECT_NE(error.find(text), std::string::npos) << error;
    }
}

TEST(Outcome, CodesAreApprovedBusinessOrTechnical)
{
    EXPECT_EQ(outcome_of("00"), Outcome::approved);
    EXPECT_EQ(outcome_of("10"), Outcome::approved);
    EXPECT_EQ(outcome_of("51"), Outcome::business);
    EXPECT_EQ(outcome_of("14"), Outcome::business);
    EXPECT_EQ(outcome_of("91"), Outcome::technical);
    EXPECT_EQ(outcome_of("30"), Outcome::technical);
    EXPECT_EQ(outcome_of("??"), Outcome::technical);
}

}  // namespace
}  // namespace turnout::loadgen
