// What stopped the chain of frames: the end of the journal, a frame that a crash cut off before it
// was acknowledged, or damage. The rule is in docs/formats/journal.md; in doubt it is damage,
// because cutting an acknowledged frame off would lose money silently.
#pragma once
#include "switch/journal/scanner.hpp"

#include <string>
#include <vector>

namespace turnout::journal {

enum class TailVerdict : std::uint8_t {
    clean,    // everything after the last good frame is zero
    torn,     // one frame was being written; `dirty` lists what it left
    damaged,  // refuse
    io,       // could not be read
};

struct DirtyPage {
    std::uint64_t segment_no;
    std::uint32_t page_index;
};

struct TailReport {
    TailVerdict verdict = TailVerdict::clean;
    std::string text;              // damaged, io: file, page, sequence, what is wrong, remedy
    std::vector<DirtyPage> dirty;  // torn: never more than one frame can have
};

// `at` and `fault` as the scan left them. Reads everything behind `at`. `source.witness` is the
// newest readable one and not nullptr.
[[nodiscard]] TailReport classify_tail(ScanSource const& source, ChainEnd const& at,
                                       FrameFault fault);

// Writes zeros over the pages of a torn frame and syncs. nullopt, or why not.
[[nodiscard]] std::optional<OpenError> erase_torn_tail(Disk& disk, std::string const& directory,
                                                       std::vector<DirtyPage> const& dirty);

}  // namespace turnout::journal
