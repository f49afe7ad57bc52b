#include "switch/journal/segment_maker.hpp"

#include "protocol/core/check.hpp"
#include "switch/journal/value_of.hpp"

#include <cerrno>

namespace turnout::journal {

using namespace std::chrono_literals;

// Between two writes of 256 KiB: with a segment ready a few hundredths of the disk's time; with
// none ready still faster than frames can fill the current one.
static constexpr auto kPauseRelaxed = 10ms;
static constexpr auto kPauseHurried = 1ms;
static constexpr auto kRetryWhenFull = 1s;

SegmentMaker::SegmentMaker(Config config, Disk& disk, FatalHandler const& fatal,
                           std::deque<Segment> ready)
    : config_(std::move(config)), disk_(disk), fatal_(fatal), ready_(std::move(ready))
{
    TURNOUT_CHECK(config_.ahead >= 1, "segment_maker.ahead");
}

SegmentMaker::~SegmentMaker()
{
    stop();
}

void SegmentMaker::start()
{
    thread_ = std::thread([this] { run(); });
}

void SegmentMaker::stop()
{
    {
        std::lock_guard const lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void SegmentMaker::leave_when_short()
{
    {
        std::lock_guard const lock(mutex_);
        leaving_ = true;
    }
    changed_.notify_all();
}

std::optional<Segment> SegmentMaker::take()
{
    std::unique_lock lock(mutex_);
    waiting_ = true;
    changed_.notify_all();  // fill at full speed if it comes to that
    changed_.wait(lock,
                  [this] { return !ready_.empty() || stopping_ || (leaving_ && is_short()); });
    waiting_ = false;
    if (ready_.empty()) return {};
    auto segment = std::move(ready_.front());
    ready_.pop_front();
    changed_.notify_all();
    return segment;
}

// Sleeps as long as the helper may take its time. False: stop.
bool SegmentMaker::pace()
{
    std::unique_lock lock(mutex_);
    auto const pause = ready_.empty() ? kPauseHurried : kPauseRelaxed;
    changed_.wait_for(lock, pause, [this] { return stopping_ || (waiting_ && ready_.empty()); });
    return !stopping_;
}

void SegmentMaker::run()
{
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || ready_.size() < config_.ahead; });
        if (stopping_) return;
        lock.unlock();
        auto made =
            create_segment(disk_, config_.directory, config_.next_number, config_.segment_bytes,
                           config_.write_sync, [this] { return pace(); });
        lock.lock();
        if (made.has_error()) {
            on_failure(made.error(), lock);
            continue;
        }
        ++config_.next_number;
        short_.store(false, std::memory_order_relaxed);
        ready_.push_back(std::move(value_of(made)));
        changed_.notify_all();
    }
}

void SegmentMaker::on_failure(CreateError const& failure, std::unique_lock<std::mutex>& lock)
{
    if (failure.error == ECANCELED) return;  // stopping
    if (failure.is_out_of_room()) {
        short_.store(true, std::memory_order_relaxed);
        changed_.notify_all();
        changed_.wait_for(lock, kRetryWhenFull, [this] { return stopping_; });
        return;
    }
    lock.unlock();
    fatal_(failure.text);
    lock.lock();
    stopping_ = true;
    changed_.notify_all();
}

}  // namespace turnout::journal
