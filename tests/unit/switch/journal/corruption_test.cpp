// Whatever happens to the files, the journal comes back with the very same content or is refused.
#include "protocol/core/crc32c.hpp"
#include "switch/journal/slot_file.hpp"
#include "switch/journal/value_of.hpp"
#include "tests/unit/switch/journal/journal_fixture.hpp"

#include <random>

#include <gtest/gtest.h>

namespace turnout::journal::test {
namespace {

constexpr std::size_t kRecordBytes = 320;
constexpr std::size_t kContentBytes = kFrameHeaderBytes + kRecordBytes;

// Three frames of one record each: pages 1 to 3 of segment 1; the witness has seen the third.
class Corruption : public testing::Test {
protected:
    Corruption()
    {
        TestJournal journal(disk_);
        for (int i = 0; i < 3; ++i)
            EXPECT_TRUE(journal.write(1, kRecordBytes));
        journal->stop();
        segment_ = disk_->read(segment_path(1));
    }

    void flip(std::string const& path, Bytes image, std::size_t at)
    {
        image[at] ^= std::byte{0x40};
        disk_->write(path, image);
    }

    // Empty: the content is that of before; else what was refused.
    [[nodiscard]] std::string walk_problem()
    {
        std::vector<Bytes> records;
        auto const walked = walk_journal(
            small_config(), test_keys(), {},
            [&](ByteView record) -> char const* {
                records.emplace_back(record.begin(), record.end());
                return nullptr;
            },
            *disk_, 1);
        if (walked.has_error()) return walked.error().text;
        if (!value_of(walked).damage.empty()) return value_of(walked).damage;
        EXPECT_EQ(records.size(), 3U);
        EXPECT_TRUE(is_expected_content(records));
        return {};
    }

    [[nodiscard]] std::string open_problem()
    {
        TestJournal journal(disk_);
        if (!journal.is_open()) {
            EXPECT_EQ(journal.error.exit_code, 78) << journal.error.text;
            return journal.error.text;
        }
        EXPECT_EQ(journal.replayed.size(), 3U);
        EXPECT_TRUE(is_expected_content(journal.replayed));
        return {};
    }

    // Bytes whose change is refused: the segment header, the frames, and the first sector where the
    // next frame goes: something lies there that no interrupted write of ours leaves behind.
    static bool is_covered(std::size_t at)
    {
        auto const page = at / kPageBytes;
        auto const covered = page == 4 ? kSectorBytes : kContentBytes;
        return page == 0 || (page <= 4 && at % kPageBytes < covered);
    }

