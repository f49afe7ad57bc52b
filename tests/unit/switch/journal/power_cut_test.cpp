// The power goes before every single operation on the disk, and any part of what was not synced
// survives: the journal always opens, keeps everything that was acknowledged, and goes on.
#include "tests/unit/switch/journal/journal_fixture.hpp"

#include <mutex>
#include <random>

#include <gtest/gtest.h>

namespace turnout::journal::test {
namespace {

struct Cut {
    std::shared_ptr<MemoryDisk> disk;
    Sequence acknowledged;
};

std::vector<KeepSector> survivors()
{
    std::vector<KeepSector> all;
    all.emplace_back([](std::size_t) { return false; });
    all.emplace_back([](std::size_t) { return true; });
    all.emplace_back([](std::size_t sector) { return sector == 0; });
    all.emplace_back([](std::size_t sector) { return sector != 0; });
    all.emplace_back([](std::size_t sector) { return sector % 2 == 0; });
    all.emplace_back([](std::size_t sector) { return (sector * 2'654'435'761U >> 13 & 1U) != 0; });
    return all;
}

void expect_recovers(Cut const& cut, bool go_on)
{
    TestJournal journal(cut.disk);
    ASSERT_TRUE(journal.is_open()) << journal.error.text;
    EXPECT_GE(journal->recovered().last_seq, cut.acknowledged);
    EXPECT_EQ(journal.replayed.size(), journal->recovered().last_seq);
    EXPECT_TRUE(is_expected_content(journal.replayed));
    if (!go_on) return;
    ASSERT_TRUE(journal.write(3)) << journal.fatal_text;
    auto const last = journal.last_seq();
    journal->stop();
    TestJournal again(cut.disk);
    ASSERT_TRUE(again.is_open()) << again.error.text;
    EXPECT_EQ(again->recovered().last_seq, last);
    EXPECT_TRUE(again->recovered().was_clean_stop);
    EXPECT_TRUE(is_expected_content(again.replayed));
}

TEST(PowerCut, BeforeAnyOperationKeepsWhatWasAcknowledged)
{
    auto const disk = std::make_shared<MemoryDisk>();
    std::mutex mutex;
    std::vector<Cut> cuts;
    std::atomic<Journal*> running{nullptr};
    auto const kinds = survivors();
    disk->on_operation = [&](std::size_t operation) {
        auto* const journal = running.load();
        auto const acknowledged = journal != nullptr ? journal->durable_seq().load() : 0;
        auto const& keep = kinds[operation % kinds.size()];
        auto cut = Cut{disk->after_power_cut(keep), acknowledged};
        auto second =
            Cut{disk->after_power_cut(kinds[(operation / 2 + 1) % kinds.size()]), acknowledged};
        std::lock_guard const lock(mutex);
        cuts.push_back(std::move(cut));
        cuts.push_back(std::move(second));
    };
    {
        TestJournal journal(disk);
        ASSERT_TRUE(journal.is_open());
        running = &*journal;
        for (std::size_t i = 0; i < 60; ++i)
            ASSERT_TRUE(journal.write(1 + i * 13 % 70));
        journal->stop();
        running = nullptr;
    }
    disk->on_operation = nullptr;
    ASSERT_GT(cuts.size(), 300U);
    for (std::size_t i = 0; i < cuts.size(); i += kExhaustiveStep) {
        expect_recovers(cuts[i], true);
        ASSERT_FALSE(testing::Test::HasFailure()) << "cut " << i << " of " << cuts.size();
    }
}

TEST(PowerCut, DuringRecoveryOfATornTailLosesNothingMore)
{
    // A large frame of which every second sector is gone, and a witness from before it.
    auto const torn = std::make_shared<MemoryDisk>();
    {
        TestJournal journal(torn);
        ASSERT_TRUE(journal.write(5));
        journal->stop();
    }
    auto const witness = torn->read(path_of("tail.witness"));
    {
        TestJournal journal(torn);
        ASSERT_TRUE(journal.write(150));
        journal->stop();
    }
    torn->write(path_of("tail.witness"), witness);
    auto image = torn->read(segment_path(1));
    for (auto at = 2 * kPageBytes; at < 13 * kPageBytes; at += 2 * kSectorBytes)
        std::fill_n(image.begin() + static_cast<std::ptrdiff_t>(at), kSectorBytes, std::byte{0});
    torn->write(segment_path(1), image);
    std::vector<Cut> cuts;
    auto const kinds = survivors();
    torn->on_operation = [&](std::size_t) {
        for (auto const& keep : kinds)
            cuts.push_back({torn->after_power_cut(keep), 5});
    };
    {
        TestJournal journal(torn, small_config(), test_keys(), false);
        ASSERT_TRUE(journal.is_open()) << journal.error.text;
        ASSERT_EQ(journal->recovered().tail, TailState::torn);
    }
    torn->on_operation = nullptr;
    ASSERT_GT(cuts.size(), 50U);
    for (std::size_t i = 0; i < cuts.size(); i += kExhaustiveStep) {
        expect_recovers(cuts[i], i % 7 == 0);
        ASSERT_FALSE(testing::Test::HasFailure()) << "cut " << i << " of " << cuts.size();
    }
}

}  // namespace
}  // namespace turnout::journal::test
