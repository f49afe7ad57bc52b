// The last frame, when the power went while it was being written: recovered without it, and the
// next frame goes to the same place. The witness of these journals is older than the last frame.
#include "switch/journal/tail.hpp"

#include "switch/journal/slot_file.hpp"
#include "tests/unit/switch/journal/journal_fixture.hpp"

#include <gtest/gtest.h>

namespace turnout::journal::test {
namespace {

constexpr std::size_t kSectorsPerPage = kPageBytes / kSectorBytes;

// Two frames; the second has `records` records and starts at page 2. The witness knows the first.
class Tail : public testing::Test {
protected:
    void write(std::size_t records)
    {
        {
            TestJournal journal(disk_);
            ASSERT_TRUE(journal.write(1));
            journal->stop();
        }
        auto const witness = disk_->read(path_of("tail.witness"));
        {
            TestJournal journal(disk_);
            ASSERT_TRUE(journal.write(records));
            journal->stop();
        }
        disk_->write(path_of("tail.witness"), witness);
        image_ = disk_->read(segment_path(1));
        last_ = 1 + records;
        content_bytes_ = kFrameHeaderBytes + records * 320;
    }

    void drop_sector(Bytes& image, std::size_t sector)
    {
        auto const from = image.begin() + static_cast<std::ptrdiff_t>(2 * kPageBytes) +
                          static_cast<std::ptrdiff_t>(sector * kSectorBytes);
        std::fill_n(from, kSectorBytes, std::byte{0});
    }

    void expect_torn_then_usable()
    {
        {
            TestJournal journal(disk_);
            ASSERT_TRUE(journal.is_open()) << journal.error.text;
            ASSERT_EQ(journal->recovered().tail, TailState::torn);
            ASSERT_EQ(journal->recovered().last_seq, 1U);
            EXPECT_FALSE(journal->recovered().was_clean_stop);
            ASSERT_TRUE(journal.write(1));
        }
        auto const header = load<FrameHeader>(disk_->read(segment_path(1)).data() + 2 * kPageBytes);
        EXPECT_EQ(header.page_index, 2U) << "the next frame goes in the same place";
        TestJournal again(disk_);
        ASSERT_TRUE(again.is_open()) << again.error.text;
        EXPECT_EQ(again->recovered().tail, TailState::clean);
        EXPECT_EQ(again.replayed.size(), 2U);
        EXPECT_TRUE(is_expected_content(again.replayed));
    }

