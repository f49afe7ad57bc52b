#include "switch/journal/journal_thread.hpp"

#include "protocol/core/check.hpp"
#include "switch/security/random.hpp"

#include <algorithm>
#include <utility>

#include <poll.h>

namespace turnout::journal {

// The witness follows at most this often; a single small write, never before the loops are woken.
static constexpr int kWitnessPauseMs = 5;

// Two threads can fail at the same time; the handler hears of one, both stop.
static Ports with_fatal_once(Ports ports, std::atomic<bool>& dead)
{
    ports.fatal = [&dead, fatal = std::move(ports.fatal)](std::string const& text) {
        if (!dead.exchange(true)) fatal(text);
    };
    return ports;
}

static std::deque<Segment> behind_first(std::deque<Segment>& segments)
{
    std::deque<Segment> rest;
    for (std::size_t i = 1; i < segments.size(); ++i)
        rest.push_back(std::move(segments[i]));
    return rest;
}

// Half of the counter's range is left for the frames of this boot.
static std::uint64_t first_frame_counter()
{
    return security::random_u64() % (kFrameCounterMax / 2);
}

static SegmentMaker::Config maker_config(JournalConfig const& config, Opened const& opened)
{
    return {.directory = config.directory,
            .segment_bytes = config.segment_bytes,
            .write_sync = config.sync == SyncMethod::dsync,
            .ahead = config.segments_ahead,
            .next_number = opened.segments.back().number + 1};
}

JournalThread::JournalThread(JournalConfig const& config, security::KeyStore const& keys,
                             Ports ports, Shared shared, Opened opened)
    : ports_(with_fatal_once(std::move(ports), dead_)),
      shared_(shared),
      lock_(std::move(opened.lock)),
      control_file_(std::move(opened.control_file)),
      witness_file_(std::move(opened.witness_file)),
      control_(opened.control),
      end_(opened.end),
      segment_(std::move(opened.segments.front())),
      sync_(config.sync),
      writer_(keys, {config.group, config.node, opened.control.boot_epoch, first_frame_counter()},
              opened.end.prev_tag),
      maker_(maker_config(config, opened), *ports_.disk, ports_.fatal,
             behind_first(opened.segments))
{
    witness_.group = config.group;
    witness_.last_seq = opened.end.last_seq;
}

JournalThread::~JournalThread()
{
    stop();
}

void JournalThread::start(std::span<Sleeper* const> wake)
{
    TURNOUT_CHECK(!started_, "journal.start");
    started_ = true;
    wake_.assign(wake.begin(), wake.end());
    maker_.start();
    thread_ = std::thread([this] { run(); });
}

void JournalThread::stop()
{
    if (stopped_) return;
    stopped_ = true;
    stopping_.store(true, std::memory_order_release);
    sleeper_.signal();
    // A journal that waits for a segment that cannot be made would wait for ever.
    maker_.leave_when_short();
    if (thread_.joinable()) thread_.join();
    maker_.stop();
    if (!started_) orderly_ = shared_.ring.read_available() == 0;
    if (orderly_ && !dead_.load()) mark_clean();
    lock_.reset();
}

std::uint64_t JournalThread::oldest_pending_ns(std::uint64_t monotonic_now_ns) const noexcept
{
    auto const since = pending_since_ns_.load(std::memory_order_relaxed);
    return since == 0 || monotonic_now_ns < since ? 0 : monotonic_now_ns - since;
}

void JournalThread::fail(std::string const& text)
{
    ports_.fatal(text);
}

void JournalThread::run()
{
    write_until_stopped();
    pending_since_ns_.store(0, std::memory_order_relaxed);
}

void JournalThread::write_until_stopped()
{
    auto witness_due = false;
    for (;;) {
        auto const stopping = stopping_.load(std::memory_order_acquire);
        staged_bytes_ +=
            shared_.ring.pop(staging_.data() + staged_bytes_, kBodyBytesFull - staged_bytes_);
        if (staged_bytes_ > 0) {
            if (!write_frame()) return;
            witness_due = true;
            if (now_ns_ - witness_written_ns_ < kWitnessPauseMs * kNanosPerMilli) continue;
        } else if (!stopping) {
            if (!rest(witness_due)) continue;
        }
        if (witness_due && !write_witness()) return;
        witness_due = false;
        // `stopping` was read before the ring, so an empty ring really is the end.
        if (stopping && staged_bytes_ == 0) break;
    }
    orderly_ = true;
}

// Nothing is at hand: sleeps. True: the journal went quiet, the witness may be written; false: look
// at the ring again.
bool JournalThread::rest(bool witness_due)
{
    pending_since_ns_.store(0, std::memory_order_relaxed);
    sleeper_.announce();
    if (shared_.ring.read_available() > 0 || stopping_.load(std::memory_order_acquire)) {
        sleeper_.stay_awake();
        return false;
    }
    if (!witness_due) {
        sleeper_.block();
        return false;
    }
    // The next request usually follows its answer at once: writing the witness right away would
    // make it wait for one more sync.
    pollfd waiting{.fd = sleeper_.descriptor(), .events = POLLIN, .revents = 0};
    auto const ready = ::poll(&waiting, 1, kWitnessPauseMs);
    sleeper_.drain();
    return ready == 0;
}

bool JournalThread::take_segment()
{
    auto next = maker_.take();
    if (!next) return false;
    TURNOUT_CHECK(next->number == end_.segment_no, "journal.segment.order");
    segment_ = std::move(*next);
    return true;
}

// The header page is durable before the first frame behind it, so that a crash never leaves a frame
// in a segment that cannot be told from an unused one.
bool JournalThread::write_segment_header()
{
    SegmentHeader header{};
    header.page_bytes = kPageBytes;
    header.group = control_.group;
    header.segment_no = end_.segment_no;
    header.first_seq = end_.last_seq + 1;
    header.created_ts = ports_.clock.wall_ns();
    header.prev_tag = end_.prev_tag;
    header.pages = segment_.pages;
    seal(header);
    store(header_page_.data(), header);
    if (!write_and_sync(header_page_.span(), 0)) return false;
    end_.page_index = 1;
    return true;
}

bool JournalThread::write_and_sync(ByteView bytes, std::uint32_t page_index)
{
    auto const put = segment_.file->pwrite(bytes, page_index * kPageBytes);
    if (!put.is_complete(bytes.size())) [[unlikely]] {
        fail(segment_.path + ": page " + std::to_string(page_index) +
             ": write failed: " + describe(put, bytes.size()));
        return false;
    }
    if (sync_ == SyncMethod::dsync) return true;
    if (auto const error = segment_.file->sync()) [[unlikely]] {
        fail(segment_.path + ": sync failed: " + describe_errno(error));
        return false;
    }
    return true;
}

bool JournalThread::write_frame()
{
    now_ns_ = ports_.clock.monotonic_ns();
    pending_since_ns_.store(now_ns_, std::memory_order_relaxed);
    if (segment_.file == nullptr && !take_segment()) return false;
    if (end_.page_index == 0 && !write_segment_header()) return false;

    auto const run = cut_records({staging_.data(), staged_bytes_}, end_.last_seq, end_.ts_ns);
    TURNOUT_CHECK(run.bytes > 0, "journal.append.whole_groups");
    auto const pages = static_cast<std::uint32_t>(frame_pages(run.bytes));
    std::uint16_t flags = 0;
    if (segment_.pages - (end_.page_index + pages) < kFramePagesMax) flags |= segment_end;
    if (stopping_.load(std::memory_order_relaxed) && run.bytes == staged_bytes_ &&
        shared_.ring.read_available() == 0)
        flags |= clean_stop;
    auto const frame =
        writer_.encode({staging_.data(), run.bytes}, run, end_.segment_no, end_.page_index, flags);
    if (!write_and_sync(frame, end_.page_index)) return false;

    witness_.last_seq = run.last_seq;
    witness_.segment_no = end_.segment_no;
    witness_.page_index = end_.page_index;
    witness_.tag = writer_.last_tag();
    end_.last_seq = run.last_seq;
    end_.ts_ns = run.last_ts_ns;
    end_.prev_tag = writer_.last_tag();
    end_.page_index += pages;
    if ((flags & segment_end) != 0) {
        end_.segment_no += 1;
        end_.page_index = 0;
        segment_ = {};
    }
    if (dead_.load(std::memory_order_relaxed)) [[unlikely]]
        return false;
    publish();
    staged_bytes_ -= run.bytes;
    if (staged_bytes_ > 0)
        std::memmove(staging_.data(), staging_.data() + run.bytes, staged_bytes_);
    return true;
}

void JournalThread::publish() noexcept
{
    // Release: whoever acquires it may let out everything up to this sequence.
    shared_.durable_seq.store(end_.last_seq, std::memory_order_release);
    for (auto* const sleeper : wake_)
        sleeper->wake();
}

bool JournalThread::write_witness()
{
    witness_written_ns_ = now_ns_;
    if (auto const* const operation = witness_file_.write(witness_)) {
        fail(witness_file_.path() + ": " + operation + " failed: " + witness_file_.error());
        return false;
    }
    return true;
}

void JournalThread::mark_clean()
{
    control_.clean = 1;
    control_.generation += 1;
    if (auto const* const operation = control_file_.write(control_))
        fail(control_file_.path() + ": " + operation + " failed: " + control_file_.error());
}

}  // namespace turnout::journal
