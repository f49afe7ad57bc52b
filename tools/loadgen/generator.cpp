#include "tools/loadgen/generator.hpp"

#include "tools/loadgen/socket.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace turnout::loadgen {
namespace {

constexpr std::uint64_t kMilli = 1'000'000;
constexpr std::uint64_t kSweepEvery = 5 * kMilli;
constexpr std::uint64_t kReconnectEvery = 50 * kMilli;
constexpr std::uint64_t kInterruptedDrain = 500 * kMilli;
constexpr std::size_t kInBytes = 128 * 1024;
constexpr std::size_t kSlotsMax = 1U << 17U;  // per connection
constexpr std::size_t kOutBytesMin = 64 * 1024;
constexpr std::uint64_t kFullDecodes = 1'000;

// Room for every message that can wait for an answer on one connection: the window, or what the
// rate sends within the time-out.
std::size_t slots_for(LoadOptions const& options) noexcept
{
    if (!options.rate) return std::size_t{options.window} * 4;
    auto const timeout_s = static_cast<double>(options.timeout_ns) / 1e9 + 1.0;
    auto const all = options.rate->per_second() * timeout_s;
    auto const each = static_cast<std::size_t>(all / options.connections * 1.25) + 1'024;
    return std::min(std::max<std::size_t>(each, std::size_t{options.window} * 4), kSlotsMax);
}

std::uint64_t process_cpu_ns() noexcept
{
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    auto const ns = [](timeval const& t) {
        return static_cast<std::uint64_t>(t.tv_sec) * kNanosPerSecond +
               static_cast<std::uint64_t>(t.tv_usec) * 1'000;
    };
    return ns(usage.ru_utime) + ns(usage.ru_stime);
}

}  // namespace

Generator::Generator(LoadOptions const& options, Hooks const& hooks, LoadResult& result)
    : options_(options),
      hooks_(hooks),
      result_(result),
      random_(options.seed),
      reader_(*options.dialect, options.verify ? UINT64_MAX : kFullDecodes),
      schedule_(options.rate.value_or(Rate{1, kNanosPerSecond}), 0)
{
}

Generator::~Generator()
{
    for (auto const& link : links_)
        if (link.fd >= 0) ::close(link.fd);
    if (epoll_ >= 0) ::close(epoll_);
}

bool Generator::prepare(std::string& error)
{
    template_config_ = {.dialect = options_.dialect,
                        .framing = options_.framing,
                        .acquirer = options_.acquirer,
                        .currency = options_.currency,
                        .expiry_yymm = iso8583::kDemoExpiryYymm,
                        .rrn_tag = Identity(options_.entropy, 0).rrn_tag()};
    single_ = options_.mix.single();
    for (std::size_t i = 0; i < kKinds; ++i) {
        auto const kind = static_cast<Kind>(i);
        auto made = MessageTemplate::make(template_config_, kind);
        if (!made.has_value()) {
            error = "cannot build the " + std::string(info(kind).name) + " message: DE " +
                    std::to_string(made.error().de) + ": " +
                    std::string(iso8583::meaning(made.error().code));
            return false;
        }
        frame_bytes_max_ = std::max(frame_bytes_max_, made->frame_bytes());
        templates_.push_back(std::move(*made));
        if (single_ && options_.mix.has(kind)) only_ = kind;
    }
    has_follow_ups_ = options_.mix.has(Kind::completion) || options_.mix.has(Kind::reversal);
    for (std::uint64_t i = 0; i < options_.cards; ++i)
        cards_.push_back(make_card(options_.bin, options_.seed, i));
    if (!options_.record_path.empty()) {
        recorder_ = Recorder::create(options_.record_path, error);
        if (!recorder_) return false;
    }
    auto const out_bytes =
        std::max(kOutBytesMin, 2 * (std::size_t{options_.window} + 1) * frame_bytes_max_);
    links_.reserve(options_.connections);
    for (unsigned i = 0; i < options_.connections; ++i)
        links_.emplace_back(options_.entropy, i, slots_for(options_), out_bytes, kInBytes);
    dirty_.reserve(options_.connections);
    return true;
}

