#include "protocol/wire/dataset.hpp"

#include "protocol/wire/tlv.hpp"
#include "tests/support/bytes.hpp"

#include <gtest/gtest.h>

namespace turnout::wire {
namespace {

using test::Bytes;
using test::from_hex;
using test::to_hex;

TEST(Dataset, ReadsEachWithItsContent)
{
    // DE 43 of a 2003 message: dataset 71 with two elements, then one that nobody knows.
    auto const bytes = from_hex(
        "710011"
        "840B546573742053686F70203185025553"
        "050003AABBCC");
    DatasetReader reader(bytes);
    Dataset dataset;
    ASSERT_TRUE(reader.next(dataset));
    EXPECT_EQ(dataset.id, 0x71);
    EXPECT_FALSE(dataset.tlv_by_id());
    EXPECT_TRUE(check_tlv(dataset.content).ok());
    Tlv tlv;
    ASSERT_TRUE(find_tlv(dataset.content, 0x84, tlv));
    EXPECT_EQ(as_text(tlv.value), "Test Shop 1");
    ASSERT_TRUE(reader.next(dataset));
    EXPECT_EQ(dataset.id, 0x05);
    EXPECT_TRUE(dataset.tlv_by_id());
    EXPECT_EQ(dataset.offset_bytes, 20U);
    EXPECT_EQ(to_hex(dataset.wire), "050003AABBCC");
    EXPECT_FALSE(reader.next(dataset));
    EXPECT_TRUE(reader.error().ok());
}

TEST(Dataset, EveryCutIsRefusedAtItsHead)
{
    auto const whole = from_hex("050002AABB710003010203");
    for (std::size_t bytes = 0; bytes <= whole.size(); ++bytes) {
        Bytes const exact(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(bytes));
        DatasetReader reader(exact);
        Dataset dataset;
        while (reader.next(dataset)) {
        }
        auto const whole_ones = bytes == 0 || bytes == 5 || bytes == whole.size();
        EXPECT_EQ(reader.error().code, whole_ones ? DatasetErrc::ok : DatasetErrc::truncated);
        EXPECT_EQ(reader.error().offset_bytes, whole_ones || bytes < 5 ? 0U : 5U);
    }
}

TEST(Dataset, EmptyOnesAreRefused)
{
    auto const bytes = from_hex("050000");
    DatasetReader reader(bytes);
    Dataset dataset;
    EXPECT_FALSE(reader.next(dataset));
    EXPECT_EQ(reader.error().code, DatasetErrc::empty);
}

TEST(Dataset, IsWrittenAsItIsRead)
{
    auto const content = from_hex("9A01AA");
    Bytes out(6);
    std::size_t written = 0;
    ASSERT_EQ(write_dataset(out, 0x21, content, written), DatasetErrc::ok);
    EXPECT_EQ(written, 6U);
    EXPECT_EQ(to_hex(out), "2100039A01AA");
    EXPECT_EQ(write_dataset({out.data(), 5}, 0x21, content, written), DatasetErrc::no_room);
    EXPECT_EQ(write_dataset(out, 0x21, {}, written), DatasetErrc::empty);
    EXPECT_EQ(write_dataset(out, 0x21, Bytes(65'536), written), DatasetErrc::too_long);
    EXPECT_EQ(written, 6U);
}

TEST(DatasetBitmap, ReadsOneWord)
{
    DatasetBitmap bitmap;
    // Bits 2, 4 and 15 are elements 1, 3 and 14; bit 16 announces BER-TLV behind them.
    ASSERT_EQ(read_dataset_bitmap(from_hex("5003AA"), bitmap), DatasetErrc::ok);
    EXPECT_EQ(bitmap.size_bytes, 2U);
    EXPECT_TRUE(bitmap.tlv_follows);
    EXPECT_TRUE(bitmap.has(1) && bitmap.has(3) && bitmap.has(14));
    EXPECT_EQ(bitmap.present, 0x2005U);
    EXPECT_FALSE(bitmap.has(0));
    EXPECT_FALSE(bitmap.has(65));
}

TEST(DatasetBitmap, ContinuesInWordsOfEightBits)
{
    DatasetBitmap bitmap;
    // First bit: continue. Bit 16 is now element 15; the next word's bits 2..7 are 16..21.
    ASSERT_EQ(read_dataset_bitmap(from_hex("800142"), bitmap), DatasetErrc::ok);
    EXPECT_EQ(bitmap.size_bytes, 3U);
    EXPECT_FALSE(bitmap.tlv_follows);
    EXPECT_TRUE(bitmap.has(15) && bitmap.has(16) && bitmap.has(21));
    EXPECT_EQ(std::popcount(bitmap.present), 3);
    EXPECT_EQ(read_dataset_bitmap(from_hex("8001"), bitmap), DatasetErrc::truncated);
    EXPECT_EQ(read_dataset_bitmap(from_hex("80"), bitmap), DatasetErrc::truncated);
    EXPECT_EQ(read_dataset_bitmap({}, bitmap), DatasetErrc::truncated);
    EXPECT_EQ(bitmap.size_bytes, 3U);
}

TEST(DatasetBitmap, IsBounded)
{
    DatasetBitmap bitmap;
    EXPECT_EQ(read_dataset_bitmap(Bytes(64, std::byte{0x80}), bitmap), DatasetErrc::too_many);
    // Element 65 is set in the last word that is read.
    EXPECT_EQ(read_dataset_bitmap(from_hex("80008080808080808040"), bitmap), DatasetErrc::too_many);
}

TEST(DatasetBitmap, EverySetIsReadAsItWasWritten)
{
    test::Random random{7};
    for (int round = 0; round < 2000; ++round) {
        auto const width = random.below(65);
        auto const mask = width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1;
        auto const present = random.next() & mask;
        auto const tlv_follows = random.below(2) == 0;
        Bytes out(16);
        auto const bytes = write_dataset_bitmap(out, present, tlv_follows);
        ASSERT_GE(bytes, 2U);
        DatasetBitmap bitmap;
        ASSERT_EQ(read_dataset_bitmap(ByteView{out}.first(bytes), bitmap), DatasetErrc::ok);
        EXPECT_EQ(bitmap.present, present);
        EXPECT_EQ(bitmap.tlv_follows, tlv_follows);
        EXPECT_EQ(bitmap.size_bytes, bytes);
        EXPECT_EQ(write_dataset_bitmap({out.data(), bytes - 1}, present, tlv_follows), 0U);
    }
}

}  // namespace
}  // namespace turnout::wire