    std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
    Bytes segment_;
};

TEST_F(Corruption, EveryFlippedByteOfThreeFramesIsRefusedOrHarmless)
{
    for (std::size_t at = 0; at < 6 * kPageBytes; at += kExhaustiveStep) {
        flip(segment_path(1), segment_, at);
        auto const problem = walk_problem();
        ASSERT_EQ(!problem.empty(), is_covered(at)) << "byte " << at << ": " << problem;
    }
}

TEST_F(Corruption, OpeningDecidesAsWalkingDoes)
{
    for (std::size_t at = 0; at < 5 * kPageBytes; at += 37 * kExhaustiveStep) {
        flip(segment_path(1), segment_, at);
        auto const problem = open_problem();
        ASSERT_EQ(!problem.empty(), is_covered(at)) << "byte " << at << ": " << problem;
    }
}

TEST_F(Corruption, RefusalNamesFilePageSequenceAndRemedy)
{
    flip(segment_path(1), segment_, 2 * kPageBytes + 200);
    auto const problem = open_problem();
    EXPECT_NE(problem.find("seg-0000000000000001.toj page 2, after sequence 1"), std::string::npos)
        << problem;
    EXPECT_NE(problem.find("body checksum"), std::string::npos);
    EXPECT_NE(problem.find("restore"), std::string::npos);
    EXPECT_EQ(disk_->read(segment_path(1))[2 * kPageBytes + 200],
              segment_[2 * kPageBytes + 200] ^ std::byte{0x40})
        << "a refusal changes no segment";
}

TEST_F(Corruption, ChangedBodyWithRepairedChecksumIsTamper)
{
    auto image = segment_;
    auto* const frame = image.data() + 3 * kPageBytes;
    frame[kFrameHeaderBytes + 40] ^= std::byte{1};
    auto header = load<FrameHeader>(frame);
    header.body_crc32c = crc32c({frame + kFrameHeaderBytes, header.body_bytes});
    store(frame, header);
    header.header_crc32c = crc32c({frame, offsetof(FrameHeader, header_crc32c)});
    store(frame, header);
    disk_->write(segment_path(1), image);
    EXPECT_NE(open_problem().find("authentication tag"), std::string::npos);
}

TEST_F(Corruption, SwappedFramesAreRefused)
{
    auto image = segment_;
    std::swap_ranges(image.begin() + kPageBytes, image.begin() + 2 * kPageBytes,
                     image.begin() + 2 * kPageBytes);
    disk_->write(segment_path(1), image);
    EXPECT_NE(open_problem(), "");
}

TEST_F(Corruption, SwappedFramesWithRepairedPlacementAreRefusedByTheChain)
{
    auto image = segment_;
    std::swap_ranges(image.begin() + kPageBytes, image.begin() + 2 * kPageBytes,
                     image.begin() + 2 * kPageBytes);
    for (std::uint32_t page = 1; page <= 2; ++page) {
        auto* const frame = image.data() + page * kPageBytes;
        auto header = load<FrameHeader>(frame);
        header.page_index = page;
        header.first_seq = header.last_seq = page;
        store(frame, header);
        header.header_crc32c = crc32c({frame, offsetof(FrameHeader, header_crc32c)});
        store(frame, header);
    }
    disk_->write(segment_path(1), image);
    EXPECT_NE(open_problem().find("chain"), std::string::npos);
}

TEST_F(Corruption, TailCutAfterTheWitnessedFrameIsRefused)
{
    auto image = segment_;
    std::fill(image.begin() + 3 * kPageBytes, image.begin() + 4 * kPageBytes, std::byte{0});
    disk_->write(segment_path(1), image);
    auto const problem = open_problem();
    EXPECT_NE(problem.find("witness has seen sequence 3"), std::string::npos) << problem;
}

TEST_F(Corruption, LostFrameBeforeAGoodOneIsRefused)
{
    auto image = segment_;
    std::fill(image.begin() + 2 * kPageBytes, image.begin() + 3 * kPageBytes, std::byte{0});
    disk_->write(segment_path(1), image);
    EXPECT_NE(open_problem().find("page 3 is intact"), std::string::npos);
}

TEST_F(Corruption, WholeOldDirectoryStateUnderANewWitnessIsRefused)
{
    auto const old_segment = segment_;
    {
        TestJournal journal(disk_);
        ASSERT_TRUE(journal.write(1, kRecordBytes));
    }
    disk_->write(segment_path(1), old_segment);
    EXPECT_NE(open_problem().find("witness has seen sequence 4"), std::string::npos);
}

TEST_F(Corruption, OtherHistoryOfTheSameLengthIsRefusedByTheWitness)
{
    auto const witness = disk_->read(path_of("tail.witness"));
    auto const other = std::make_shared<MemoryDisk>();
    {
        TestJournal journal(other);  // the same keys, another first epoch's nonces and tags
    }
    {
        TestJournal journal(other);
        for (int i = 0; i < 3; ++i)
            ASSERT_TRUE(journal.write(1, kRecordBytes));
    }
    other->write(path_of("tail.witness"), witness);
    TestJournal journal(other);
    ASSERT_FALSE(journal.is_open());
    EXPECT_NE(journal.error.text.find("witness"), std::string::npos) << journal.error.text;
}

TEST_F(Corruption, OneSlotOfControlOrWitnessMayBeLost)
{
    for (auto const* const name : {"CONTROL", "tail.witness"}) {
        auto const image = disk_->read(path_of(name));
        ASSERT_EQ(image.size(), 2 * kPageBytes);
        for (std::size_t slot = 0; slot < 2; ++slot) {
            flip(path_of(name), image, slot * kPageBytes + 20);
            EXPECT_EQ(walk_problem(), "") << name << " slot " << slot;
        }
        disk_->write(path_of(name), image);
    }
}

// Who can write the directory makes a shorter journal look whole: with right checksums, no keys.
TEST_F(Corruption, ForgedSlotsAreRefusedEvenBesideAGenuineOne)
{
    auto const refuses = [&](std::string const& name, auto page, std::size_t slot) {
        auto image = disk_->read(path_of(name));
        auto const genuine = image;
        page.crc32c = crc32c(std::as_bytes(std::span(&page, 1)).first(kPageCrcAt));
        store(image.data() + slot * kPageBytes, page);
        disk_->write(path_of(name), image);
        EXPECT_NE(walk_problem().find("not authentic"), std::string::npos) << name;
        EXPECT_NE(open_problem().find("not authentic"), std::string::npos) << name;
        disk_->write(path_of(name), genuine);
    };
    for (auto const slot : {0U, 1U}) {
        auto witness = load<Witness>(disk_->read(path_of("tail.witness")).data());
        witness.last_seq = 1;
        refuses("tail.witness", witness, slot);
        auto control = load<Control>(disk_->read(path_of("CONTROL")).data());
        control.first_segment = 2;
        refuses("CONTROL", control, slot);
    }
    EXPECT_EQ(open_problem(), "");
}

TEST_F(Corruption, BothSlotsOfControlLostIsRefused)
{
    auto image = disk_->read(path_of("CONTROL"));
    image[20] ^= std::byte{1};
    image[kPageBytes + 20] ^= std::byte{1};
    disk_->write(path_of("CONTROL"), image);
    EXPECT_NE(open_problem().find("CONTROL"), std::string::npos);
    EXPECT_EQ(disk_->remove(path_of("CONTROL")), 0);
    EXPECT_NE(open_problem().find("CONTROL"), std::string::npos);
}

TEST_F(Corruption, BothSlotsOfTheWitnessLostIsRefused)
{
    auto image = disk_->read(path_of("tail.witness"));
    image[20] ^= std::byte{1};
    image[kPageBytes + 20] ^= std::byte{1};
    disk_->write(path_of("tail.witness"), image);
    EXPECT_NE(open_problem().find("tail.witness"), std::string::npos);
    EXPECT_EQ(disk_->remove(path_of("tail.witness")), 0);
    EXPECT_NE(open_problem().find("tail.witness"), std::string::npos);
}

TEST_F(Corruption, LostSegmentsAreRefused)
{
    {
        TestJournal journal(disk_);
        for (int i = 0; i < 60; ++i)
            ASSERT_TRUE(journal.write(1, kRecordBytes));
    }
    ASSERT_TRUE(disk_->exists(segment_path(4)));
    auto const second = disk_->read(segment_path(2));
    ASSERT_EQ(disk_->remove(segment_path(2)), 0);
    EXPECT_NE(open_problem().find("seg-0000000000000002.toj: missing"), std::string::npos);
    disk_->write(segment_path(2), second);
    auto const first = disk_->read(segment_path(1));
    ASSERT_EQ(disk_->remove(segment_path(1)), 0);
    EXPECT_NE(open_problem().find("seg-0000000000000001.toj: missing"), std::string::npos);
    disk_->write(segment_path(1), first);
    // Segments that only were kept ready may go; used ones behind the witness may not.
    for (auto number = 9U; number >= 3; --number)
        if (disk_->exists(segment_path(number))) {
            ASSERT_EQ(disk_->remove(segment_path(number)), 0);
        }
    EXPECT_NE(open_problem().find("witness has seen"), std::string::npos);
}

TEST_F(Corruption, JournalDeletedUnderItsWitnessIsRefused)
{
    for (auto number = 1U; number <= 9; ++number)
        if (disk_->exists(segment_path(number))) {
            ASSERT_EQ(disk_->remove(segment_path(number)), 0);
        }
    ASSERT_EQ(disk_->remove(path_of("CONTROL")), 0);
    EXPECT_NE(open_problem().find("the journal is gone"), std::string::npos);
}

TEST_F(Corruption, OldSegmentReplayedIsRefused)
{
    {
        TestJournal journal(disk_);
        for (int i = 0; i < 40; ++i)
            ASSERT_TRUE(journal.write(1, kRecordBytes));
    }
    auto const second = disk_->read(segment_path(2));
    disk_->write(segment_path(3), second);
    EXPECT_NE(open_problem().find("segment header"), std::string::npos);
}

TEST_F(Corruption, SegmentOfAWrongSizeIsRefused)
{
    auto image = segment_;
    image.resize(image.size() - 512);
    disk_->write(segment_path(1), image);
    EXPECT_NE(open_problem().find("size"), std::string::npos);
}

TEST_F(Corruption, ControlOlderThanTheJournalNeverRepeatsANonce)
{
    auto const old_control = disk_->read(path_of("CONTROL"));
    for (int run = 0; run < 3; ++run) {
        TestJournal journal(disk_);
        ASSERT_TRUE(journal.write(1));
    }
    disk_->write(path_of("CONTROL"), old_control);
    TestJournal journal(disk_);
    ASSERT_TRUE(journal.is_open()) << journal.error.text;
    EXPECT_EQ(journal->recovered().epoch, 5U);
}

TEST_F(Corruption, RandomDamageNeverChangesContent)
{
    std::mt19937_64 random(20'240'229);
    for (int round = 0; round < 400; ++round) {
        auto image = segment_;
        auto const spots = 1 + random() % 4;
        for (std::uint64_t i = 0; i < spots; ++i) {
            auto const at = random() % (5 * kPageBytes);
            auto const bytes = std::min<std::uint64_t>(1 + random() % 700, image.size() - at);
            auto const fill = random() % 3;
            for (std::uint64_t k = 0; k < bytes; ++k)
                image[at + k] = fill == 0 ? std::byte{0} : static_cast<std::byte>(random() & 0xFF);
        }
        disk_->write(segment_path(1), image);
        // Content is compared inside; damage outside the frames is allowed to be harmless.
        [[maybe_unused]] auto const problem = walk_problem();
        ASSERT_FALSE(testing::Test::HasFailure()) << "round " << round;
    }
}

}  // namespace
}  // namespace turnout::journal::test
