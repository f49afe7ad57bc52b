// Every write and every sync fails once, one after the other, until a run survives: the journal
// stops at once, publishes nothing more, touches the file no more, and the next start loses nothing
// that was acknowledged.
#include "tests/unit/switch/journal/forwarding_disk.hpp"
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
class FullDisk final : public ForwardingDisk<MemoryDisk> {
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
        return ForwardingDisk::open(path, mode, error);
    }
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

// A file system without direct I/O, like overlays and most of FUSE: it refuses to open files, or
// only to create them.
class BufferedDisk final : public ForwardingDisk<MemoryDisk> {
public:
    enum class Refuses { nothing, create, all };
    Refuses refuses = Refuses::nothing;
    [[nodiscard]] std::unique_ptr<File> open(std::string const& path, OpenMode mode,
                                             int& error) override
    {
        if (refuses == Refuses::all || (refuses == Refuses::create && mode.create)) {
            error = EINVAL;
            return nullptr;
        }
        return ForwardingDisk::open(path, mode, error);
    }
};

TEST(DirectIo, AFileSystemWithoutItIsRefusedWithTheRemedy)
{
    auto const disk = std::make_shared<BufferedDisk>();
    auto const expect_refused = [&](BufferedDisk::Refuses refuses, std::string const& file) {
        disk->refuses = refuses;
        TestJournal const journal(disk);
        ASSERT_FALSE(journal.is_open());
        EXPECT_EQ(journal.error.exit_code, 78);
        EXPECT_NE(journal.error.text.find(file + ": this file system refuses direct I/O"),
                  std::string::npos)
            << journal.error.text;
        EXPECT_NE(journal.error.text.find("ext4 or XFS"), std::string::npos);
    };
    expect_refused(BufferedDisk::Refuses::create, "tail.witness.tmp");
    disk->refuses = BufferedDisk::Refuses::nothing;
    {
        TestJournal journal(disk);
        ASSERT_TRUE(journal.is_open()) << journal.error.text;
        ASSERT_TRUE(journal.write(3));
        journal->stop();
    }
    expect_refused(BufferedDisk::Refuses::all, "CONTROL");
}

TEST(FatalExit, EndsTheProcessWith70)
{
    EXPECT_EXIT(exit_on_fatal("seg: sync failed"), testing::ExitedWithCode(70), "sync failed");
}

}  // namespace
}  // namespace turnout::journal::test
