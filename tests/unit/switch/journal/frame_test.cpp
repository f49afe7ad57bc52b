// Frames byte by byte: the layout that docs/formats/journal.md shows, and every check of the
// reader.
#include "protocol/core/crc32c.hpp"
#include "switch/journal/frame_reader.hpp"
#include "switch/journal/frame_writer.hpp"
#include "tests/unit/switch/journal/journal_fixture.hpp"

#include <gtest/gtest.h>

namespace turnout::journal::test {
namespace {

constexpr std::uint32_t kSegmentPages = 64;
constexpr std::uint64_t kGroup = 0x0102;

class FrameRoundTrip : public testing::Test {
protected:
    FrameRoundTrip()
    {
        auto const records = make_records(1, 2);
        auto const run = cut_records(records, 0, 0);
        FrameWriter writer(test_keys(), {kGroup, 7, 3}, Tag{});
        auto const pages = writer.encode(records, run, 1, 1, 0);
        frame_.assign(pages.begin(), pages.end());
        at_.page_index = 1;
    }

    FrameFault check(Bytes const& frame)
    {
        FrameReader reader(kGroup, test_keys());
        FrameHeader header;
        auto const fault = reader.check_header(frame, at_, kSegmentPages, header);
        if (fault != FrameFault::none) return fault;
        auto copy = frame;
        return reader.open_body(header, copy);
    }

    // Changes the header and makes its checksum right again.
    template <class Change>
    FrameFault check_changed(Change const& change)
    {
        auto frame = frame_;
        auto header = load<FrameHeader>(frame.data());
        change(header);
        store(frame.data(), header);
        header.header_crc32c = crc32c(ByteView(frame).first(offsetof(FrameHeader, header_crc32c)));
        store(frame.data(), header);
        return check(frame);
    }

    Bytes frame_;
    ChainEnd at_;
};

TEST_F(FrameRoundTrip, HeaderLiesAsDocumented)
{
    ASSERT_EQ(frame_.size(), kPageBytes);
    EXPECT_EQ(as_text(ByteView(frame_).first(4)), "TOJ1");
    EXPECT_EQ(load<std::uint16_t>(&frame_[4]), 1U);
    EXPECT_EQ(load<std::uint32_t>(&frame_[8]), 640U);
    EXPECT_EQ(load<std::uint32_t>(&frame_[12]), 2U);
    EXPECT_EQ(load<std::uint64_t>(&frame_[16]), 1U);
    EXPECT_EQ(load<std::uint64_t>(&frame_[24]), 2U);
    EXPECT_EQ(load<std::uint64_t>(&frame_[32]), 3U);
    EXPECT_EQ(load<std::uint64_t>(&frame_[40]), 1'000'020U);
    EXPECT_EQ(load<std::uint64_t>(&frame_[56]), kGroup);
    // node u16 | boot epoch u32 | frame counter u48
    EXPECT_EQ(load<std::uint16_t>(&frame_[96]), 7U);
    EXPECT_EQ(load<std::uint32_t>(&frame_[98]), 3U);
    EXPECT_EQ(load<std::uint32_t>(&frame_[102]), 0U);
    EXPECT_EQ(load<std::uint32_t>(&frame_[112]), 1U);
    EXPECT_EQ(load<std::uint32_t>(&frame_[116]), 1U);
    EXPECT_EQ(load<std::uint32_t>(&frame_[120]), 1U);
    EXPECT_EQ(load<std::uint32_t>(&frame_[124]), crc32c(ByteView(frame_).first(124)));
    for (std::size_t i = kFrameHeaderBytes + 640; i < frame_.size(); ++i)
        ASSERT_EQ(frame_[i], std::byte{0}) << i;
}

TEST_F(FrameRoundTrip, BodyComesBack)
{
    FrameReader reader(kGroup, test_keys());
    FrameHeader header;
    ASSERT_EQ(reader.check_header(frame_, at_, kSegmentPages, header), FrameFault::none);
    ASSERT_EQ(reader.open_body(header, frame_), FrameFault::none);
    auto const expected = make_records(1, 2);
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), frame_.begin() + kFrameHeaderBytes));
}

TEST_F(FrameRoundTrip, CounterAndChainGoOn)
{
    FrameWriter writer(test_keys(), {kGroup, 7, 3}, Tag{});
    auto const one = make_record(1);
    auto const two = make_record(2);
    auto const first =
        load<FrameHeader>(writer.encode(one, cut_records(one, 0, 0), 1, 1, 0).data());
    auto const second =
        load<FrameHeader>(writer.encode(two, cut_records(two, 1, first.ts_ns), 1, 2, 8).data());
    EXPECT_EQ(second.prev_tag, first.tag);
    EXPECT_EQ(writer.last_tag(), second.tag);
    EXPECT_EQ(second.flags, 8U);
    EXPECT_EQ(second.nonce[6], std::byte{1});
    EXPECT_NE(first.nonce, second.nonce);
}

