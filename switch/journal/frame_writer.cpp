#include "switch/journal/frame_writer.hpp"

#include "protocol/core/check.hpp"
#include "protocol/core/crc32c.hpp"

namespace turnout::journal {

static security::KeyStore::Key256 const& current_key(security::KeyStore const& keys)
{
    auto const* const key = keys.journal_key(keys.journal_key_id());
    TURNOUT_CHECK(key != nullptr, "journal.key");
    return *key;
}

FrameWriter::FrameWriter(security::KeyStore const& keys, Identity identity, Tag const& prev_tag)
    : identity_(identity),
      key_id_(keys.journal_key_id()),
      aead_(current_key(keys)),
      prev_tag_(prev_tag),
      frame_counter_(identity.first_counter)
{
}

ByteView FrameWriter::encode(ByteView body, RecordRun const& run, std::uint64_t segment_no,
                             std::uint32_t page_index, std::uint16_t flags) noexcept
{
    TURNOUT_CHECK(run.records > 0 && body.size() == run.bytes, "frame.run");
    TURNOUT_CHECK(body.size() <= limits::frame_body_bytes_max, "frame.size");
    TURNOUT_CHECK(frame_counter_ < kFrameCounterMax, "frame.nonce");
    auto const pages = frame_pages(body.size());
    auto const frame = frame_.span().first(pages * kPageBytes);
    FrameHeader header{};
    header.magic = kFrameMagic;
    header.version = kFrameVersion;
    header.flags = static_cast<std::uint16_t>(flags | run.frame_flags);
    header.body_bytes = static_cast<std::uint32_t>(body.size());
    header.record_count = run.records;
    header.first_seq = run.last_seq - run.records + 1;
    header.last_seq = run.last_seq;
    header.epoch = identity_.boot_epoch;
    header.ts_ns = run.last_ts_ns;
    header.key_id = key_id_;
    header.group = identity_.group;
    header.prev_tag = prev_tag_;
    header.nonce = make_nonce(identity_.node, identity_.boot_epoch, frame_counter_++);
    header.segment_no = static_cast<std::uint32_t>(segment_no);
    header.page_index = page_index;
    header.pages = static_cast<std::uint32_t>(pages);

    auto const cipher = frame.subspan(kFrameHeaderBytes, body.size());
    auto const head = std::as_bytes(std::span(&header, 1));
    auto const sealed =
        aead_.seal(header.nonce, head.first(kAssociatedBytes), body, cipher, header.tag);
    TURNOUT_CHECK(sealed, "frame.seal");
    header.body_crc32c = crc32c(cipher);
    header.header_crc32c = crc32c(head.first(offsetof(FrameHeader, header_crc32c)));
    store(frame.data(), header);
    auto const filler = frame.subspan(kFrameHeaderBytes + body.size());
    if (!filler.empty()) std::memset(filler.data(), 0, filler.size());
    prev_tag_ = header.tag;
    return frame;
}

}  // namespace turnout::journal