    std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
    Bytes image_;
    Sequence last_ = 0;
    std::size_t content_bytes_ = 0;
};

TEST_F(Tail, UnwitnessedWholeFrameIsKept)
{
    write(1);
    TestJournal journal(disk_);
    ASSERT_TRUE(journal.is_open()) << journal.error.text;
    EXPECT_EQ(journal->recovered().last_seq, 2U);
    EXPECT_EQ(journal->recovered().tail, TailState::clean);
    EXPECT_FALSE(journal->recovered().was_clean_stop) << "the witness is behind";
}

TEST_F(Tail, EverySubsetOfMissingSectorsIsTorn)
{
    write(6);  // 2048 bytes: four sectors
    ASSERT_EQ(content_bytes_, 4 * kSectorBytes);
    auto const control = disk_->read(path_of("CONTROL"));
    auto const witness = disk_->read(path_of("tail.witness"));
    for (unsigned missing = 1; missing < 15; ++missing) {  // 15: all missing, is the clean case
        auto image = image_;
        for (std::size_t sector = 0; sector < 4; ++sector)
            if ((missing >> sector & 1U) != 0) drop_sector(image, sector);
        disk_->write(segment_path(1), image);
        disk_->write(path_of("CONTROL"), control);
        disk_->write(path_of("tail.witness"), witness);
        SCOPED_TRACE(missing);
        expect_torn_then_usable();
        if (HasFailure()) return;
    }
}

TEST_F(Tail, NothingArrivedIsACleanEnd)
{
    write(6);
    auto image = image_;
    for (std::size_t sector = 0; sector < 4; ++sector)
        drop_sector(image, sector);
    disk_->write(segment_path(1), image);
    TestJournal journal(disk_);
    ASSERT_TRUE(journal.is_open()) << journal.error.text;
    EXPECT_EQ(journal->recovered().tail, TailState::clean);
    EXPECT_EQ(journal->recovered().last_seq, 1U);
}

TEST_F(Tail, EachMissingSectorOfALargeFrameIsTorn)
{
    write(200);  // 16 pages
    auto const control = disk_->read(path_of("CONTROL"));
    auto const witness = disk_->read(path_of("tail.witness"));
    auto const sectors = (content_bytes_ + kSectorBytes - 1) / kSectorBytes;
    ASSERT_GT(sectors, 15 * kSectorsPerPage);
    for (std::size_t sector = 0; sector < sectors; sector += 5) {
        auto image = image_;
        drop_sector(image, sector);
        disk_->write(segment_path(1), image);
        disk_->write(path_of("CONTROL"), control);
        disk_->write(path_of("tail.witness"), witness);
        SCOPED_TRACE(sector);
        expect_torn_then_usable();
        if (HasFailure()) return;
    }
}

TEST_F(Tail, FillerSectorsDoNotCountAsMissing)
{
    write(1);  // one sector of content, seven of filler that always are zero
    auto image = image_;
    image[2 * kPageBytes + 300] ^= std::byte{1};
    disk_->write(segment_path(1), image);
    TestJournal journal(disk_);
    ASSERT_FALSE(journal.is_open());
    EXPECT_EQ(journal.error.exit_code, 78);
    EXPECT_NE(journal.error.text.find("body checksum"), std::string::npos) << journal.error.text;
}

TEST_F(Tail, CompleteFrameWithWrongChecksumIsDamage)
{
    write(6);
    for (auto const at : {std::size_t{3}, std::size_t{80}, std::size_t{600}, std::size_t{2000}}) {
        auto image = image_;
        image[2 * kPageBytes + at] ^= std::byte{1};
        disk_->write(segment_path(1), image);
        TestJournal journal(disk_);
        EXPECT_FALSE(journal.is_open()) << at;
        EXPECT_EQ(journal.error.exit_code, 78);
    }
}

TEST_F(Tail, MissingSectorOfAWitnessedFrameIsDamage)
{
    write(6);
    {
        // Opening finds everything good; stopping makes the witness follow.
        TestJournal journal(disk_);
        ASSERT_TRUE(journal.write(1));
    }
    auto image = disk_->read(segment_path(1));
    drop_sector(image, kSectorsPerPage);  // the whole third frame: one sector
    disk_->write(segment_path(1), image);
    TestJournal journal(disk_);
    ASSERT_FALSE(journal.is_open());
    EXPECT_NE(journal.error.text.find("witness has seen sequence 8"), std::string::npos)
        << journal.error.text;
}

TEST_F(Tail, MoreThanOneFrameCanLeaveIsDamage)
{
    write(6);
    auto image = image_;
    drop_sector(image, 0);
    for (std::size_t page = 3; page < 22; ++page)
        image[page * kPageBytes + 9] = std::byte{1};
    disk_->write(segment_path(1), image);
    TestJournal journal(disk_);
    ASSERT_FALSE(journal.is_open());
    EXPECT_NE(journal.error.text.find("more is written"), std::string::npos) << journal.error.text;
}

TEST_F(Tail, TornSegmentHeaderIsTorn)
{
    write(1);
    TestJournal filler(disk_);
    ASSERT_TRUE(filler.is_open());
    while (!disk_->exists(segment_path(2)))
        ASSERT_TRUE(filler.write(1));
    // Goes on until segment 2 is in use and then loses all but one sector of its header.
    auto used = [&] { return disk_->read(segment_path(2))[0] != std::byte{0}; };
    while (!used())
        ASSERT_TRUE(filler.write(1));
    auto const last = filler.last_seq();
    filler->stop();
    auto image = disk_->read(segment_path(2));
    std::fill(image.begin() + kSectorBytes, image.end(), std::byte{0});
    disk_->write(segment_path(2), image);
    auto witness = load<Witness>(disk_->read(path_of("tail.witness")).data());
    witness = {};
    witness.group = 1;
    seal(witness, *test_keys().make_page_mac());
    Bytes slots(2 * kPageBytes);
    store(slots.data(), witness);
    store(slots.data() + kPageBytes, witness);
    disk_->write(path_of("tail.witness"), slots);

    TestJournal journal(disk_);
    ASSERT_TRUE(journal.is_open()) << journal.error.text;
    EXPECT_EQ(journal->recovered().tail, TailState::torn);
    EXPECT_EQ(journal->recovered().last_seq, last - 1);
    ASSERT_TRUE(journal.write(1));
    journal->stop();
    TestJournal again(disk_);
    ASSERT_TRUE(again.is_open()) << again.error.text;
    EXPECT_EQ(again.replayed.size(), last);
}

}  // namespace
}  // namespace turnout::journal::test