bool Generator::open_link(std::size_t index, std::uint64_t timeout_ns, std::string& error)
{
    auto& link = links_[index];
    link.fd = connect_tcp(options_.target, timeout_ns, error);
    if (link.fd < 0) return false;
    ++open_links_;
    link.in_used = link.out_head = link.out_tail = 0;
    if (options_.sign_on && !signed_on_) {
        auto const code = sign_on(link, timeout_ns);
        signed_on_ = code == "00";
        if (!signed_on_) {
            error = code.empty() ? "no answer to the sign-on" : "sign-on refused with " + code;
            ::close(link.fd);
            link.fd = -1;
            --open_links_;
            return false;
        }
    }
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.u64 = index;
    link.wants_writable = false;
    (void)::epoll_ctl(epoll_, EPOLL_CTL_ADD, link.fd, &event);
    return true;
}

std::string Generator::sign_on(Link& link, std::uint64_t timeout_ns)
{
    static constexpr std::uint16_t kSignOn = 1;
    // A number of its own, far from those of the run.
    auto const stan = 999'000 + random_.below(1'000);
    auto const message =
        network_message(template_config_, kSignOn, stan, message_time(wall_ns() / kNanosPerSecond),
                        link.identity.terminal(kBase36Cubed - 1));
    if (message.empty() || !send_all(link.fd, message, timeout_ns)) return {};
    std::vector<std::byte> in;
    auto const deadline = monotonic_ns() + timeout_ns;
    for (;;) {
        auto const frame = wire::peek_frame(options_.framing, in, kInBytes);
        if (frame.status == wire::FrameStatus::complete) {
            iso8583::MessageView view;
            auto const body = ByteView(in).subspan(frame.header_bytes, frame.body_bytes);
            if (view.decode(*options_.dialect, body).ok() && view.mti() == iso8583::Mti{810} &&
                view.has(39))
                return std::string(as_text(view.value(39)));
        }
        auto const now = monotonic_ns();
        if (frame.status == wire::FrameStatus::need_more) {
            if (now >= deadline || read_some(link.fd, in, deadline - now) <= 0) return {};
        } else if (frame.status == wire::FrameStatus::complete ||
                   frame.status == wire::FrameStatus::keep_alive ||
                   frame.status == wire::FrameStatus::bad_header) {
            in.erase(in.begin(), in.begin() + frame.frame_bytes);
        } else {
            return {};
        }
    }
}

LoadStatus Generator::connect_all(std::string& error)
{
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    for (std::size_t i = 0; i < links_.size(); ++i) {
        if (open_link(i, options_.timeout_ns, error)) continue;
        return error.starts_with("sign-on refused") ? LoadStatus::refused
                                                    : LoadStatus::cannot_connect;
    }
    return LoadStatus::finished;
}

LoadStatus Generator::run(std::string& error)
{
    if (!prepare(error)) return LoadStatus::cannot_record;
    if (auto const status = connect_all(error); status != LoadStatus::finished) return status;
    // The kernel may otherwise round our timers up by 50 µs.
    (void)::prctl(PR_SET_TIMERSLACK, 1UL);
    loop();
    if (recorder_ && !recorder_->flush()) result_.record_failed = true;
    if (result_.interrupted) return LoadStatus::interrupted;
    if (open_links_ == 0 && !options_.reconnect) {
        error = "every connection was closed by the peer";
        return LoadStatus::lost_all;
    }
    return LoadStatus::finished;
}

