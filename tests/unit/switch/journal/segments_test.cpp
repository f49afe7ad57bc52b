#include "switch/journal/segments.hpp"

#include "switch/journal/aligned_buffer.hpp"
#include "switch/journal/value_of.hpp"
#include "tests/unit/switch/journal/journal_fixture.hpp"

#include <cerrno>

#include <gtest/gtest.h>

namespace turnout::journal::test {
namespace {

TEST(SegmentName, IsSixteenHexDigits)
{
    EXPECT_EQ(segment_name(1), "seg-0000000000000001.toj");
    EXPECT_EQ(segment_name(0xABCDEF), "seg-0000000000abcdef.toj");
    EXPECT_EQ(parse_segment_name("seg-0000000000abcdef.toj"), 0xABCDEFU);
    EXPECT_EQ(parse_segment_name(segment_name(~std::uint64_t{0})), ~std::uint64_t{0});
}

TEST(SegmentName, OtherNamesAreNone)
{
    for (auto const* const name :
         {"", "seg-1.toj", "seg-0000000000ABCDEF.toj", "seg-000000000000000g.toj",
          "seg-0000000000000001.toj.tmp", "seg-0000000000000001.tos", "sag-0000000000000001.toj",
          "seg--000000000000001.toj", "CONTROL"})
        EXPECT_FALSE(parse_segment_name(name)) << name;
}

TEST(CreateSegment, IsZeroAndOfTheSizeAsked)
{
    MemoryDisk disk;
    auto const bytes = 2 * 1024 * 1024 + kSmallSegment;
    auto const made = create_segment(disk, kDirectory, 3, bytes, false, [] { return true; });
    ASSERT_TRUE(made.has_value()) << made.error().text;
    EXPECT_EQ(value_of(made).pages, bytes / kPageBytes);
    auto const content = disk.read(segment_path(3));
    ASSERT_EQ(content.size(), bytes);
    EXPECT_TRUE(all_zero(content));
    auto const after = disk.after_power_cut([](std::size_t) { return false; });
    EXPECT_EQ(after->read(segment_path(3)).size(), bytes) << "durable, name and content";
}

TEST(CreateSegment, GivenUpLeavesNothing)
{
    MemoryDisk disk;
    int asked = 0;
    auto const made =
        create_segment(disk, kDirectory, 3, 4 * 1024 * 1024, false, [&] { return ++asked < 3; });
    ASSERT_TRUE(made.has_error());
    EXPECT_EQ(made.error().error, ECANCELED);
    EXPECT_FALSE(disk.exists(segment_path(3)));
    EXPECT_FALSE(disk.exists(segment_path(3) + ".tmp"));
}

TEST(CreateSegment, FullDiskIsAShortageAndOthersAreNot)
{
    for (auto const fault : {Fault::write_enospc, Fault::write_short, Fault::write_eio}) {
        MemoryDisk disk;
        disk.fail_at(fault, 0);
        auto const made =
            create_segment(disk, kDirectory, 1, kSmallSegment, false, [] { return true; });
        ASSERT_TRUE(made.has_error());
        EXPECT_EQ(made.error().is_out_of_room(), fault != Fault::write_eio);
        EXPECT_FALSE(disk.exists(segment_path(1) + ".tmp"));
    }
}

TEST(CreateSegment, RemainsOfACrashAreReplaced)
{
    MemoryDisk disk;
    disk.write(segment_path(1) + ".tmp", Bytes(100, std::byte{7}));
    auto const made =
        create_segment(disk, kDirectory, 1, kSmallSegment, false, [] { return true; });
    ASSERT_TRUE(made.has_value()) << made.error().text;
    EXPECT_TRUE(all_zero(disk.read(segment_path(1))));
}

TEST(ListSegments, AGapIsRefused)
{
    MemoryDisk disk;
    disk.write(segment_path(2), Bytes(1));
    disk.write(segment_path(3), Bytes(1));
    disk.write(path_of("keys.bin"), Bytes(1));
    auto const listed = list_segments(disk, kDirectory);
    ASSERT_TRUE(listed.has_value());
    EXPECT_EQ(value_of(listed), (std::vector<std::uint64_t>{2, 3}));
    disk.write(segment_path(5), Bytes(1));
    auto const gap = list_segments(disk, kDirectory);
    ASSERT_TRUE(gap.has_error());
    EXPECT_NE(gap.error().text.find(segment_name(4)), std::string::npos);
}

TEST(AlignedBuffer, IsAlignedZeroAndWholePages)
{
    AlignedBuffer const buffer(5000);
    EXPECT_EQ(buffer.size(), 8192U);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(buffer.data()) % 4096, 0U);
    EXPECT_TRUE(all_zero({buffer.data(), buffer.size()}));
}

TEST(AllZero, SeesAnyByte)
{
    Bytes bytes(37);
    EXPECT_TRUE(all_zero(bytes));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = std::byte{1};
        EXPECT_FALSE(all_zero(bytes)) << i;
        bytes[i] = std::byte{0};
    }
}

}  // namespace
}  // namespace turnout::journal::test
