#include "tools/loadgen/mix.hpp"

#include <array>

#include <gtest/gtest.h>

namespace turnout::loadgen {
namespace {

TEST(Mix, SharesAreThoseOfTheWeights)
{
    auto const mix = Mix::parse("auth=60,purchase=30,reversal=10");
    ASSERT_TRUE(mix);
    std::array<unsigned, kKinds> counts{};
    static constexpr unsigned kSteps = 10'000;
    for (std::uint64_t i = 0; i < kSteps; ++i)
        ++counts[static_cast<std::size_t>(
            mix->pick(static_cast<std::uint32_t>(i * 0x1'0000'0000ULL / kSteps)))];
    EXPECT_NEAR(counts[0], 6'000, 1);
    EXPECT_NEAR(counts[1], 3'000, 1);
    EXPECT_NEAR(counts[static_cast<std::size_t>(Kind::reversal)], 1'000, 1);
}

TEST(Mix, BenchIsAuthorizationsOnlyAndDemoHasEveryKind)
{
    auto const bench = Mix::parse("bench");
    ASSERT_TRUE(bench && bench->single());
    EXPECT_EQ(bench->pick(UINT32_MAX), Kind::auth);
    auto const demo = Mix::parse("demo");
    ASSERT_TRUE(demo);
    for (std::size_t i = 0; i < kKinds; ++i)
        EXPECT_TRUE(demo->has(static_cast<Kind>(i))) << i;
}

TEST(Mix, TextIsReadBack)
{
    auto const mix = Mix::parse("purchase=2,auth=1");
    ASSERT_TRUE(mix);
    EXPECT_EQ(mix->text(), "auth=1,purchase=2");
}

TEST(Mix, NonsenseIsRefused)
{
    for (auto const* text :
         {"", "auth", "auth=", "auth=x", "auth=0", "pay=1", "auth=1,,", "auth=-1", "auth=99999999"})
        EXPECT_FALSE(Mix::parse(text)) << text;
}

TEST(Mix, FollowUpsNeedSomethingToReferTo)
{
    EXPECT_FALSE(Mix::parse("completion=1"));
    EXPECT_FALSE(Mix::parse("completion=1,purchase=1"));
    EXPECT_FALSE(Mix::parse("reversal=1,balance=1"));
    EXPECT_TRUE(Mix::parse("reversal=1,withdrawal=1"));
}

}  // namespace
}  // namespace turnout::loadgen
