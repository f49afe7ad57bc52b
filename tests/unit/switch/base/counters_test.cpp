#include "switch/base/counters.hpp"

#include <set>

#include <gtest/gtest.h>

namespace turnout {
namespace {

TEST(Counters, sums_over_blocks)
{
    Counters a;
    Counters b;
    a.add(CounterId::commands, 3);
    b.add(CounterId::commands);
    Counters const* const blocks[] = {&a, &b};
    EXPECT_EQ(total(blocks, CounterId::commands), 4U);
    EXPECT_EQ(total(blocks, CounterId::turns), 0U);
}

TEST(Counters, takes_the_largest_of_a_maximum)
{
    Counters a;
    Counters b;
    a.raise(CounterId::turn_ns_max, 70);
    a.raise(CounterId::turn_ns_max, 50);
    b.raise(CounterId::turn_ns_max, 60);
    Counters const* const blocks[] = {&a, &b};
    EXPECT_EQ(total(blocks, CounterId::turn_ns_max), 70U);
}

TEST(Counters, dump_shows_name_value_and_unit_of_what_is_not_zero)
{
    Counters block;
    block.add(CounterId::bytes_sent, 87);
    block.add(CounterId::keep_alives);
    Counters const* const blocks[] = {&block};
    EXPECT_EQ(dump(blocks), "bytes_sent 87 bytes\nkeep_alives 1 frames\n");
}

TEST(Counters, every_counter_has_its_own_name_a_unit_and_a_meaning)
{
    std::set<std::string_view> names;
    for (std::size_t index = 0; index < kCounters; ++index) {
        auto const& each = info(static_cast<CounterId>(index));
        EXPECT_TRUE(names.insert(each.name).second) << each.name;
        EXPECT_FALSE(each.unit.empty()) << each.name;
        EXPECT_FALSE(each.meaning.empty()) << each.name;
    }
}

}  // namespace
}  // namespace turnout
