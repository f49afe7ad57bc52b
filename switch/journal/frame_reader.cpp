#include "switch/journal/frame_reader.hpp"

#include "protocol/core/check.hpp"
#include "protocol/core/crc32c.hpp"
#include "switch/base/record.hpp"
#include "switch/journal/aligned_buffer.hpp"
#include "switch/journal/slot_file.hpp"

namespace turnout::journal {

char const* text_of(FrameFault fault) noexcept
{
    switch (fault) {
        case FrameFault::none:
            return "nothing is wrong";
        case FrameFault::absent:
            return "the segment does not exist";
        case FrameFault::zero:
            return "nothing is written there";
        case FrameFault::magic:
            return "this is not a frame";
        case FrameFault::header_crc:
            return "the header checksum is wrong";
        case FrameFault::version:
            return "the format version is unknown to this program";
        case FrameFault::group:
            return "the frame belongs to another group";
        case FrameFault::placement:
            return "the frame was written for another place";
        case FrameFault::size:
            return "the frame's sizes do not fit together";
        case FrameFault::sequence:
            return "the frame does not follow the last good record";
        case FrameFault::chain:
            return "the frame does not continue the chain of tags";
        case FrameFault::epoch:
            return "the frame is of an older epoch than the one before";
        case FrameFault::key:
            return "the frame is under a key that keys.bin does not hold";
        case FrameFault::body_crc:
            return "the body checksum is wrong";
        case FrameFault::tag:
            return "the checksums hold but the authentication tag does not: changed on purpose, or "
                   "keys.bin is another journal's";
        case FrameFault::segment_crc:
            return "the checksum of the segment header is wrong";
        case FrameFault::segment_fields:
            return "the segment header is another segment's or does not continue the chain";
        case FrameFault::witness:
            return "the witness has seen another frame here";
    }
    return "unknown";
}

bool is_intact_frame_header(ByteView page) noexcept
{
    if (page.size() < kFrameHeaderBytes) return false;
    return load<std::uint32_t>(page.data()) == kFrameMagic &&
           load<std::uint32_t>(page.data() + offsetof(FrameHeader, header_crc32c)) ==
               crc32c(page.first(offsetof(FrameHeader, header_crc32c)));
}

bool is_intact_segment_header(ByteView page) noexcept
{
    return page.size() >= kPageBytes && is_valid(load<SegmentHeader>(page.data()));
}

static security::KeyStore::Key256 const& key_of(security::KeyStore const& keys)
{
    auto const* const key = keys.journal_key(keys.journal_key_id());
    TURNOUT_CHECK(key != nullptr, "journal.key");
    return *key;
}

FrameReader::FrameReader(std::uint64_t group, security::KeyStore const& keys)
    : group_(group), key_id_(keys.journal_key_id()), aead_(key_of(keys))
{
}

FrameFault FrameReader::check_segment(ByteView page, ChainEnd const& at,
                                      std::uint32_t segment_pages) const noexcept
{
    if (all_zero(page.first(kPageBytes))) return FrameFault::zero;
    auto const header = load<SegmentHeader>(page.data());
    if (!is_valid(header)) return FrameFault::segment_crc;
    auto const ours = header.page_bytes == kPageBytes && header.group == group_ &&
                      header.segment_no == at.segment_no && header.first_seq == at.last_seq + 1 &&
                      header.prev_tag == at.prev_tag && header.pages == segment_pages;
    return ours ? FrameFault::none : FrameFault::segment_fields;
}

static bool sizes_fit(FrameHeader const& header, ChainEnd const& at,
                      std::uint32_t segment_pages) noexcept
{
    if (header.body_bytes < sizeof(record::Header) || header.body_bytes % 8 != 0 ||
        header.body_bytes > limits::frame_body_bytes_max)
        return false;
    if (header.pages != frame_pages(header.body_bytes)) return false;
    if (header.record_count == 0 ||
        header.record_count > header.body_bytes / sizeof(record::Header))
        return false;
    auto const end = at.page_index + header.pages;
    // Only a frame that says so may leave no room for another one.
    auto const sealed = (header.flags & segment_end) != 0;
    return end <= segment_pages && sealed == (segment_pages - end < kFramePagesMax);
}

FrameFault FrameReader::check_header(ByteView page, ChainEnd const& at, std::uint32_t segment_pages,
                                     FrameHeader& header) const noexcept
{
    if (all_zero(page.first(kFrameHeaderBytes))) return FrameFault::zero;
    if (load<std::uint32_t>(page.data()) != kFrameMagic) return FrameFault::magic;
    if (!is_intact_frame_header(page)) return FrameFault::header_crc;
    header = load<FrameHeader>(page.data());
    if (header.version != kFrameVersion) return FrameFault::version;
    if (header.group != group_) return FrameFault::group;
    if (header.segment_no != static_cast<std::uint32_t>(at.segment_no) ||
        header.page_index != at.page_index)
        return FrameFault::placement;
    if (!sizes_fit(header, at, segment_pages)) return FrameFault::size;
    if (header.first_seq != at.last_seq + 1 ||
        header.last_seq - header.first_seq + 1 != header.record_count)
        return FrameFault::sequence;
    if (header.prev_tag != at.prev_tag) return FrameFault::chain;
    if (header.epoch < at.epoch || header.ts_ns <= at.ts_ns) return FrameFault::epoch;
    if (header.key_id != key_id_) return FrameFault::key;
    return FrameFault::none;
}

FrameFault FrameReader::open_body(FrameHeader const& header, ByteSpan frame) noexcept
{
    auto const body = frame.subspan(kFrameHeaderBytes, header.body_bytes);
    if (crc32c(body) != header.body_crc32c) return FrameFault::body_crc;
    auto const associated = ByteView(frame).first(kAssociatedBytes);
    auto const authentic = aead_.open(header.nonce, associated, body, body, header.tag);
    return authentic ? FrameFault::none : FrameFault::tag;
}

void FrameReader::advance(ChainEnd& at, FrameHeader const& header) noexcept
{
    at.last_seq = header.last_seq;
    at.prev_tag = header.tag;
    at.epoch = header.epoch;
    at.ts_ns = header.ts_ns;
    at.page_index += header.pages;
    if ((header.flags & segment_end) == 0) return;
    at.segment_no += 1;
    at.page_index = 0;
}

}  // namespace turnout::journal
