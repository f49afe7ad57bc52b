// The helper thread that keeps zero-filled segments ready. It fills slowly while some are ready, so
// that its writes do not stand in the way of frames, and at full speed when the journal waits.
// A full disk is a shortage, reported and tried again; any other failure is fatal.
#pragma once
#include "switch/journal/ports.hpp"
#include "switch/journal/segments.hpp"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>

namespace turnout::journal {

class SegmentMaker {
public:
    struct Config {
        std::string directory;
        std::size_t segment_bytes;
        bool write_sync;
        unsigned ahead;             // how many to keep ready, >= 1
        std::uint64_t next_number;  // the first to create
    };
    // `ready`: unused segments that exist already, in order. `disk` and `fatal` outlive this.
    SegmentMaker(Config config, Disk& disk, FatalHandler const& fatal, std::deque<Segment> ready);
    ~SegmentMaker();
    SegmentMaker(SegmentMaker const&) = delete;
    SegmentMaker& operator=(SegmentMaker const&) = delete;

    void start();
    // Journal thread: the next segment, waiting until one is ready. nullopt: stopped or failed.
    [[nodiscard]] std::optional<Segment> take();
    // Any thread. From now on take() does not wait for room on a full disk.
    void leave_when_short();
    // Any thread. Ends take() and the helper; joins it. Idempotent.
    void stop();
    // Any thread: true while the disk has no room for another segment.
    [[nodiscard]] bool is_short() const noexcept { return short_.load(std::memory_order_relaxed); }

private:
    void run();
    [[nodiscard]] bool pace();
    void on_failure(CreateError const& failure, std::unique_lock<std::mutex>& lock);

    Config config_;
    Disk& disk_;
    FatalHandler const& fatal_;
    std::mutex mutex_;  // taken once per segment by the journal thread, never per frame
    std::condition_variable changed_;
    std::deque<Segment> ready_;
    bool waiting_ = false;  // the journal thread is in take()
    bool leaving_ = false;  // leave_when_short()
    bool stopping_ = false;
    std::atomic<bool> short_{false};
    std::thread thread_;
};

}  // namespace turnout::journal
