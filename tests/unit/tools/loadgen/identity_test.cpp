#include "tools/loadgen/identity.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace turnout::loadgen {
namespace {

TEST(Identity, AnAnswerLeadsBackToItsMessage)
{
    Identity const identity(0x1234'5678'9abc'def0, 77);
    for (std::uint64_t const ordinal : {0ULL, 1ULL, 999'998ULL, 999'999ULL, 46'655'953'343ULL}) {
        auto const terminal = identity.terminal(Identity::rotation(ordinal));
        EXPECT_EQ(identity.ordinal(terminal.data(), Identity::stan(ordinal)), ordinal);
    }
}

TEST(Identity, AnotherConnectionsTerminalIsNotOurs)
{
    Identity const ours(99, 1), other(99, 2), other_run(100, 1);
    EXPECT_EQ(ours.ordinal(other.terminal(0).data(), 5), UINT64_MAX);
    EXPECT_EQ(ours.ordinal(other_run.terminal(0).data(), 5), UINT64_MAX);
    auto broken = ours.terminal(0);
    broken[7] = '-';
    EXPECT_EQ(ours.ordinal(broken.data(), 5), UINT64_MAX);
}

TEST(Identity, TheNextTerminalTakesOverWhenTheStanWraps)
{
    Identity const identity(7, 0);
    EXPECT_EQ(Identity::stan(0), 1U);  // some hosts take 000000 as absent
    EXPECT_EQ(Identity::stan(999'998), 999'999U);
    EXPECT_EQ(Identity::stan(999'999), 1U);
    EXPECT_EQ(Identity::rotation(999'998), 0U);
    EXPECT_EQ(Identity::rotation(999'999), 1U);
    EXPECT_EQ(identity.ordinal(identity.terminal(0).data(), 0), UINT64_MAX);
    EXPECT_NE(identity.terminal(0), identity.terminal(1));
}

TEST(Identity, EveryConnectionAndRotationHasItsOwnTerminal)
{
    std::set<Terminal> seen;
    for (unsigned connection = 0; connection < 200; ++connection)
        for (std::uint32_t rotation = 0; rotation < 50; ++rotation)
            EXPECT_TRUE(seen.insert(Identity(5, connection).terminal(rotation)).second);
}

}  // namespace
}  // namespace turnout::loadgen