void Generator::loop()
{
    start_ns_ = monotonic_ns();
    measure_from_ns_ = start_ns_ + options_.warmup_ns;
    stop_at_ns_ = measure_from_ns_ + options_.duration_ns;
    wall_offset_ns_ = wall_ns() - start_ns_;
    schedule_ = Schedule(options_.rate.value_or(Rate{1, kNanosPerSecond}), start_ns_);
    next_sweep_ns_ = start_ns_ + kSweepEvery;
    next_progress_ns_ = start_ns_ + hooks_.progress_interval_ns;
    auto now = start_ns_;
    if (options_.warmup_ns == 0) begin_measuring();
    set_time(now);
    if (!options_.rate) fill_windows();
    std::uint64_t give_up_at_ns = 0;
    for (;;) {
        cycle(now);
        now = monotonic_ns();
        if (sending_) {
            auto const stopped = hooks_.stop != nullptr && hooks_.stop->load() != 0;
            auto const dead = open_links_ == 0 && !options_.reconnect;
            auto const counted = options_.count != 0 && counted_ >= options_.count;
            if (!stopped && !dead && !counted && now < stop_at_ns_) continue;
            // Due before the end, but the last cycle was too early for them.
            if (options_.rate && !stopped) queue_due(now);
            flush_dirty();
            result_.interrupted = stopped;
            end_sending(now);
            give_up_at_ns = now + (stopped ? std::min(kInterruptedDrain, options_.timeout_ns)
                                           : options_.timeout_ns + 2 * kSweepEvery);
        } else if (waiting() == 0 || now >= give_up_at_ns) {
            break;
        } else if (!result_.interrupted && hooks_.stop != nullptr && hooks_.stop->load() != 0) {
            result_.interrupted = true;
            give_up_at_ns = now;
        }
    }
    // What still waits was not answered in time: the drain lasts as long as the time-out, unless it
    // was cut short.
    auto& unanswered = result_.interrupted ? result_.lost : result_.timeouts;
    for (auto& link : links_)
        for (auto* slot = link.in_flight.oldest(); slot != nullptr; slot = link.in_flight.oldest())
            give_up(link, *slot, unanswered);
    if (options_.count != 0 && last_answer_ns_ > measure_from_ns_)
        result_.measured_ns = last_answer_ns_ - measure_from_ns_;
    if (options_.count != 0) result_.answers_in_window = result_.answered;
}

void Generator::cycle(std::uint64_t now)
{
    if (!measuring_ && now >= measure_from_ns_) begin_measuring();
    set_time(now);
    if (sending_ && options_.rate) queue_due(now);
    flush_dirty();
    wait_and_receive(options_.spin ? 0 : monotonic_ns());
    if (now >= next_sweep_ns_) housekeeping(now);
}

void Generator::queue_due(std::uint64_t now)
{
    for (;; ++index_) {
        auto const intended = schedule_.intended_ns(index_);
        if (intended > now || intended >= stop_at_ns_) return;
        auto const measured = intended >= measure_from_ns_;
        if (measured && options_.count != 0 && counted_ >= options_.count) return;
        auto& link = links_[index_ % links_.size()];
        counted_ += static_cast<std::uint64_t>(measured);
        if (queue(link, intended, measured))
            mark_dirty(link);
        else
            result_.dropped += static_cast<std::uint64_t>(measured);
    }
}

void Generator::fill_windows()
{
    for (auto& link : links_)
        if (fill_window(link)) flush(link);
}

bool Generator::fill_window(Link& link)
{
    auto const before = link.in_flight.next();
    while (options_.count == 0 || counted_ < options_.count) {
        if (!queue(link, 0, measuring_)) break;  // meant to leave at once: stamp() sets the time
        counted_ += static_cast<std::uint64_t>(measuring_);
    }
    return link.in_flight.next() != before;
}

std::uint64_t Generator::wait_ns(std::uint64_t now) const noexcept
{
    if (options_.spin) return 0;
    auto const housekeeping = next_sweep_ns_ > now ? next_sweep_ns_ - now : 0;
    if (!sending_ || !options_.rate) return housekeeping;
    return std::min(housekeeping, schedule_.wait_ns(index_, now));
}

