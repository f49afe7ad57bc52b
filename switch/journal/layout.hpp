// The journal's own structures as they lie on disk (little endian, no padding): frames, segment
// headers, the two slots of CONTROL and those of tail.witness. The records inside frames are in
// switch/base/record.hpp. Format and failure rules: docs/formats/journal.md.
#pragma once
#include "protocol/core/bytes.hpp"
#include "switch/base/ids.hpp"
#include "switch/base/limits.hpp"
#include "switch/security/aead.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace turnout::journal {

using Tag = security::AeadTag;

inline constexpr std::size_t kPageBytes = limits::page_bytes;
inline constexpr std::size_t kSectorBytes = 512;  // what a disk writes whole or not at all

inline constexpr std::uint32_t kFrameMagic = 0x314A'4F54;  // "TOJ1"
inline constexpr std::uint16_t kFrameVersion = 1;
inline constexpr std::uint32_t kPageVersion = 1;

enum FrameFlag : std::uint16_t {
    epoch_start = 1,  // holds an EPOCH_START record
    recovery = 2,     // holds a RECOVERY record
    clean_stop = 4,   // the last frame of an orderly stop that still found records to write
    segment_end = 8,  // the last frame of its segment
};

struct FrameHeader {
    std::uint32_t magic;
    std::uint16_t version;
    std::uint16_t flags;
    std::uint32_t body_bytes;
    std::uint32_t record_count;
    std::uint64_t first_seq;
    std::uint64_t last_seq;
    std::uint64_t epoch;
    std::uint64_t ts_ns;  // of the last record
    std::uint32_t key_id;
    std::uint32_t zero;
    std::uint64_t group;
    Tag prev_tag;  // tag of the frame before: the chain
    Tag tag;       // AES-256-GCM over the fields above and the body
    security::AeadNonce nonce;
    std::uint32_t body_crc32c;  // of the ciphertext
    std::uint32_t segment_no;   // low 32 bits; node-local placement from here on
    std::uint32_t page_index;
    std::uint32_t pages;
    std::uint32_t header_crc32c;  // over the bytes before this field
};

inline constexpr std::size_t kFrameHeaderBytes = 128;
inline constexpr std::size_t kAssociatedBytes = 80;  // what the tag covers of the header

static_assert(sizeof(FrameHeader) == kFrameHeaderBytes);
static_assert(offsetof(FrameHeader, magic) == 0 && offsetof(FrameHeader, version) == 4);
static_assert(offsetof(FrameHeader, flags) == 6 && offsetof(FrameHeader, body_bytes) == 8);
static_assert(offsetof(FrameHeader, record_count) == 12 && offsetof(FrameHeader, first_seq) == 16);
static_assert(offsetof(FrameHeader, last_seq) == 24 && offsetof(FrameHeader, epoch) == 32);
static_assert(offsetof(FrameHeader, ts_ns) == 40 && offsetof(FrameHeader, key_id) == 48);
static_assert(offsetof(FrameHeader, zero) == 52 && offsetof(FrameHeader, group) == 56);
static_assert(offsetof(FrameHeader, prev_tag) == 64 && offsetof(FrameHeader, tag) == 80);
static_assert(offsetof(FrameHeader, nonce) == 96 && offsetof(FrameHeader, body_crc32c) == 108);
static_assert(offsetof(FrameHeader, segment_no) == 112 && offsetof(FrameHeader, page_index) == 116);
static_assert(offsetof(FrameHeader, pages) == 120 && offsetof(FrameHeader, header_crc32c) == 124);
static_assert(offsetof(FrameHeader, tag) == kAssociatedBytes);
static_assert(std::has_unique_object_representations_v<FrameHeader>, "padding would reach disk");

// Pages that a frame with a body of `body_bytes` takes.
[[nodiscard]] constexpr std::size_t frame_pages(std::size_t body_bytes) noexcept
{
    return (kFrameHeaderBytes + body_bytes + kPageBytes - 1) / kPageBytes;
}

inline constexpr std::size_t kFramePagesMax = frame_pages(limits::frame_body_bytes_max);
inline constexpr std::size_t kFrameBytesMax = kFramePagesMax * kPageBytes;
// What the writer fills: header and body together are then whole pages, 64 KiB of them. A body of
// the full 64 KiB would spend a seventeenth page on its last 128 bytes.
inline constexpr std::size_t kBodyBytesFull = limits::frame_body_bytes_max - kFrameHeaderBytes;
static_assert(frame_pages(kBodyBytesFull) == 16 && kFramePagesMax == 17);
static_assert(limits::record_bytes_max <= kBodyBytesFull, "a record never spans frames");

// node u16 | boot epoch u32 | frame counter u48. Unique for ever under one key: the node is unique
// in its cluster, the epoch is raised on disk before the first frame of a run.
[[nodiscard]] constexpr security::AeadNonce make_nonce(std::uint16_t node, std::uint32_t boot_epoch,
                                                       std::uint64_t counter) noexcept
{
    security::AeadNonce nonce{};
    for (std::size_t i = 0; i < 2; ++i)
        nonce[i] = static_cast<std::byte>(node >> (8 * i) & 0xFF);
    for (std::size_t i = 0; i < 4; ++i)
        nonce[2 + i] = static_cast<std::byte>(boot_epoch >> (8 * i) & 0xFF);
    for (std::size_t i = 0; i < 6; ++i)
        nonce[6 + i] = static_cast<std::byte>(counter >> (8 * i) & 0xFF);
    return nonce;
}
inline constexpr std::uint64_t kFrameCounterMax = (std::uint64_t{1} << 48) - 1;

