#include "tools/loadgen/units.hpp"

#include <gtest/gtest.h>

namespace turnout::loadgen {
namespace {

TEST(Units, RatesAreReadAsPeopleWriteThem)
{
    struct Row {
        char const* text;
        double per_second;
    };
    for (auto const& row :
         {Row{"2000", 2'000}, Row{"2k", 2'000}, Row{"2k/s", 2'000}, Row{"1.5M/s", 1'500'000},
          Row{"600/m", 10}, Row{"3600/h", 1}, Row{"0.5", 0.5}, Row{"2.5/s", 2.5}}) {
        auto const rate = parse_rate(row.text);
        ASSERT_TRUE(rate) << row.text;
        EXPECT_DOUBLE_EQ(rate->per_second(), row.per_second) << row.text;
    }
}

TEST(Units, MalformedRatesAreRefused)
{
    for (auto const* text : {"", "k", "2kk", "-1", "2/", "2/d", "2 k", "0", "1e3", "2k/ss", "0.0",
                             "99999999999M", "1..5"})
        EXPECT_FALSE(parse_rate(text)) << text;
}

TEST(Units, DurationsAreExactNanoseconds)
{
    EXPECT_EQ(parse_duration_ns("10s"), 10'000'000'000U);
    EXPECT_EQ(parse_duration_ns("10"), 10'000'000'000U);
    EXPECT_EQ(parse_duration_ns("1.5ms"), 1'500'000U);
    EXPECT_EQ(parse_duration_ns("200us"), 200'000U);
    EXPECT_EQ(parse_duration_ns("200µs"), 200'000U);
    EXPECT_EQ(parse_duration_ns("7ns"), 7U);
    EXPECT_EQ(parse_duration_ns("2m"), 120'000'000'000U);
    EXPECT_EQ(parse_duration_ns("1h"), 3'600'000'000'000U);
    EXPECT_EQ(parse_duration_ns("0.1s"), 100'000'000U);
}

TEST(Units, MalformedDurationsAreRefused)
{
    for (auto const* text : {"", "s", "1x", "1 s", "-1s", "1.5ns", "1d", "999999999999999h"})
        EXPECT_FALSE(parse_duration_ns(text)) << text;
}

TEST(Units, EndpointsNameHostAndPort)
{
    auto const plain = parse_endpoint("127.0.0.1:8583");
    ASSERT_TRUE(plain);
    EXPECT_EQ(plain->host, "127.0.0.1");
    EXPECT_EQ(plain->port, 8583);
    auto const v6 = parse_endpoint("[::1]:1");
    ASSERT_TRUE(v6);
    EXPECT_EQ(v6->host, "::1");
    auto const short_form = parse_endpoint(":8583");
    ASSERT_TRUE(short_form);
    EXPECT_EQ(short_form->host, "127.0.0.1");
    for (auto const* text : {"", "host", "host:", "host:0", "host:65536", "host:1x", "::1:8583"})
        EXPECT_FALSE(parse_endpoint(text)) << text;
}

TEST(Units, TimesAreShownWithTwoOrThreeDigits)
{
    EXPECT_EQ(format_ns(0), "0 ns");
    EXPECT_EQ(format_ns(840), "840 ns");
    EXPECT_EQ(format_ns(41'000), "41 µs");
    EXPECT_EQ(format_ns(4'100), "4.1 µs");
    EXPECT_EQ(format_ns(900'000), "0.9 ms");
    EXPECT_EQ(format_ns(12'000'000), "12 ms");
    EXPECT_EQ(format_ns(1'200'000'000), "1.2 s");
}

TEST(Units, ThousandsAreGrouped)
{
    EXPECT_EQ(group_digits(0), "0");
    EXPECT_EQ(group_digits(999), "999");
    EXPECT_EQ(group_digits(1'000), "1,000");
    EXPECT_EQ(group_digits(1'234'567), "1,234,567");
}

}  // namespace
}  // namespace turnout::loadgen
