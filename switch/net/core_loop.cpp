#include "switch/net/core_loop.hpp"

#include "protocol/core/check.hpp"
#include "switch/net/listener_state.hpp"

#include <algorithm>
#include <bit>

#include <boost/asio/bind_allocator.hpp>

namespace turnout::net {

namespace asio = boost::asio;

static constexpr std::uint64_t kTimerMs = 100;
static constexpr std::uint64_t kTurnBudgetNs = 10 * kNanosPerMilli;
static constexpr std::size_t kBatchMax = limits::commands_per_batch_max;

CoreLoop::CoreLoop(LoopParts const& parts)
    : parts_(parts),
      counters_(*parts.counters),
      slots_(parts.in_flight_max),
      scratch_(new std::byte[limits::loop_scratch_bytes]),
      effects_(kBatchMax),
      pending_(parts.in_flight_max)
{
    TURNOUT_CHECK(parts.in_flight_max <= limits::in_flight_per_loop_max &&
                      std::has_single_bit(parts.in_flight_max),
                  "rings hold the credit");
    std::size_t in_bytes = limits::session_in_bytes;
    for (auto* shared : parts_.listeners) {
        auto const index = static_cast<std::uint32_t>(listeners_.size());
        listeners_.push_back(std::make_unique<ListenerState>(io_, *shared, index));
        sessions_max_ += shared->config.connections_max;
        in_bytes = std::max<std::size_t>(
            in_bytes, shared->config.frame_bytes_max + wire::kFrameOverheadBytesMax);
    }
    in_arena_ = std::make_unique<Arena>(sessions_max_, in_bytes);
    out_arena_ = std::make_unique<Arena>(sessions_max_, limits::session_out_bytes);
    sessions_.reserve(sessions_max_);
    free_sessions_.reserve(sessions_max_);
    readable_.reserve(sessions_max_);
    reading_.reserve(sessions_max_);
    dirty_.reserve(sessions_max_);
    starved_.reserve(2 * sessions_max_);
    batch_.reserve(kBatchMax);
    wake_.assign(::dup(sleeper_.descriptor()));
}

// Every pending handler lives in memory of a session or listener: run them out (they see that they
// were cancelled) before that memory goes.
CoreLoop::~CoreLoop()
{
    boost::system::error_code ignored;
    for (auto& session : sessions_)
        session->socket.close(ignored);
    for (auto& listener : listeners_)
        listener->acceptor.close(ignored);
    wake_.close(ignored);
    timer_.cancel();
    io_.restart();
    io_.poll();
}

void CoreLoop::drain() noexcept
{
    drain_requested_.store(true, std::memory_order_release);
    sleeper_.signal();
}

void CoreLoop::stop() noexcept
{
    stop_requested_.store(true, std::memory_order_release);
    sleeper_.signal();
}

void CoreLoop::read_clock() noexcept
{
    now_ = {parts_.clock->wall_ns(), parts_.clock->monotonic_ns()};
    now_ms_ = now_.monotonic_ns / kNanosPerMilli;
}

void CoreLoop::begin()
{
    read_clock();
    arm_wake();
    arm_timer();
    for (auto& listener : listeners_)
        arm_accept(*listener);
}

void CoreLoop::run()
{
    begin();
    while (!stop_requested_.load(std::memory_order_acquire)) {
        if (turn()) {
            worked_at_ns_ = now_.monotonic_ns;
            continue;
        }
        // Spinning is for machines with cores to spare: it saves the cost of waking up.
        if (parts_.spin_ns != 0 && now_.monotonic_ns - worked_at_ns_ < parts_.spin_ns) continue;
        sleep();
    }
}

bool CoreLoop::turn()
{
    io_.poll();
    read_clock();
    auto const accepted = accept_ready();
    auto const received = read_ready();
    submit_batch();
    take_effects();
    auto const released = release_durable();
    resume_starved();
    auto const flushed = flush_dirty();
    if (draining_) check_drained();
    auto const worked = accepted || received || released || flushed;
    if (worked) measure_turn();
    return worked;
}

void CoreLoop::measure_turn() noexcept
{
    counters_.add(CounterId::turns);
    auto const took_ns = parts_.clock->monotonic_ns() - now_.monotonic_ns;
    counters_.raise(CounterId::turn_ns_max, took_ns);
    if (took_ns > kTurnBudgetNs) counters_.add(CounterId::turns_over_budget);
}

// What a producer may have left between the last turn and the announcement of sleep.
bool CoreLoop::idle_work() noexcept
{
    if (!readable_.empty() || parts_.gate->ready()) return true;
    return pending_count_ != 0 &&
           pending_[pending_head_].seq <= parts_.durable_seq->load(std::memory_order_acquire);
}

void CoreLoop::sleep()
{
    sleeper_.announce();
    if (!idle_work() && !stop_requested_.load(std::memory_order_acquire)) {
        counters_.add(CounterId::sleeps);
        io_.run_one();
    }
    sleeper_.stay_awake();
}

void CoreLoop::arm_wake()
{
    wake_.async_wait(asio::posix::descriptor_base::wait_read,
                     asio::bind_allocator(HandlerAllocator<std::byte>(wake_memory_),
                                          [this](boost::system::error_code const& error) {
                                              if (error) return;
                                              sleeper_.drain();
                                              arm_wake();
                                          }));
}

void CoreLoop::arm_timer()
{
    timer_.expires_after(std::chrono::milliseconds(kTimerMs));
    timer_.async_wait(asio::bind_allocator(HandlerAllocator<std::byte>(timer_memory_),
                                           [this](boost::system::error_code const& error) {
                                               if (!error) on_timer();
                                           }));
}

void CoreLoop::on_timer()
{
    read_clock();
    parts_.gate->tick(now_);
    scan_deadlines();
    if (drain_requested_.load(std::memory_order_acquire)) {
        draining_ = true;
        check_drained();
    }
    for (auto& listener : listeners_) {
        if (draining_) {
            boost::system::error_code ignored;
            listener->acceptor.close(ignored);
        } else {
            arm_accept(*listener);  // again after an error such as no descriptor left
        }
    }
    if (auto const count = log_gate_.take_suppressed() + opened_gate_.take_suppressed(); count != 0)
        log::warn("{} lines about connections were kept back", count);
    arm_timer();
}

void CoreLoop::check_drained() noexcept
{
    if (slots_.in_use_count() != 0) return;
    for (auto const& session : sessions_)
        if (session->phase != SessionPhase::free && session->out_bytes() != 0) return;
    drained_.store(true, std::memory_order_release);
}

void CoreLoop::submit_batch() noexcept
{
    if (batch_.empty()) return;
    counters_.add(CounterId::commands, batch_.size());
    parts_.gate->submit(batch_, now_);
    batch_.clear();
    take_effects();
}

void CoreLoop::take_effects() noexcept
{
    while (auto const count = parts_.gate->take(effects_)) {
        for (std::size_t index = 0; index < count; ++index) {
            auto const& effect = effects_[index];
            if (effect.seq == 0) {  // depends on nothing: out at once
                release(effect);
                continue;
            }
            TURNOUT_CHECK(pending_count_ < pending_.size(), "in flight is bounded by echo slots");
            pending_[(pending_head_ + pending_count_) & (pending_.size() - 1)] = effect;
            ++pending_count_;
        }
    }
}

bool CoreLoop::release_durable() noexcept
{
    if (pending_count_ == 0) return false;
    auto const durable = parts_.durable_seq->load(std::memory_order_acquire);
    bool released = false;
    while (pending_count_ != 0 && pending_[pending_head_].seq <= durable) {
        release(pending_[pending_head_]);
        pending_head_ = (pending_head_ + 1) & (pending_.size() - 1);
        --pending_count_;
        released = true;
    }
    return released;
}

void CoreLoop::release(engine::Effect const& effect) noexcept
{
    auto* slot = slots_.find(effect.echo_slot, effect.echo_generation);
    TURNOUT_CHECK(slot != nullptr, "an effect comes back once, with the handle it was given");
    auto& session = *sessions_[slot->session.slot];
    if (session.generation == slot->session.generation) {
        session.out_reserved -= slot->answer_bytes_max();
        --session.in_flight;
        if (effect.kind == engine::EffectKind::answer)
            put_answer(session, slot->echo, decision_of(effect));
        else
            counters_.add(CounterId::answers_dropped);
        list_dirty(session);  // also when nothing is to be sent: it may go on reading, or end
    } else {
        counters_.add(CounterId::answers_without_session);
    }
    slots_.release(effect.echo_slot);
    slots_freed_ = true;
}

}  // namespace turnout::net
