// Records as a row in memory: cutting what is at hand into frames (journal thread), and checking
// what came back from disk (recovery). A group linked by LINKED_NEXT never crosses a frame.
#pragma once
#include "protocol/core/bytes.hpp"
#include "switch/base/record.hpp"
#include "switch/journal/journal.hpp"
#include "switch/journal/layout.hpp"

#include <optional>

namespace turnout::journal {

// Whole records at the front of a buffer that go into one frame.
struct RecordRun {
    std::size_t bytes = 0;
    std::uint32_t records = 0;
    Sequence last_seq = 0;
    std::uint64_t last_ts_ns = 0;
    std::uint16_t frame_flags = 0;  // FrameFlag, by the types of the records
};

// The longest run of whole groups in `staged`; 0 bytes when there is no whole group. Sequences
// must follow `after_seq` and times `after_ts_ns`: these are our own records, so anything else is
// a broken invariant and stops the process before it reaches the disk.
[[nodiscard]] RecordRun cut_records(ByteView staged, Sequence after_seq,
                                    std::uint64_t after_ts_ns) noexcept;

// What is wrong with a record that was read back.
struct RecordFault {
    Sequence seq = 0;  // the one that should have been there
    char const* what = nullptr;
    bool is_replay = false;  // the visitor refused it; else the record itself is wrong
};

// Visits the records of a decrypted frame in order, checking length, sequence, time, checksum and
// the frame's own counts. Stops at the first fault.
[[nodiscard]] std::optional<RecordFault> visit_records(ByteView body, FrameHeader const& frame,
                                                       std::uint64_t after_ts_ns,
                                                       Replay const& visit);

// crc32c of a record with its own field taken as 0.
[[nodiscard]] std::uint32_t record_crc32c(ByteView record) noexcept;

}  // namespace turnout::journal
