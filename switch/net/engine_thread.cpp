#include "switch/net/engine_thread.hpp"

#include "protocol/core/check.hpp"

#include <poll.h>

namespace turnout::net {

static constexpr std::uint64_t kTickNs = 100 * kNanosPerMilli;

EngineThread::RingGate::RingGate(Sleeper& engine, Sleeper& loop)
    : commands(limits::in_flight_per_loop_max),
      effects(limits::in_flight_per_loop_max),
      engine_sleeper(engine),
      loop_sleeper(loop)
{
}

void EngineThread::RingGate::submit(std::span<engine::Command const> batch, Now const&) noexcept
{
    auto const pushed = commands.push(batch.data(), batch.size());
    TURNOUT_CHECK(pushed == batch.size(), "a loop's credit is what its command ring holds");
    engine_sleeper.wake();
}

std::size_t EngineThread::RingGate::take(std::span<engine::Effect> out) noexcept
{
    return effects.pop(out.data(), out.size());
}

EngineThread::EngineThread(EnginePump& pump, Clock& clock, Counters& counters,
                           std::atomic<Sequence> const& durable_seq,
                           std::vector<Sleeper*> const& loop_sleepers)
    : pump_(pump),
      clock_(clock),
      counters_(counters),
      durable_seq_(durable_seq),
      batch_(limits::commands_per_batch_max),
      effects_(limits::commands_per_batch_max)
{
    for (auto* loop : loop_sleepers)
        gates_.push_back(std::make_unique<RingGate>(sleeper_, *loop));
}

EngineThread::~EngineThread()
{
    stop();
}

void EngineThread::start()
{
    thread_ = std::thread([this] { run(); });
}

void EngineThread::stop()
{
    if (!thread_.joinable()) return;
    stopping_.store(true, std::memory_order_release);
    sleeper_.signal();
    thread_.join();
}

void EngineThread::run() noexcept
{
    while (true) {
        auto const last = stopping_.load(std::memory_order_acquire);
        if (turn()) continue;
        if (last) return;
        sleep();
    }
}

bool EngineThread::turn() noexcept
{
    Now const now{clock_.wall_ns(), clock_.monotonic_ns()};
    bool worked = false;
    for (auto& gate : gates_)
        worked = serve(*gate, now) || worked;
    if (now.monotonic_ns >= next_tick_ns_) {
        pump_.tick(now);
        pump_.commit();
        next_tick_ns_ = now.monotonic_ns + kTickNs;
    }
    return worked;
}

bool EngineThread::serve(RingGate& gate, Now const& now) noexcept
{
    auto const count = gate.commands.pop(batch_.data(), batch_.size());
    if (count == 0) return false;
    pump_.decide({batch_.data(), count}, now, effects_);
    Sequence first_seq = effects_[0].seq;
    for (std::size_t index = 1; index < count; ++index)
        first_seq = std::min(first_seq, effects_[index].seq);
    auto const pushed = gate.effects.push(effects_.data(), count);
    TURNOUT_CHECK(pushed == count, "a loop's credit is what its effect ring holds");
    // The journal wakes the loops when it makes something durable, and the effects must be in the
    // ring by then: hence commit after push. What is durable already, nobody else will announce.
    // The fence keeps the look at durable_seq behind the push, so that either this thread sees the
    // new value here, or the loop that the journal wakes afterwards sees the effects.
    pump_.commit();
    std::atomic_thread_fence(std::memory_order_seq_cst);
    if (first_seq <= durable_seq_.load(std::memory_order_acquire)) gate.loop_sleeper.wake();
    return true;
}

void EngineThread::sleep() noexcept
{
    sleeper_.announce();
    for (auto& gate : gates_) {
        if (gate->commands.read_available() != 0) {
            sleeper_.stay_awake();
            return;
        }
    }
    counters_.add(CounterId::sleeps);
    pollfd waiting{.fd = sleeper_.descriptor(), .events = POLLIN, .revents = 0};
    [[maybe_unused]] auto const ready =
        ::poll(&waiting, 1, static_cast<int>(kTickNs / kNanosPerMilli));
    sleeper_.drain();
}

}  // namespace turnout::net
