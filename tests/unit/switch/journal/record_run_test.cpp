#include "switch/journal/record_run.hpp"

#include "tests/unit/switch/journal/journal_fixture.hpp"

#include <gtest/gtest.h>

namespace turnout::journal::test {
namespace {

FrameHeader header_for(Bytes const& body)
{
    auto const run = cut_records(body, 0, 0);
    FrameHeader header{};
    header.first_seq = 1;
    header.last_seq = run.last_seq;
    header.record_count = run.records;
    header.ts_ns = run.last_ts_ns;
    return header;
}

std::string fault_of(Bytes const& body, FrameHeader const& header, Sequence& seq)
{
    auto const fault = visit_records(body, header, 0, {});
    seq = fault ? fault->seq : 0;
    return fault ? fault->what : "";
}

void reseal(Bytes& body, std::size_t at, record::Header header)
{
    header.crc32c = 0;
    store(body.data() + at, header);
    header.crc32c = record_crc32c(ByteView(body).subspan(at, header.record_bytes));
    store(body.data() + at, header);
}

TEST(CutRecords, TakesWholeRecordsOnly)
{
    auto const records = make_records(1, 3);
    auto const all = cut_records(records, 0, 0);
    EXPECT_EQ(all.bytes, 960U);
    EXPECT_EQ(all.records, 3U);
    EXPECT_EQ(all.last_seq, 3U);
    auto const most = cut_records(ByteView(records).first(959), 0, 0);
    EXPECT_EQ(most.bytes, 640U);
    EXPECT_EQ(cut_records(ByteView(records).first(31), 0, 0).bytes, 0U);
    EXPECT_EQ(cut_records({}, 0, 0).bytes, 0U);
}

TEST(CutRecords, EndsAtTheEndOfAGroup)
{
    Bytes records = make_record(1);
    auto const linked = make_record(2, 320, record::Type::post, record::linked_next);
    records.insert(records.end(), linked.begin(), linked.end());
    EXPECT_EQ(cut_records(records, 0, 0).records, 1U);
    auto const last = make_record(3);
    records.insert(records.end(), last.begin(), last.end());
    EXPECT_EQ(cut_records(records, 0, 0).records, 3U);
}

TEST(CutRecordsDeathTest, OurOwnBrokenRecordsStopTheProcess)
{
    auto const records = make_records(5, 1);
    EXPECT_DEATH((void)cut_records(records, 0, 0), "journal.record.sequence");
    EXPECT_DEATH((void)cut_records(records, 4, ~std::uint64_t{0}), "journal.record.time");
    EXPECT_DEATH((void)cut_records(Bytes(64), 0, 0), "journal.record.size");
}

TEST(RecordChecksum, TreatsItsOwnFieldAsZero)
{
    auto record = make_record(9);
    auto const sum = record_crc32c(record);
    record[25] ^= std::byte{0xFF};
    EXPECT_EQ(record_crc32c(record), sum);
    record[28] ^= std::byte{1};
    EXPECT_NE(record_crc32c(record), sum);
}

TEST(VisitRecords, GoodOnesAreVisitedInOrder)
{
    auto const body = make_records(1, 4);
    Sequence next = 1;
    auto const fault = visit_records(body, header_for(body), 0, [&](ByteView record) {
        EXPECT_EQ(load<record::Header>(record.data()).seq, next++);
        return static_cast<char const*>(nullptr);
    });
    EXPECT_FALSE(fault);
    EXPECT_EQ(next, 5U);
}

TEST(VisitRecords, EachFaultNamesTheRecord)
{
    auto const good = make_records(1, 3);
    auto const frame = header_for(good);
    Sequence seq = 0;

    auto body = good;
    body[320 + 100] ^= std::byte{1};
    EXPECT_EQ(fault_of(body, frame, seq), "has a wrong checksum");
    EXPECT_EQ(seq, 2U);

    for (auto const bytes : {0U, 24U, 31U, 33U, 36U, 5000U, 0xFFFF'FFF8U}) {
        body = good;
        store(body.data() + 640, std::uint32_t{bytes});
        EXPECT_EQ(fault_of(body, frame, seq), "has an impossible length") << bytes;
        EXPECT_EQ(seq, 3U);
    }

    body = good;
    auto header = load<record::Header>(body.data() + 320);
    header.seq = 7;
    reseal(body, 320, header);
    EXPECT_EQ(fault_of(body, frame, seq), "is not the next in sequence");

    body = good;
    header = load<record::Header>(body.data() + 320);
    header.ts_ns = load<record::Header>(body.data()).ts_ns;
    reseal(body, 320, header);
    EXPECT_EQ(fault_of(body, frame, seq), "is older than the record before it");

    body = good;
    header = load<record::Header>(body.data() + 640);
    header.flags = record::linked_next;
    reseal(body, 640, header);
    EXPECT_EQ(fault_of(body, frame, seq), "is linked to a record outside its frame");

    body = good;
    body.resize(640);
    EXPECT_EQ(fault_of(body, frame, seq), "is missing: its frame announces another number");
    EXPECT_EQ(seq, 3U);

    body = good;
    body.resize(640 + 16);
    EXPECT_EQ(fault_of(body, frame, seq), "is cut short");

    auto other = frame;
    other.ts_ns += 1;
    EXPECT_EQ(fault_of(good, other, seq), "has not the time that its frame announces");
}

TEST(VisitRecords, RefusalOfTheVisitorIsToldApart)
{
    auto const body = make_records(1, 2);
    auto const fault = visit_records(body, header_for(body), 0,
                                     [](ByteView) -> char const* { return "legs do not balance"; });
    ASSERT_TRUE(fault);
    EXPECT_TRUE(fault->is_replay);
    EXPECT_EQ(fault->seq, 1U);
    EXPECT_STREQ(fault->what, "legs do not balance");
}

}  // namespace
}  // namespace turnout::journal::test
