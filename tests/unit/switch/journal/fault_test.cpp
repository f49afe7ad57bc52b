// Every write and every sync fails once, one after the other, until a run survives: the journal
// stops at once, publishes nothing more, touches the file no more, and the next start loses nothing
// that was acknowledged.
#include "tests/unit/switch/journal/journal_fixture.hpp"

#include <cerrno>
#include <thread>

#include <gtest/gtest.h>

namespace turnout::journal::test {
namespace {

class JournalFault : public testing::TestWithParam<Fault> {};

TEST_P(JournalFault, StopsAtOnceAndLosesNothingAcknowledged)
{
    constexpr std::size_t kOperationsMax = 200;
    std::size_t stopped = 0;
    for (std::size_t operation = 0;; ++operation) {
        ASSERT_LT(operation, kOperationsMax);
        auto const disk = std::make_shared<MemoryDisk>();
        disk->fail_at(GetParam(), operation);
        Sequence acknowledged = 0;
        {
            TestJournal journal(disk);
            if (!journal.is_open()) {
                EXPECT_EQ(journal.error.exit_code, 70) << journal.error.text;
                EXPECT_TRUE(disk->has_failed());
                ++stopped;
                continue;
            }
            for (std::size_t i = 0; i < 24 && journal.write(1 + i * 5); ++i) {
            }
            journal->stop();
            acknowledged = journal->durable_seq().load();
            if (journal.has_failed()) {
                ++stopped;
                EXPECT_NE(journal.fatal_text.find("failed"), std::string::npos);
                EXPECT_EQ(disk->touched_after_failure(), 0U);
            }
        }
        auto const after = disk->after_power_cut([](std::size_t) { return false; });
        TestJournal again(after);
        ASSERT_TRUE(again.is_open()) << "operation " << operation << ": " << again.error.text;
        EXPECT_GE(again->recovered().last_seq, acknowledged) << "operation " << operation;
        EXPECT_TRUE(is_expected_content(again.replayed));
        if (!disk->has_failed()) break;
    }
    EXPECT_GT(stopped, 20U) << "the loop must have hit frames, witness and CONTROL";
}

INSTANTIATE_TEST_SUITE_P(EveryOperation, JournalFault,
                         testing::Values(Fault::write_eio, Fault::write_short, Fault::write_enospc,
                                         Fault::sync_eio),
                         [](auto const& param) {
                             switch (param.param) {
                                 case Fault::write_eio:
                                     return "write_eio";
                                 case Fault::write_short:
                                     return "write_short";
                                 case Fault::write_enospc:
                                     return "write_enospc";
                                 case Fault::sync_eio:
                                     return "sync_eio";
                             }
                             return "unknown";
                         });

// A disk without room for another segment, until it has.
class FullDisk final : public Disk {
public:
    std::atomic<bool> full{false};
    std::atomic<int> refused{0};
    [[nodiscard]] std::unique_ptr<File> open(std::string const& path, OpenMode mode,
                                             int& error) override
    {
        if (mode.create && full && path.ends_with(".toj.tmp")) {
            ++refused;
            error = ENOSPC;
            return nullptr;
        }
        return below.open(path, mode, error);
    }
    [[nodiscard]] int rename(std::string const& from, std::string const& to) override
    {
        return below.rename(from, to);
    }
    [[nodiscard]] int remove(std::string const& path) override { return below.remove(path); }
    [[nodiscard]] int sync_directory(std::string const& path) override
    {
        return below.sync_directory(path);
    }
    [[nodiscard]] int create_directory(std::string const& path) override
    {
        return below.create_directory(path);
    }
    [[nodiscard]] std::vector<std::string> list(std::string const& path, int& error) override
    {
        return below.list(path, error);
    }
    [[nodiscard]] std::unique_ptr<Lock> lock(std::string const& path, int& error) override
    {
        return below.lock(path, error);
    }
    [[nodiscard]] bool is_volatile(std::string const&) override { return false; }
    MemoryDisk below;
};

TEST(SegmentShortage, IsReportedAndEndsWhenThereIsRoomAgain)
{
    auto const disk = std::make_shared<FullDisk>();
    TestJournal journal(disk);
    ASSERT_TRUE(journal.is_open());
    disk->full = true;
    // More than every segment there is can take, so the helper must be asked for another one.
    ASSERT_TRUE(journal->append(make_records(1, 3000), 3000));
    while (!journal->segment_shortage())
        std::this_thread::yield();
    EXPECT_FALSE(journal.has_failed()) << "a full disk is no reason to stop";
    EXPECT_LT(journal->durable_seq().load(), 3000U);
    disk->full = false;
    EXPECT_TRUE(journal.await(3000));
    EXPECT_FALSE(journal->segment_shortage());
}

TEST(SegmentShortage, StopDoesNotWaitForRoomAndIsNotClean)
{
    auto const disk = std::make_shared<FullDisk>();
    {
        TestJournal journal(disk);
        ASSERT_TRUE(journal.is_open());
        disk->full = true;
        // More than every segment there is can take.
        ASSERT_TRUE(journal->append(make_records(1, 3000), 3000));
        journal->stop();
        EXPECT_LT(journal->durable_seq().load(), 3000U);
        EXPECT_GT(disk->refused, 0);
    }
    disk->full = false;
    TestJournal again(disk);
    ASSERT_TRUE(again.is_open()) << again.error.text;
    EXPECT_FALSE(again->recovered().was_clean_stop);
    EXPECT_TRUE(is_expected_content(again.replayed));
}

TEST(FatalExit, EndsTheProcessWith70)
{
    EXPECT_EXIT(exit_on_fatal("seg: sync failed"), testing::ExitedWithCode(70), "sync failed");
}

}  // namespace
}  // namespace turnout::journal::test
