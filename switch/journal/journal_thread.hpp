// The thread that makes records durable: takes all that is at hand, writes one frame, syncs,
// publishes the sequence, wakes the loops, and starts over. One frame is outstanding at a time and
// nothing waits for more, so batches grow by themselves under load. Allocates nothing per frame.
#pragma once
#include "switch/base/sleeper.hpp"
#include "switch/journal/frame_writer.hpp"
#include "switch/journal/ports.hpp"
#include "switch/journal/recovery.hpp"
#include "switch/journal/segment_maker.hpp"

#include <atomic>
#include <span>
#include <thread>
#include <vector>

#include <boost/lockfree/spsc_queue.hpp>

namespace turnout::journal {

// Finished records on their way from the engine; both indices are the ring's own.
using RecordRing = boost::lockfree::spsc_queue<std::byte>;

class JournalThread {
public:
    // What it shares with the engine and the loops; all outlive it.
    struct Shared {
        RecordRing& ring;
        std::atomic<Sequence>& durable_seq;
    };
    JournalThread(JournalConfig const& config, security::KeyStore const& keys, Ports ports,
                  Shared shared, Opened opened);
    ~JournalThread();
    JournalThread(JournalThread const&) = delete;
    JournalThread& operator=(JournalThread const&) = delete;

    void start(std::span<Sleeper* const> wake);
    // Producer: after it pushed.
    void wake() noexcept { sleeper_.wake(); }
    // Writes what the ring still holds, the witness, the clean flag; joins. Idempotent. After a
    // failure, or when no segment can be had, nothing is written and the stop is not clean.
    void stop();

    [[nodiscard]] std::uint64_t oldest_pending_ns(std::uint64_t monotonic_now_ns) const noexcept;
    [[nodiscard]] bool segment_shortage() const noexcept { return maker_.is_short(); }

private:
    void run();
    void write_until_stopped();
    [[nodiscard]] bool write_frame();
    [[nodiscard]] bool take_segment();
    [[nodiscard]] bool write_segment_header();
    [[nodiscard]] bool write_and_sync(ByteView bytes, std::uint32_t page_index);
    [[nodiscard]] bool write_witness();
    [[nodiscard]] bool rest(bool witness_due);
    void publish() noexcept;
    void mark_clean();
    void fail(std::string const& text);

    std::atomic<bool> dead_{false};  // storage failed, on this thread or the helper's
    Ports ports_;
    Shared shared_;
    std::unique_ptr<Disk::Lock> lock_;
    ControlFile control_file_;
    WitnessFile witness_file_;
    Control control_;
    Witness witness_{};
    ChainEnd end_;
    Segment segment_;  // the one that end_ is in; no file: take the next one
    SyncMethod sync_;
    FrameWriter writer_;
    SegmentMaker maker_;
    AlignedBuffer staging_{kBodyBytesFull};
    std::size_t staged_bytes_ = 0;
    AlignedBuffer header_page_{kPageBytes};
    std::uint64_t witness_written_ns_ = 0;
    std::uint64_t now_ns_ = 0;  // read once per frame
    std::vector<Sleeper*> wake_;
    Sleeper sleeper_;
    std::atomic<bool> stopping_{false};
    std::atomic<std::uint64_t> pending_since_ns_{0};
    bool orderly_ = false;  // journal thread, read after the join: all that was appended is durable
    bool started_ = false;
    bool stopped_ = false;
    std::thread thread_;
};

}  // namespace turnout::journal