// The boot epoch inside a nonce.
[[nodiscard]] inline std::uint32_t epoch_of(security::AeadNonce const& nonce) noexcept
{
    return load<std::uint32_t>(nonce.data() + 2);
}

// Pages that end in a checksum over everything before it; those of CONTROL and tail.witness have
// an AES-256-CMAC of what lies before it in front of the checksum.
inline constexpr std::size_t kPageCrcAt = kPageBytes - 4;
inline constexpr std::size_t kPageMacAt = kPageCrcAt - sizeof(Tag);

// Page 0 of a segment that is in use; all zero: unused.
struct SegmentHeader {
    char magic[8];  // "TOJSEG01"
    std::uint32_t version;
    std::uint32_t page_bytes;
    std::uint64_t group;
    std::uint64_t segment_no;
    std::uint64_t first_seq;
    std::uint64_t created_ts;
    Tag prev_tag;  // last tag of the segment before
    std::array<std::byte, 16> zero0;
    std::uint32_t pages;
    std::array<std::byte, 4008> zero1;
    std::uint32_t crc32c;
};
static_assert(sizeof(SegmentHeader) == kPageBytes && offsetof(SegmentHeader, crc32c) == kPageCrcAt);
static_assert(offsetof(SegmentHeader, version) == 8 && offsetof(SegmentHeader, page_bytes) == 12);
static_assert(offsetof(SegmentHeader, group) == 16 && offsetof(SegmentHeader, segment_no) == 24);
static_assert(offsetof(SegmentHeader, first_seq) == 32);
static_assert(offsetof(SegmentHeader, created_ts) == 40);
static_assert(offsetof(SegmentHeader, prev_tag) == 48 && offsetof(SegmentHeader, pages) == 80);
static_assert(std::has_unique_object_representations_v<SegmentHeader>, "padding would reach disk");

// One slot of CONTROL. The newest valid of two counts.
struct Control {
    char magic[8];  // "TOJCTL01"
    std::uint32_t version;
    std::uint32_t clean;  // 1 after an orderly stop, else 0
    std::uint64_t generation;
    std::uint64_t group;
    std::uint32_t boot_epoch;
    std::uint32_t zero0;
    std::uint64_t snapshot_seq;
    std::uint64_t first_segment;
    std::uint64_t promised_epoch;
    std::array<std::byte, 4012> zero1;
    Tag mac;
    std::uint32_t crc32c;
};
static_assert(sizeof(Control) == kPageBytes && offsetof(Control, crc32c) == kPageCrcAt);
static_assert(offsetof(Control, mac) == kPageMacAt);
static_assert(offsetof(Control, version) == 8 && offsetof(Control, clean) == 12);
static_assert(offsetof(Control, generation) == 16 && offsetof(Control, group) == 24);
static_assert(offsetof(Control, boot_epoch) == 32 && offsetof(Control, snapshot_seq) == 40);
static_assert(offsetof(Control, first_segment) == 48 && offsetof(Control, promised_epoch) == 56);
static_assert(std::has_unique_object_representations_v<Control>, "padding would reach disk");

// One slot of tail.witness: the journal reached at least this frame.
struct Witness {
    char magic[8];  // "TOJWIT01"
    std::uint32_t version;
    std::uint32_t page_index;
    std::uint64_t last_seq;
    std::uint64_t segment_no;
    Tag tag;
    std::uint64_t group;
    std::array<std::byte, 4020> zero;
    Tag mac;
    std::uint32_t crc32c;
};
static_assert(sizeof(Witness) == kPageBytes && offsetof(Witness, crc32c) == kPageCrcAt);
static_assert(offsetof(Witness, mac) == kPageMacAt);
static_assert(offsetof(Witness, version) == 8 && offsetof(Witness, page_index) == 12);
static_assert(offsetof(Witness, last_seq) == 16 && offsetof(Witness, segment_no) == 24);
static_assert(offsetof(Witness, tag) == 32 && offsetof(Witness, group) == 48);
static_assert(std::has_unique_object_representations_v<Witness>, "padding would reach disk");

inline constexpr char kSegmentMagic[8] = {'T', 'O', 'J', 'S', 'E', 'G', '0', '1'};
inline constexpr char kControlMagic[8] = {'T', 'O', 'J', 'C', 'T', 'L', '0', '1'};
inline constexpr char kWitnessMagic[8] = {'T', 'O', 'J', 'W', 'I', 'T', '0', '1'};

// Where the chain of frames goes on: the frame expected there must continue these values.
// Page 0 means that the segment's header page comes first.
struct ChainEnd {
    std::uint64_t segment_no = 1;
    std::uint32_t page_index = 0;
    Sequence last_seq = 0;
    Tag prev_tag{};
    std::uint64_t epoch = 0;
    std::uint64_t ts_ns = 0;
};

}  // namespace turnout::journal
