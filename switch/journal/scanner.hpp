// Reads the good part of a journal in order: one thread reads the disk in large pieces, one checks
// and decrypts frames, the caller's visits the records, so that disk, AES and replay overlap. Stops
// at the first page that does not continue the chain; what that means is decided in tail.hpp.
#pragma once
#include "switch/journal/disk.hpp"
#include "switch/journal/frame_reader.hpp"
#include "switch/journal/journal.hpp"
#include "switch/journal/record_run.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace turnout::journal {

struct ScanTotals {
    std::uint64_t frames = 0;
    std::uint64_t records = 0;
    std::uint64_t body_bytes = 0;
    std::uint64_t padding_bytes = 0;  // filler after bodies
};

struct ScanStop {
    enum class Kind : std::uint8_t { end, record, io };
    Kind kind = Kind::end;
    FrameFault fault = FrameFault::none;  // end: why the chain does not go on at the place reached
    RecordFault record;                   // record: which, and what is wrong or who refused it
    std::string text;                     // io: file and cause
};

struct ScanSource {
    Disk& disk;
    std::string const& directory;
    std::uint64_t last_segment;  // the highest number that exists; 0: none
    std::uint64_t group;
    security::KeyStore const& keys;
    // Compared with the frame it names; nullptr: not compared.
    Witness const* witness;
};

// Goes on from `at` and moves it to where the chain stops; adds to `totals`. The callbacks run on
// the calling thread and may be empty. Blocking; start-up and tools only.
[[nodiscard]] ScanStop scan(ScanSource const& source, ChainEnd& at, ScanTotals& totals,
                            OnFrame const& on_frame, Replay const& on_record);

}  // namespace turnout::journal
