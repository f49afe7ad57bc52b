// The engine on a thread of its own: drains the loops' command rings in turn, a batch each, and
// gives effects back by each loop's effect ring. No lock; one producer and one consumer per ring.
#pragma once
#include "switch/base/clock.hpp"
#include "switch/base/sleeper.hpp"
#include "switch/net/engine_gate.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <boost/lockfree/spsc_queue.hpp>

namespace turnout::net {

class EngineThread {
public:
    // Borrows pump, clock, counters and the loops' sleepers for its life. `loop_sleepers` is one
    // per loop; `durable_seq` is the journal's.
    EngineThread(EnginePump& pump, Clock& clock, Counters& counters,
                 std::atomic<Sequence> const& durable_seq,
                 std::vector<Sleeper*> const& loop_sleepers);
    ~EngineThread();
    EngineThread(EngineThread const&) = delete;
    EngineThread& operator=(EngineThread const&) = delete;

    // The gate of loop `index`; valid as long as this object, used by that loop's thread only.
    [[nodiscard]] EngineGate& gate(std::size_t index) noexcept { return *gates_[index]; }

    void start();
    // Processes what is in the rings, then ends the thread. Call after the loops have ended.
    void stop();

private:
    class RingGate final : public EngineGate {
    public:
        RingGate(Sleeper& engine, Sleeper& loop);
        void submit(std::span<engine::Command const> commands, Now const& now) noexcept override;
        [[nodiscard]] std::size_t take(std::span<engine::Effect> out) noexcept override;
        [[nodiscard]] bool ready() noexcept override { return effects.read_available() != 0; }
        void tick(Now const&) noexcept override {}  // the engine thread keeps its own time

        boost::lockfree::spsc_queue<engine::Command> commands;
        boost::lockfree::spsc_queue<engine::Effect> effects;
        Sleeper& engine_sleeper;
        Sleeper& loop_sleeper;
    };

    void run() noexcept;
    [[nodiscard]] bool turn() noexcept;
    [[nodiscard]] bool serve(RingGate& gate, Now const& now) noexcept;
    void sleep() noexcept;

    EnginePump& pump_;
    Clock& clock_;
    Counters& counters_;
    std::atomic<Sequence> const& durable_seq_;
    Sleeper sleeper_;
    std::vector<std::unique_ptr<RingGate>> gates_;
    std::vector<engine::Command> batch_;
    std::vector<engine::Effect> effects_;
    std::uint64_t next_tick_ns_ = 0;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace turnout::net
