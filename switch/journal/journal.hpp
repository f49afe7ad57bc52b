// The journal of one group: append-only, encrypted frames on stable storage. Opening it is
// recovery; start() runs the journal thread (take all records at hand, one frame, write, sync,
// publish). Format and failure rules: docs/formats/journal.md.
#pragma once
#include "protocol/core/bytes.hpp"
#include "protocol/core/result.hpp"
#include "switch/base/exit_code.hpp"
#include "switch/base/ids.hpp"
#include "switch/base/limits.hpp"
#include "switch/base/sleeper.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

namespace turnout::security {
class KeyStore;
}

namespace turnout::journal {

enum class SyncMethod : std::uint8_t { dsync, fdatasync };  // O_DSYNC writes, or write + fdatasync

struct JournalConfig {
    std::string directory;  // data/<group>
    std::uint64_t group = 1;
    std::uint16_t node = 1;
    std::size_t segment_bytes = limits::segment_bytes_default;
    SyncMethod sync = SyncMethod::fdatasync;
    unsigned segments_ahead = 2;
    bool allow_buffered = false;  // tools and tests on file systems without O_DIRECT
};

// Family: stop. exit_code is kExitIo, kExitRefused or kExitReplayDiffers.
struct OpenError {
    int exit_code = kExitRefused;
    std::string text;  // names file, page, sequence, and the remedy
};

enum class TailState : std::uint8_t { fresh, clean, torn };

struct Recovered {
    TailState tail = TailState::fresh;
    Sequence last_seq = 0;
    std::uint64_t epoch = 1;  // boot epoch of this run
    std::uint64_t frames = 0;
    std::uint64_t records = 0;
    std::uint64_t body_bytes = 0;
    bool was_clean_stop = false;
};

// Called for each record in order during recovery. Returning a text (static) refuses the journal
// with kExitReplayDiffers; nullptr goes on.
using Replay = std::function<char const*(ByteView record)>;

class Journal {
public:
    // Locks the directory, creates it when empty, raises the boot epoch, verifies everything and
    // replays it. Blocking; start-up only. On error nothing but CONTROL's epoch has changed.
    [[nodiscard]] static Result<std::unique_ptr<Journal>, OpenError> open(
        JournalConfig const& config, security::KeyStore const& keys, Replay const& replay);
    virtual ~Journal() = default;
    [[nodiscard]] virtual Recovered const& recovered() const noexcept = 0;

    // Starts the journal thread; `wake` are the sleepers of the loops (and engine) that wait for
    // durability; they outlive the journal.
    virtual void start(std::span<Sleeper* const> wake) = 0;

    // Engine thread. Bytes that append() would take now; grows again as frames become durable.
    [[nodiscard]] virtual std::size_t room_bytes() const noexcept = 0;
    // Engine thread. Whole records; all or nothing (false: no room, nothing appended). Wakes the
    // journal thread once. `last_seq` is that of the last record in `records`.
    [[nodiscard]] virtual bool append(ByteView records, Sequence last_seq) noexcept = 0;

    // The newest sequence on stable storage. Release by the journal thread, acquire by readers.
    [[nodiscard]] std::atomic<Sequence> const& durable_seq() const noexcept { return durable_seq_; }
    // Age of the frame being written, 0 when idle; for health and for refusing with 91. Any thread.
    [[nodiscard]] virtual std::uint64_t oldest_pending_ns(
        std::uint64_t monotonic_now_ns) const noexcept = 0;
    // True while the next segment could not be made ready: only reversals and expiries may go on.
    [[nodiscard]] virtual bool segment_shortage() const noexcept = 0;

    // Writes what was appended, the witness and the clean flag, and joins. Blocking.
    virtual void stop() = 0;

protected:
    alignas(64) std::atomic<Sequence> durable_seq_{0};
};

// Read-only walk over a journal for tools, tests and replay of a running daemon's directory: no
// lock, no change on disk.
struct FrameInfo {
    Sequence first_seq, last_seq;
    std::uint64_t epoch, ts_ns;
    std::uint32_t segment_no, page_index, pages, body_bytes, records;
    std::uint16_t flags;
};
struct WalkReport {
    Recovered recovered;
    std::string damage;  // empty: none; else file, page, sequence and what is wrong
    std::uint64_t padding_bytes = 0;
    std::uint64_t segments = 0;
};
using OnFrame = std::function<void(FrameInfo const&)>;
using OnRecord = std::function<char const*(ByteView record)>;
[[nodiscard]] Result<WalkReport, OpenError> walk(JournalConfig const& config,
                                                 security::KeyStore const& keys,
                                                 OnFrame const& on_frame,
                                                 OnRecord const& on_record);
// The same, and then again what a running daemon has added: `go_on` is called whenever the end is
// reached, waits as long as it likes, and says whether to look again. Ends at the first damage.
[[nodiscard]] Result<WalkReport, OpenError> follow(JournalConfig const& config,
                                                   security::KeyStore const& keys,
                                                   OnFrame const& on_frame,
                                                   OnRecord const& on_record,
                                                   std::function<bool()> const& go_on);

}  // namespace turnout::journal
