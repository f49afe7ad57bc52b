// Checks one frame or segment header against the place it was found at and the chain it must
// continue, and decrypts it. Never trusts a byte of the disk; one object per thread.
#pragma once
#include "switch/journal/layout.hpp"
#include "switch/security/aead.hpp"
#include "switch/security/key_store.hpp"

namespace turnout::journal {

enum class FrameFault : std::uint8_t {
    none = 0,
    absent,          // there is no such segment
    zero,            // the first sector is zero: nothing was written, or it did not arrive
    magic,           // not a frame
    header_crc,      // header checksum
    version,         // of a format that this program does not know
    group,           // of another group
    placement,       // written for another segment or page
    size,            // body, pages and record count do not fit together or the segment
    sequence,        // does not follow the last good record
    chain,           // does not continue the tag of the last good frame
    epoch,           // older than the last good frame
    key,             // under a key that we do not have
    body_crc,        // body checksum
    tag,             // authentic checksums, but not sealed by us: changed, or another key
    segment_crc,     // segment header: checksum
    segment_fields,  // segment header: intact, but of another place or chain
    witness,         // the witness saw another frame here
};

// One clause for an operator, for example "the header checksum is wrong".
[[nodiscard]] char const* text_of(FrameFault fault) noexcept;

// A frame header that is intact by itself (magic, checksum), wherever it lies.
[[nodiscard]] bool is_intact_frame_header(ByteView page) noexcept;
[[nodiscard]] bool is_intact_segment_header(ByteView page) noexcept;

class FrameReader {
public:
    // `keys` outlives this.
    FrameReader(std::uint64_t group, security::KeyStore const& keys);

    // Checks a segment's page 0 against the chain. `page` is one page.
    [[nodiscard]] FrameFault check_segment(ByteView page, ChainEnd const& at,
                                           std::uint32_t segment_pages) const noexcept;
    // Checks a frame header at `at.page_index`; `page` has at least kFrameHeaderBytes. `header` is
    // filled whenever its checksum holds.
    [[nodiscard]] FrameFault check_header(ByteView page, ChainEnd const& at,
                                          std::uint32_t segment_pages,
                                          FrameHeader& header) const noexcept;
    // Checks and decrypts the body in place; `frame` has header.pages pages, `header` passed
    // check_header. On a fault the body is garbage.
    [[nodiscard]] FrameFault open_body(FrameHeader const& header, ByteSpan frame) noexcept;

    // The chain after a good frame.
    static void advance(ChainEnd& at, FrameHeader const& header) noexcept;

private:
    std::uint64_t group_;
    std::uint32_t key_id_;
    security::Aead aead_;
};

}  // namespace turnout::journal
