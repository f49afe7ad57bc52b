#include "switch/ledger/flat_index.hpp"

#include <map>
#include <vector>

#include <gtest/gtest.h>

namespace turnout::ledger {

TEST(FlatIndex, FindsWhatWasInserted)
{
    FlatIndex index{4};
    index.insert(spread(7), 0);
    index.insert(spread(9), 1);
    EXPECT_EQ(index.find(spread(7), [](std::uint32_t) { return true; }), 0U);
    EXPECT_EQ(index.find(spread(9), [](std::uint32_t) { return true; }), 1U);
    EXPECT_EQ(index.find(spread(8), [](std::uint32_t) { return true; }), kNone);
    EXPECT_EQ(index.find(spread(7), [](std::uint32_t) { return false; }), kNone);
}

TEST(FlatIndex, EqualHashesAreToldApartByTheKey)
{
    FlatIndex index{4};
    for (std::uint32_t position = 0; position < 4; ++position)
        index.insert(spread(7), position);
    for (std::uint32_t wanted = 0; wanted < 4; ++wanted)
        EXPECT_EQ(index.find(spread(7), [wanted](std::uint32_t at) { return at == wanted; }),
                  wanted);
    EXPECT_TRUE(index.erase(spread(7), 1));
    EXPECT_FALSE(index.erase(spread(7), 1));
    EXPECT_EQ(index.find(spread(7), [](std::uint32_t at) { return at == 1; }), kNone);
    EXPECT_EQ(index.find(spread(7), [](std::uint32_t at) { return at == 3; }), 3U);
}

TEST(FlatIndex, ReplaceKeepsTheEntryFindable)
{
    FlatIndex index{4};
    index.insert(spread(7), 2);
    EXPECT_TRUE(index.replace(spread(7), 2, 3));
    EXPECT_FALSE(index.replace(spread(7), 2, 1));
    EXPECT_EQ(index.guess(spread(7)), 3U);
}

TEST(FlatIndex, ATableOfOneSlotWrapsAround)
{
    FlatIndex index{1};
    auto const last_slot = ~std::uint64_t{0};
    index.insert(last_slot, 0);
    EXPECT_EQ(index.guess(last_slot), 0U);
    EXPECT_TRUE(index.erase(last_slot, 0));
    EXPECT_EQ(index.guess(last_slot), kNone);
}

// Clusters that wrap around the end are where shifting deletions go wrong: few slots, hashes that
// crowd in the last of them, thousands of insertions and deletions against a map.
TEST(FlatIndex, InsertionsAndDeletionsAgreeWithAMap)
{
    constexpr std::uint32_t kEntries = 24;
    FlatIndex index{kEntries};
    std::map<std::uint32_t, std::uint64_t> model;  // position -> hash
    std::uint64_t random = 1;
    for (int step = 0; step < 40'000; ++step) {
        auto const draw = spread(random++);
        auto const position = static_cast<std::uint32_t>(draw % kEntries);
        if (model.contains(position)) {
            EXPECT_TRUE(index.erase(model[position], position));
            model.erase(position);
        } else {
            auto const crowded = 0xFC00'0000'0000'0000ULL | (draw >> 8);
            model[position] = draw % 3 == 0 ? spread(draw) : crowded;
            index.insert(model[position], position);
        }
        for (auto const& [at, hash] : model)
            ASSERT_EQ(index.find(hash, [at = at](std::uint32_t other) { return other == at; }), at)
                << "step " << step;
    }
}

TEST(TableMemory, StartsZeroedAndHoldsWhatItIsGiven)
{
    TableMemory<std::uint64_t> memory{1000, Pages::small, Commit::at_start};
    for (auto const value : memory.all())
        EXPECT_EQ(value, 0U);
    memory[999] = 5;
    EXPECT_EQ(memory[999], 5U);
    EXPECT_EQ(memory.size(), 1000U);
}

TEST(TableMemory, AnImpossibleSizeIsRefusedAtStart)
{
    EXPECT_THROW(TableMemory<std::uint64_t>(0), std::bad_alloc);
    EXPECT_THROW(TableMemory<std::uint64_t>(std::size_t{1} << 60), std::bad_alloc);
}

}  // namespace turnout::ledger