TEST_F(FrameRoundTrip, EachHeaderCheckNamesItsFault)
{
    EXPECT_EQ(check(Bytes(kPageBytes)), FrameFault::zero);
    auto frame = frame_;
    frame[0] ^= std::byte{1};
    EXPECT_EQ(check(frame), FrameFault::magic);
    frame = frame_;
    frame[60] ^= std::byte{1};
    EXPECT_EQ(check(frame), FrameFault::header_crc);
    frame = frame_;
    frame[kFrameHeaderBytes] ^= std::byte{1};
    EXPECT_EQ(check(frame), FrameFault::body_crc);
    EXPECT_EQ(check_changed([](auto&) {}), FrameFault::none);
    EXPECT_EQ(check_changed([](auto& h) { h.version = 2; }), FrameFault::version);
    EXPECT_EQ(check_changed([](auto& h) { h.group = 9; }), FrameFault::group);
    EXPECT_EQ(check_changed([](auto& h) { h.segment_no = 2; }), FrameFault::placement);
    EXPECT_EQ(check_changed([](auto& h) { h.page_index = 2; }), FrameFault::placement);
    EXPECT_EQ(check_changed([](auto& h) { h.pages = 2; }), FrameFault::size);
    EXPECT_EQ(check_changed([](auto& h) { h.body_bytes = 0; }), FrameFault::size);
    EXPECT_EQ(check_changed([](auto& h) { h.body_bytes = 641; }), FrameFault::size);
    EXPECT_EQ(check_changed([](auto& h) { h.body_bytes = 0xFFFF'FFF8; }), FrameFault::size);
    EXPECT_EQ(check_changed([](auto& h) { h.record_count = 0; }), FrameFault::size);
    EXPECT_EQ(check_changed([](auto& h) { h.record_count = 1000; }), FrameFault::size);
    EXPECT_EQ(check_changed([](auto& h) { h.flags = 8; }), FrameFault::size);
    EXPECT_EQ(check_changed([](auto& h) { h.first_seq = 2; }), FrameFault::sequence);
    EXPECT_EQ(check_changed([](auto& h) { h.last_seq = 7; }), FrameFault::sequence);
    EXPECT_EQ(check_changed([](auto& h) { h.last_seq = 0; }), FrameFault::sequence);
    EXPECT_EQ(check_changed([](auto& h) { h.prev_tag[3] = std::byte{1}; }), FrameFault::chain);
    EXPECT_EQ(check_changed([](auto& h) { h.key_id = 99; }), FrameFault::key);
    EXPECT_EQ(check_changed([](auto& h) { h.flags = 1; }), FrameFault::tag);
    EXPECT_EQ(check_changed([](auto& h) { h.ts_ns += 1; }), FrameFault::tag);
    EXPECT_EQ(check_changed([](auto& h) { h.zero = 1; }), FrameFault::tag);
    EXPECT_EQ(check_changed([](auto& h) { h.nonce[11] = std::byte{1}; }), FrameFault::tag);
    EXPECT_EQ(check_changed([](auto& h) { h.tag[0] ^= std::byte{1}; }), FrameFault::tag);
}

TEST_F(FrameRoundTrip, OlderEpochOrTimeIsRefused)
{
    at_.epoch = 4;
    EXPECT_EQ(check(frame_), FrameFault::epoch);
    at_.epoch = 3;
    EXPECT_EQ(check(frame_), FrameFault::none);
    at_.ts_ns = 1'000'020;
    EXPECT_EQ(check(frame_), FrameFault::epoch);
}

TEST_F(FrameRoundTrip, FrameThatLeavesTheSegmentIsRefused)
{
    FrameReader reader(kGroup, test_keys());
    FrameHeader header;
    EXPECT_EQ(reader.check_header(frame_, at_, 1, header), FrameFault::size);
    EXPECT_EQ(reader.check_header(frame_, at_, 18, header), FrameFault::size) << "no SEGMENT_END";
    EXPECT_EQ(reader.check_header(frame_, at_, 19, header), FrameFault::none);
}

// The bytes of docs/formats/journal.md, under the key 00 01 02 ... 1f.
TEST(DocumentedExample, OpensToTheDocumentedRecord)
{
    constexpr std::string_view kFrame =
        "544f4a3101000100200000000100000001000000000000000100000000000000"
        "010000000000000000002a36fe9c971701000000000000000100000000000000"
        "000000000000000000000000000000003ab6f66801937793d31e8ebc5aa9a394"
        "010001000000000000000000d9d2a39401000000010000000100000088286aa4"
        "83c092127a39e554376c6029826110750f2b644d57546a22d5e110b3d1bbd296";
    Bytes frame;
    for (std::size_t i = 0; i < kFrame.size(); i += 2)
        frame.push_back(
            static_cast<std::byte>(std::stoi(std::string(kFrame.substr(i, 2)), nullptr, 16)));
    ASSERT_EQ(frame.size(), kFrameHeaderBytes + 32);
    ASSERT_TRUE(is_intact_frame_header(frame));
    auto const header = load<FrameHeader>(frame.data());
    EXPECT_EQ(header.flags, epoch_start);
    EXPECT_EQ(header.nonce, make_nonce(1, 1, 0));

    security::Aead::Key256 key{};
    for (std::size_t i = 0; i < key.size(); ++i)
        key[i] = static_cast<std::byte>(i);
    security::Aead aead(key);
    auto const body = ByteSpan(frame).subspan(kFrameHeaderBytes);
    EXPECT_EQ(crc32c(body), header.body_crc32c);
    ASSERT_TRUE(
        aead.open(header.nonce, ByteView(frame).first(kAssociatedBytes), body, body, header.tag));
    auto const record = load<record::Header>(body.data());
    EXPECT_EQ(record.type, static_cast<std::uint16_t>(record::Type::epoch_start));
    EXPECT_EQ(record.seq, 1U);
    EXPECT_EQ(record.crc32c, record_crc32c(body));
}

TEST(FrameFaultText, EachFaultHasItsOwn)
{
    for (int i = 0; i <= static_cast<int>(FrameFault::witness); ++i)
        for (int k = 0; k < i; ++k)
            EXPECT_STRNE(text_of(static_cast<FrameFault>(i)), text_of(static_cast<FrameFault>(k)));
}

}  // namespace
}  // namespace turnout::journal::test
