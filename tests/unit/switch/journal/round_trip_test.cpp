// What is appended comes back, from a disk in memory and from a real one.
#include "protocol/core/crc32c.hpp"
#include "switch/journal/segments.hpp"
#include "switch/journal/value_of.hpp"
#include "tests/unit/switch/journal/journal_fixture.hpp"

#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace turnout::journal::test {
namespace {

std::vector<FrameInfo> walk_frames(Disk& disk, WalkReport& report, std::vector<Bytes>& records)
{
    std::vector<FrameInfo> frames;
    auto const walked = walk_journal(
        small_config(), test_keys(), [&](FrameInfo const& frame) { frames.push_back(frame); },
        [&](ByteView record) -> char const* {
            records.emplace_back(record.begin(), record.end());
            return nullptr;
        },
        disk, 1);
    EXPECT_TRUE(walked.has_value()) << walked.error().text;
    if (walked.has_value()) report = value_of(walked);
    return frames;
}

TEST(Journal, EmptyDirectoryBecomesFreshJournal)
{
    auto const disk = std::make_shared<MemoryDisk>();
    TestJournal journal(disk);
    ASSERT_TRUE(journal.is_open()) << journal.error.text;
    EXPECT_EQ(journal->recovered().tail, TailState::fresh);
    EXPECT_EQ(journal->recovered().last_seq, 0U);
    EXPECT_EQ(journal->recovered().epoch, 1U);
    EXPECT_EQ(journal->durable_seq().load(), 0U);
    EXPECT_TRUE(disk->exists(path_of("CONTROL")));
    EXPECT_TRUE(disk->exists(path_of("tail.witness")));
}

TEST(Journal, WhatIsDurableIsReplayedInOrderAcrossSegments)
{
    auto const disk = std::make_shared<MemoryDisk>();
    {
        TestJournal journal(disk);
        ASSERT_TRUE(journal.is_open()) << journal.error.text;
        for (std::size_t i = 0; i < 120; ++i)
            ASSERT_TRUE(journal.write(1 + i % 7, 32 + 8 * (i % 50))) << journal.fatal_text;
        journal->stop();
    }
    TestJournal again(disk);
    ASSERT_TRUE(again.is_open()) << again.error.text;
    EXPECT_EQ(again.replayed.size(), again->recovered().last_seq);
    EXPECT_EQ(again->recovered().records, again.replayed.size());
    EXPECT_TRUE(is_expected_content(again.replayed));
    EXPECT_EQ(again->recovered().tail, TailState::clean);
    EXPECT_TRUE(again->recovered().was_clean_stop);
    EXPECT_TRUE(disk->exists(segment_path(4))) << "the test must cross segments";
    ASSERT_TRUE(again.write(3));
    EXPECT_EQ(again->durable_seq().load(), again->recovered().last_seq + 3);
}

TEST(Journal, FramesFillUpToSixteenPagesWhenRecordsWait)
{
    auto const disk = std::make_shared<MemoryDisk>();
    TestJournal journal(disk, small_config(), test_keys(), false);
    ASSERT_TRUE(journal.is_open()) << journal.error.text;
    auto const records = make_records(1, 1000);
    ASSERT_TRUE(journal->append(records, 1000));
    journal->start({});
    journal->stop();
    WalkReport report;
    std::vector<Bytes> content;
    auto const frames = walk_frames(*disk, report, content);
    ASSERT_GE(frames.size(), 5U);
    EXPECT_EQ(frames[0].records, 204U);
    EXPECT_EQ(frames[0].pages, 16U);
    EXPECT_EQ(frames[0].body_bytes, 204U * 320U);
    EXPECT_EQ(frames.back().flags & 4U, 4U) << "written while stopping";
    EXPECT_EQ(report.recovered.records, 1000U);
    EXPECT_EQ(report.damage, "");
    EXPECT_TRUE(report.recovered.was_clean_stop);
    EXPECT_TRUE(is_expected_content(content));
}

TEST(Journal, LinkedRecordsNeverCrossFrames)
{
    auto const disk = std::make_shared<MemoryDisk>();
    TestJournal journal(disk, small_config(), test_keys(), false);
    ASSERT_TRUE(journal.is_open());
    Bytes all;
    for (Sequence seq = 1; seq <= 900; ++seq) {
        // Groups of three: linked, linked, last.
        auto const one =
            make_record(seq, 320, record::Type::post,
                        seq % 3 == 0 ? std::uint16_t{0} : std::uint16_t{record::linked_next});
        all.insert(all.end(), one.begin(), one.end());
    }
    ASSERT_TRUE(journal->append(all, 900));
    journal->start({});
    journal->stop();
    WalkReport report;
    std::vector<Bytes> content;
    for (auto const& frame : walk_frames(*disk, report, content))
        EXPECT_EQ(frame.last_seq % 3, 0U);
    EXPECT_EQ(content.size(), 900U);
}

TEST(Journal, FrameFlagsNameSpecialRecordsAndSegmentEnds)
{
    auto const disk = std::make_shared<MemoryDisk>();
    TestJournal journal(disk);
    ASSERT_TRUE(journal.is_open());
    ASSERT_TRUE(journal->append(make_record(1, 32, record::Type::epoch_start), 1));
    ASSERT_TRUE(journal.await(1));
    ASSERT_TRUE(journal->append(make_record(2, 32, record::Type::recovery), 2));
    ASSERT_TRUE(journal.await(2));
    for (Sequence seq = 3; seq <= 15; ++seq) {
        ASSERT_TRUE(journal->append(make_record(seq, 32), seq));
        ASSERT_TRUE(journal.await(seq));
    }
    WalkReport report;
    std::vector<Bytes> content;
    auto const frames = walk_frames(*disk, report, content);
    ASSERT_EQ(frames.size(), 15U);
    EXPECT_EQ(frames[0].flags, 1U);
    EXPECT_EQ(frames[1].flags, 2U);
    EXPECT_EQ(frames[13].flags, 0U);
    EXPECT_EQ(frames[14].flags, 8U) << "16 pages are left: no room for the largest frame";
}

TEST(Journal, EachOpenRaisesTheEpoch)
{
    auto const disk = std::make_shared<MemoryDisk>();
    for (std::uint64_t epoch = 1; epoch <= 3; ++epoch) {
        TestJournal journal(disk);
        ASSERT_TRUE(journal.is_open()) << journal.error.text;
        EXPECT_EQ(journal->recovered().epoch, epoch);
        ASSERT_TRUE(journal.write(1));
    }
    WalkReport report;
    std::vector<Bytes> content;
    auto const frames = walk_frames(*disk, report, content);
    ASSERT_EQ(frames.size(), 3U);
    EXPECT_EQ(frames[2].epoch, 3U);
}

TEST(Journal, SecondOpenerIsRefused)
{
    auto const disk = std::make_shared<MemoryDisk>();
    TestJournal first(disk);
    ASSERT_TRUE(first.is_open());
    TestJournal second(disk);
    ASSERT_FALSE(second.is_open());
    EXPECT_EQ(second.error.exit_code, 78);
    EXPECT_NE(second.error.text.find("another process"), std::string::npos);
}

TEST(Journal, StoppedJournalCanBeOpenedAgainAtOnce)
{
    auto const disk = std::make_shared<MemoryDisk>();
    TestJournal first(disk);
    first->stop();
    TestJournal second(disk);
    EXPECT_TRUE(second.is_open()) << second.error.text;
}

TEST(Journal, AppendIsAllOrNothingWhenTheRingIsFull)
{
    auto const disk = std::make_shared<MemoryDisk>();
    TestJournal journal(disk, small_config(), test_keys(), false);
    ASSERT_TRUE(journal.is_open());
    auto const room = journal->room_bytes();
    EXPECT_EQ(room, limits::journal_ring_bytes);
    Sequence seq = 0;
    while (journal->room_bytes() >= 3200) {
        ASSERT_TRUE(journal->append(make_records(seq + 1, 10), seq + 10));
        seq += 10;
    }
    auto const left = journal->room_bytes();
    EXPECT_FALSE(journal->append(make_records(seq + 1, 10), seq + 10));
    EXPECT_EQ(journal->room_bytes(), left);
    journal->start({});
    journal->stop();
    EXPECT_EQ(journal->durable_seq().load(), seq);
    EXPECT_EQ(journal->room_bytes(), room);
}

TEST(Journal, OldestPendingIsZeroWhenIdle)
{
    auto const disk = std::make_shared<MemoryDisk>();
    TestJournal journal(disk);
    ASSERT_TRUE(journal.write(1));
    journal->stop();
    EXPECT_EQ(journal->oldest_pending_ns(~std::uint64_t{0}), 0U);
    EXPECT_FALSE(journal->segment_shortage());
}

TEST(Journal, ReplayThatRefusesEndsWith79)
{
    auto const disk = std::make_shared<MemoryDisk>();
    {
        TestJournal journal(disk);
        ASSERT_TRUE(journal.write(20));
    }
    SystemClock clock;
    auto const opened = open_journal(
        small_config(), test_keys(),
        [count = 0](ByteView) mutable { return ++count == 7 ? "balance differs" : nullptr; },
        {.disk = disk, .clock = clock});
    ASSERT_TRUE(opened.has_error());
    EXPECT_EQ(opened.error().exit_code, 79);
    EXPECT_NE(opened.error().text.find("record 7"), std::string::npos) << opened.error().text;
    EXPECT_NE(opened.error().text.find("balance differs"), std::string::npos);
    TestJournal again(disk);
    EXPECT_EQ(again.replayed.size(), 20U) << "a refusal changes nothing";
}

TEST(Journal, ClockFarBehindTheLastRecordIsRefused)
{
    auto const disk = std::make_shared<MemoryDisk>();
    {
        TestJournal journal(disk);
        ASSERT_TRUE(journal.is_open());
        auto record = make_record(1);
        auto header = load<record::Header>(record.data());
        header.ts_ns = 90'000 * kNanosPerSecond;  // 25 hours after 1970
        header.crc32c = 0;
        store(record.data(), header);
        header.crc32c = crc32c(record);
        store(record.data(), header);
        ASSERT_TRUE(journal->append(record, 1));
        ASSERT_TRUE(journal.await(1));
    }
    FixedClock behind(kNanosPerSecond);
    auto const opened =
        open_journal(small_config(), test_keys(), {}, {.disk = disk, .clock = behind});
    ASSERT_TRUE(opened.has_error());
    EXPECT_EQ(opened.error().exit_code, 78);
    EXPECT_NE(opened.error().text.find("clock"), std::string::npos);
    FixedClock near(4000 * kNanosPerSecond);
    EXPECT_TRUE(
        open_journal(small_config(), test_keys(), {}, {.disk = disk, .clock = near}).has_value());
}

TEST(Journal, OtherGroupIsRefused)
{
    auto const disk = std::make_shared<MemoryDisk>();
    {
        TestJournal journal(disk);
        ASSERT_TRUE(journal.write(1));
    }
    auto config = small_config();
    config.group = 2;
    TestJournal other(disk, config);
    ASSERT_FALSE(other.is_open());
    EXPECT_EQ(other.error.exit_code, 78);
    EXPECT_NE(other.error.text.find("group 1"), std::string::npos) << other.error.text;
}

TEST(Journal, OtherKeysAreRefused)
{
    auto const disk = std::make_shared<MemoryDisk>();
    {
        TestJournal journal(disk);
        ASSERT_TRUE(journal.write(1));
    }
    TestJournal other(disk, small_config(), other_keys());
    ASSERT_FALSE(other.is_open());
    EXPECT_EQ(other.error.exit_code, 78);
    EXPECT_NE(other.error.text.find("keys.bin"), std::string::npos) << other.error.text;
    TestJournal again(disk);
    EXPECT_EQ(again.replayed.size(), 1U);
}

TEST(Journal, ImpossibleConfigurationIsRefused)
{
    auto const disk = std::make_shared<MemoryDisk>();
    for (auto const bytes : {std::size_t{0}, std::size_t{4096}, kSmallSegment + 512}) {
        auto config = small_config();
        config.segment_bytes = bytes;
        TestJournal journal(disk, config);
        ASSERT_FALSE(journal.is_open()) << bytes;
        EXPECT_NE(journal.error.text.find("segment_bytes"), std::string::npos);
    }
}

TEST(Journal, NothingReadableIsOnDisk)
{
    auto const disk = std::make_shared<MemoryDisk>();
    TestJournal journal(disk);
    ASSERT_TRUE(journal.write(5));
    journal->stop();
    auto const image = disk->read(segment_path(1));
    auto const secret = make_record(3);
    auto const needle = ByteView(secret).subspan(64, 16);
    EXPECT_EQ(std::search(image.begin(), image.end(), needle.begin(), needle.end()), image.end());
}

TEST(Journal, WitnessFollowsByItselfWhenTheJournalGoesQuiet)
{
    auto const disk = std::make_shared<MemoryDisk>();
    TestJournal journal(disk);
    ASSERT_TRUE(journal.write(2));
    ASSERT_TRUE(journal.write(3));
    auto const seen = [&] {
        auto const slots = disk->read(path_of("tail.witness"));
        return std::max(load<Witness>(slots.data()).last_seq,
                        load<Witness>(slots.data() + kPageBytes).last_seq);
    };
    // Five milliseconds are promised to an idle machine; this one may be busy.
    for (int i = 0; i < 2000 && seen() < 5; ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(seen(), 5U);
}

TEST(Journal, NonceNeverRepeats)
{
    auto const disk = std::make_shared<MemoryDisk>();
    for (int run = 0; run < 3; ++run) {
        TestJournal journal(disk);
        for (int i = 0; i < 4; ++i)
            ASSERT_TRUE(journal.write(1));
    }
    auto const image = disk->read(segment_path(1));
    std::set<Bytes> nonces;
    for (std::size_t page = 1; page <= 12; ++page) {
        auto const header = load<FrameHeader>(image.data() + page * kPageBytes);
        ASSERT_EQ(header.magic, kFrameMagic);
        nonces.emplace(header.nonce.begin(), header.nonce.end());
    }
    EXPECT_EQ(nonces.size(), 12U);
}

TEST(Journal, WalkFollowsARunningJournal)
{
    auto const disk = std::make_shared<MemoryDisk>();
    TestJournal journal(disk);
    ASSERT_TRUE(journal.is_open());
    std::atomic<bool> done{false};
    std::thread writing([&] {
        for (int i = 0; i < 300; ++i)
            EXPECT_TRUE(journal.write(1 + static_cast<std::size_t>(i) % 40));
        done = true;
    });
    std::uint64_t last = 0;
    do {
        auto const walked = walk_journal(small_config(), test_keys(), {}, {}, *disk, 4);
        ASSERT_TRUE(walked.has_value()) << walked.error().text;
        EXPECT_EQ(value_of(walked).damage, "");
        EXPECT_GE(value_of(walked).recovered.last_seq, last);
        last = value_of(walked).recovered.last_seq;
    } while (!done);
    writing.join();
}

TEST(Journal, FollowingShowsEachRecordOnceOverSegmentsUntilToldToStop)
{
    auto const disk = std::make_shared<MemoryDisk>();
    TestJournal journal(disk);
    ASSERT_TRUE(journal.is_open());
    std::vector<Bytes> seen;
    int looks = 0;
    auto const walked = walk_journal(
        small_config(), test_keys(), {},
        [&](ByteView record) -> char const* {
            seen.emplace_back(record.begin(), record.end());
            return nullptr;
        },
        *disk, 4,
        [&] {
            EXPECT_EQ(seen.size(), journal.last_seq()) << "at the end before look " << looks;
            EXPECT_TRUE(journal.write(1 + static_cast<std::size_t>(looks) % 7));
            return ++looks < 100;
        });
    ASSERT_TRUE(walked.has_value()) << walked.error().text;
    EXPECT_EQ(value_of(walked).damage, "");
    EXPECT_TRUE(is_expected_content(seen));
    EXPECT_GT(value_of(walked).segments, 1U) << "the test must cross segments";
    EXPECT_EQ(looks, 100);
}

TEST(Journal, WalkOfNothingSaysSo)
{
    MemoryDisk disk;
    auto const walked = walk_journal(small_config(), test_keys(), {}, {}, disk, 1);
    ASSERT_TRUE(walked.has_error());
    EXPECT_EQ(walked.error().exit_code, 78);
    EXPECT_NE(walked.error().text.find("CONTROL"), std::string::npos);
}

class OnRealDisk : public testing::TestWithParam<SyncMethod> {};

TEST_P(OnRealDisk, AppendRecoverRoundTrip)
{
    TemporaryDirectory const directory;
    auto config = small_config();
    config.directory = directory.path("data/1");
    config.segment_bytes = 1024 * 1024;
    config.sync = GetParam();
    Sequence last = 0;
    for (int run = 0; run < 2; ++run) {
        TestJournal journal(std::make_shared<SystemDisk>(true), config);
        ASSERT_TRUE(journal.is_open()) << journal.error.text;
        EXPECT_EQ(journal.replayed.size(), last);
        EXPECT_TRUE(is_expected_content(journal.replayed));
        for (int i = 0; i < 60; ++i)
            ASSERT_TRUE(journal.write(150)) << journal.fatal_text;
        last = journal.last_seq();
    }
    auto const walked = walk(config, test_keys(), {}, {});
    ASSERT_TRUE(walked.has_value()) << walked.error().text;
    EXPECT_EQ(value_of(walked).recovered.last_seq, last);
    EXPECT_GE(value_of(walked).segments, 4U);
    EXPECT_TRUE(value_of(walked).recovered.was_clean_stop);
}

INSTANTIATE_TEST_SUITE_P(Journal, OnRealDisk,
                         testing::Values(SyncMethod::fdatasync, SyncMethod::dsync),
                         [](auto const& param) {
                             return param.param == SyncMethod::dsync ? "dsync" : "fdatasync";
                         });

TEST(JournalOnRealDisk, SecondOpenerIsRefusedByTheLock)
{
    TemporaryDirectory const directory;
    auto config = small_config();
    config.directory = directory.path("1");
    auto const first = Journal::open(config, test_keys(), {});
    ASSERT_TRUE(first.has_value()) << first.error().text;
    auto const second = Journal::open(config, test_keys(), {});
    ASSERT_TRUE(second.has_error());
    EXPECT_EQ(second.error().exit_code, 78);
    EXPECT_NE(second.error().text.find("LOCK"), std::string::npos);
}

TEST(JournalOnRealDisk, MemoryFileSystemIsRefused)
{
    SystemDisk disk(false);
    ASSERT_TRUE(disk.is_volatile("/dev/shm"));
    auto config = small_config();
    config.allow_buffered = false;
    config.directory = "/dev/shm/turnout-journal-test-refused";
    auto const opened = Journal::open(config, test_keys(), {});
    std::filesystem::remove_all(config.directory);
    ASSERT_TRUE(opened.has_error());
    EXPECT_EQ(opened.error().exit_code, 78);
    EXPECT_NE(opened.error().text.find("tmpfs"), std::string::npos);
}

}  // namespace
}  // namespace turnout::journal::test
