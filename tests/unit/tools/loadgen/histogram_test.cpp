#include "tools/loadgen/histogram.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <sstream>

#include <gtest/gtest.h>

namespace turnout::loadgen {
namespace {

constexpr double kPercents[] = {0.0, 1.0, 25.0, 50.0, 75.0, 90.0, 99.0, 99.9, 99.99, 100.0};

// The value at this percentile of the sorted data, nearest rank.
std::uint64_t exact(std::vector<std::uint64_t> const& sorted, double percent)
{
    auto const rank = std::ceil(percent / 100.0 * static_cast<double>(sorted.size()) - 1e-9);
    auto const index = std::max(rank, 1.0) - 1.0;
    return sorted[static_cast<std::size_t>(index)];
}

void expect_three_digits(std::vector<std::uint64_t> values)
{
    Histogram histogram;
    for (auto const value : values)
        histogram.record(value);
    std::sort(values.begin(), values.end());
    ASSERT_EQ(histogram.count(), values.size());
    EXPECT_EQ(histogram.max(), values.back());
    EXPECT_EQ(histogram.min(), values.front());
    for (auto const percent : kPercents) {
        auto const want = static_cast<double>(exact(values, percent));
        auto const got = static_cast<double>(histogram.percentile(percent));
        EXPECT_GE(got, want) << percent;
        EXPECT_LE(got, want * 1.001 + 1.0) << percent;
    }
}

TEST(Histogram, UniformValuesKeepThreeSignificantDigits)
{
    std::mt19937_64 random(1);
    std::uniform_int_distribution<std::uint64_t> distribution(1, 5'000'000);
    std::vector<std::uint64_t> values(100'000);
    for (auto& value : values)
        value = distribution(random);
    expect_three_digits(values);
}

TEST(Histogram, ValuesOverTheWholeRangeKeepThreeSignificantDigits)
{
    std::mt19937_64 random(2);
    std::uniform_real_distribution<double> exponent(0.0, std::log(6e10));
    std::vector<std::uint64_t> values(200'000);
    for (auto& value : values)
        value = static_cast<std::uint64_t>(std::exp(exponent(random)));
    expect_three_digits(values);
}

TEST(Histogram, LatencyLikeValuesKeepThreeSignificantDigits)
{
    std::mt19937_64 random(3);
    std::lognormal_distribution<double> distribution(std::log(40'000.0), 0.8);
    std::vector<std::uint64_t> values(100'001);
    for (auto& value : values)
        value = static_cast<std::uint64_t>(distribution(random)) + 1;
    expect_three_digits(values);
}

TEST(Histogram, SmallValuesAreExact)
{
    Histogram histogram;
    for (std::uint64_t value = 0; value < 2'048; ++value)
        histogram.record(value);
    for (std::uint64_t value = 1; value <= 2'048; ++value)
        EXPECT_EQ(histogram.percentile(static_cast<double>(value) / 2'048.0 * 100.0), value - 1);
}

TEST(Histogram, EmptySaysZero)
{
    Histogram const histogram;
    EXPECT_EQ(histogram.percentile(99.0), 0U);
    EXPECT_EQ(histogram.max(), 0U);
    EXPECT_EQ(histogram.min(), 0U);
    EXPECT_EQ(histogram.mean(), 0.0);
}

TEST(Histogram, ValuesAboveTheRangeAreCountedAndTheirMaximumIsKept)
{
    Histogram histogram;
    histogram.record(1'000);
    histogram.record(Histogram::kValueMax + 1);
    histogram.record(UINT64_MAX);
    EXPECT_EQ(histogram.count(), 3U);
    EXPECT_EQ(histogram.overflow_count(), 2U);
    EXPECT_EQ(histogram.max(), UINT64_MAX);
    EXPECT_GE(histogram.percentile(100.0), Histogram::kValueMax);
}

TEST(Histogram, MergeEqualsRecordingEverythingInOne)
{
    std::mt19937_64 random(4);
    Histogram all, left, right;
    for (int i = 0; i < 10'000; ++i) {
        auto const value = random() % 1'000'000;
        all.record(value);
        (i % 3 == 0 ? left : right).record(value);
    }
    left.merge(right);
    EXPECT_EQ(left.count(), all.count());
    EXPECT_EQ(left.max(), all.max());
    EXPECT_EQ(left.min(), all.min());
    EXPECT_DOUBLE_EQ(left.mean(), all.mean());
    for (auto const percent : kPercents)
        EXPECT_EQ(left.percentile(percent), all.percentile(percent));
}

TEST(Histogram, ResetForgetsEverything)
{
    Histogram histogram;
    histogram.record(77);
    histogram.reset();
    EXPECT_EQ(histogram.count(), 0U);
    EXPECT_EQ(histogram.percentile(50.0), 0U);
    histogram.record(5);
    EXPECT_EQ(histogram.min(), 5U);
}

TEST(Histogram, MeanAndDeviationAreThoseOfTheValues)
{
    Histogram histogram;
    for (std::uint64_t const value : {2U, 4U, 4U, 4U, 5U, 5U, 7U, 9U})
        histogram.record(value);
    EXPECT_NEAR(histogram.mean(), 5.0, 1e-9);
    EXPECT_NEAR(histogram.standard_deviation(), 2.0, 1e-9);
}

// Ten values in microseconds, in the layout of HdrHistogram's percentile output.
TEST(Histogram, HgrmTextIsTheOneThatHdrHistogramWrites)
{
    Histogram histogram;
    for (std::uint64_t i = 1; i <= 10; ++i)
        histogram.record(i * 100);
    std::ostringstream text;
    histogram.write_hgrm(text, 100.0, 1);
    EXPECT_EQ(text.str(),
              "       Value     Percentile TotalCount 1/(1-Percentile)\n"
              "\n"
              "       1.000 0.000000000000          1           1.00\n"
              "       5.000 0.500000000000          5           2.00\n"
              "       8.000 0.750000000000          8           4.00\n"
              "       9.000 0.875000000000          9           8.00\n"
              "      10.000 0.937500000000         10          16.00\n"
              "      10.000 1.000000000000         10\n"
              "#[Mean    =        5.500, StdDeviation   =        2.872]\n"
              "#[Max     =       10.000, Total count    =           10]\n"
              "#[Buckets =           26, SubBuckets     =         2048]\n");
}

TEST(Histogram, HgrmOfAnEmptyHistogramHasNoLines)
{
    std::ostringstream text;
    Histogram().write_hgrm(text);
    EXPECT_NE(text.str().find("Total count    =            0]"), std::string::npos);
    EXPECT_EQ(text.str().find("0.5"), std::string::npos);
}

}  // namespace
}  // namespace turnout::loadgen
