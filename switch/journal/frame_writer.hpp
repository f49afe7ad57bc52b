// Turns records into a frame: encrypted body, header, checksums, zero filler to the page. Lives on
// the journal thread; owns the one frame buffer. Allocates nothing after construction.
#pragma once
#include "switch/journal/aligned_buffer.hpp"
#include "switch/journal/layout.hpp"
#include "switch/journal/record_run.hpp"
#include "switch/security/aead.hpp"
#include "switch/security/key_store.hpp"

namespace turnout::journal {

class FrameWriter {
public:
    struct Identity {
        std::uint64_t group;
        std::uint16_t node;
        std::uint32_t boot_epoch;  // raised on disk before this object is made
        // Where this boot's nonces start. Random in production: a directory that was restored from
        // a copy has its old epoch again, and must not meet its old nonces.
        std::uint64_t first_counter = 0;
    };
    // `prev_tag`: of the last frame in the journal, zero when there is none.
    FrameWriter(security::KeyStore const& keys, Identity identity, Tag const& prev_tag);

    // Encodes `body` (exactly run.bytes, at least one record) for the place `segment_no`, `page`.
    // The pages returned are valid until the next call.
    [[nodiscard]] ByteView encode(ByteView body, RecordRun const& run, std::uint64_t segment_no,
                                  std::uint32_t page_index, std::uint16_t flags) noexcept;
    // Tag of the frame encoded last.
    [[nodiscard]] Tag const& last_tag() const noexcept { return prev_tag_; }

private:
    Identity identity_;
    std::uint32_t key_id_;
    security::Aead aead_;
    Tag prev_tag_;
    std::uint64_t frame_counter_;
    AlignedBuffer frame_{kFrameBytesMax};
};

}  // namespace turnout::journal
