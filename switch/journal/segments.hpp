// Segment files: names, listing, creation, and the helper thread that keeps some ready. A segment
// is made zero-filled under a temporary name, synced, renamed, and its directory synced, so that a
// frame's write never changes metadata and a segment is there whole or not at all.
#pragma once
#include "protocol/core/result.hpp"
#include "switch/journal/disk.hpp"
#include "switch/journal/journal.hpp"
#include "switch/journal/layout.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace turnout::journal {

inline constexpr std::size_t kSegmentBytesMin = 32 * kPageBytes;
static_assert(kSegmentBytesMin >= (1 + kFramePagesMax) * kPageBytes, "any frame fits a segment");

// seg-%016x.toj, without the directory.
[[nodiscard]] std::string segment_name(std::uint64_t segment_no);
// nullopt for any other name, temporary ones included.
[[nodiscard]] std::optional<std::uint64_t> parse_segment_name(std::string_view name) noexcept;

// An open segment. Handed from thread to thread, used by one at a time.
struct Segment {
    std::uint64_t number = 0;
    std::uint32_t pages = 0;
    std::string path;
    std::unique_ptr<File> file;
};

// The numbers of all segments in `directory`, ascending and without a gap, else why not.
[[nodiscard]] Result<std::vector<std::uint64_t>, OpenError> list_segments(
    Disk& disk, std::string const& directory);

// Opens an existing segment. `write_sync`: each write durable (O_DSYNC).
[[nodiscard]] Result<Segment, OpenError> open_segment(Disk& disk, std::string const& directory,
                                                      std::uint64_t segment_no, OpenMode mode);

// Why a segment could not be made. Out of room is a shortage, anything else is fatal.
struct CreateError {
    int error = 0;  // errno value
    std::string text;
    [[nodiscard]] bool is_out_of_room() const noexcept;
};

// Creates a zero-filled segment in writes of 1 MiB; before each one `go_on` is asked and may sleep;
// false abandons the work (error ECANCELED). Nothing is left behind on failure.
[[nodiscard]] Result<Segment, CreateError> create_segment(Disk& disk, std::string const& directory,
                                                          std::uint64_t segment_no,
                                                          std::size_t segment_bytes,
                                                          bool write_sync,
                                                          std::function<bool()> const& go_on);

}  // namespace turnout::journal