void Generator::wait_and_receive(std::uint64_t now)
{
    std::array<epoll_event, 128> events;
    auto const wait = wait_ns(now);
    timespec const timeout{static_cast<time_t>(wait / kNanosPerSecond),
                           static_cast<long>(wait % kNanosPerSecond)};
    auto const n =
        ::epoll_pwait2(epoll_, events.data(), static_cast<int>(events.size()), &timeout, nullptr);
    auto const saturating = sending_ && !options_.rate;
    for (int i = 0; i < n; ++i) {
        auto& link = links_[events[static_cast<std::size_t>(i)].data.u64];
        auto const what = events[static_cast<std::size_t>(i)].events;
        if (link.fd < 0) continue;
        if ((what & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0) receive(link);
        auto const queued = saturating && fill_window(link);
        if (queued || (what & EPOLLOUT) != 0) flush(link);
    }
}

void Generator::set_interest(Link& link, bool writable) noexcept
{
    epoll_event event{};
    event.events = writable ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u64 = static_cast<std::uint64_t>(&link - links_.data());
    (void)::epoll_ctl(epoll_, EPOLL_CTL_MOD, link.fd, &event);
    link.wants_writable = writable;
}

void Generator::lose(Link& link) noexcept
{
    if (link.fd < 0) return;
    ::close(link.fd);
    link.fd = -1;
    link.in_used = link.out_head = link.out_tail = 0;
    --open_links_;
    ++result_.connections_lost;
    stamp(link, monotonic_ns());
    for (auto* slot = link.in_flight.oldest(); slot != nullptr; slot = link.in_flight.oldest())
        give_up(link, *slot, result_.lost);
    if (open_links_ == 0) signed_on_ = false;  // a peer that restarted may have forgotten it
}

void Generator::try_reconnect()
{
    std::string error;
    for (std::size_t i = 0; i < links_.size(); ++i) {
        if (links_[i].fd >= 0) continue;
        if (!open_link(i, kNanosPerSecond, error)) return;
        ++result_.reconnects;
    }
}

void Generator::housekeeping(std::uint64_t now)
{
    next_sweep_ns_ = now + kSweepEvery;
    sweep(now);
    if (sending_ && !options_.rate) fill_windows();
    if (sending_ && options_.reconnect && open_links_ < links_.size() &&
        now >= next_reconnect_ns_) {
        try_reconnect();
        next_reconnect_ns_ = monotonic_ns() + kReconnectEvery;
    }
    if (hooks_.progress && now >= next_progress_ns_) {
        next_progress_ns_ = now + hooks_.progress_interval_ns;
        hooks_.progress({now - start_ns_, stop_at_ns_ - start_ns_, result_.sent_all,
                         result_.answered_all, result_.corrected.percentile(99.0)});
    }
}

void Generator::set_time(std::uint64_t now) noexcept
{
    auto const second = (now + wall_offset_ns_) / kNanosPerSecond;
    if (second == second_) return;
    wall_offset_ns_ = wall_ns() - monotonic_ns();  // follows a stepped wall clock
    second_ = second;
    time_ = message_time(second);
    for (auto& message : templates_)
        message.set_time(time_);
}

void Generator::begin_measuring() noexcept
{
    measuring_ = true;
    cpu_at_start_ns_ = process_cpu_ns();
}

void Generator::end_sending(std::uint64_t now) noexcept
{
    sending_ = false;
    if (measuring_) {
        result_.measured_ns = now > measure_from_ns_ ? now - measure_from_ns_ : 0;
        result_.cpu_ns = process_cpu_ns() - cpu_at_start_ns_;
    }
}

std::uint64_t Generator::waiting() const noexcept
{
    std::uint64_t sum = 0;
    for (auto const& link : links_)
        sum += link.in_flight.waiting();
    return sum;
}

LoadStatus run_load(LoadOptions const& options, Hooks const& hooks, LoadResult& result,
                    std::string& error)
{
    Generator generator(options, hooks, result);
    return generator.run(error);
}

}  // namespace turnout::loadgen
