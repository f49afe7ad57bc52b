// A loop: one thread, one io_context, its own sessions. A turn is: read what is readable, decode,
// extract, hand commands to the engine; take effects, release those that are durable, build their
// answers, send once per session. Nothing leaves before durable_seq has reached its sequence.
// After start a message costs no allocation. Everything here belongs to the loop's thread, except
// where a comment says otherwise.
#pragma once
#include "protocol/iso8583/message_view.hpp"
#include "switch/base/clock.hpp"
#include "switch/base/counters.hpp"
#include "switch/base/log.hpp"
#include "switch/base/sleeper.hpp"
#include "switch/net/answer.hpp"
#include "switch/net/arena.hpp"
#include "switch/net/echo_slots.hpp"
#include "switch/net/engine_gate.hpp"
#include "switch/net/extract.hpp"
#include "switch/net/session.hpp"

#include <atomic>
#include <memory>
#include <vector>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>

namespace turnout::net {

// One listener as all loops share it: its settings, and how many connections it has over all loops.
struct ListenerShared {
    ListenerConfig config;
    std::uint8_t dialect_index = 0;  // for records (docs/formats/journal.md)
    std::atomic<std::uint32_t> connections{0};
    std::atomic<std::uint16_t> bound_port{0};  // set by the first loop that binds
};

// What a loop is made of; all borrowed for its life.
struct LoopParts {
    std::uint32_t index = 0;
    std::uint64_t spin_ns = 0;
    bool share_ports = false;  // several loops: each binds the same port, the kernel spreads
    std::uint32_t in_flight_max = limits::in_flight_per_loop_max;  // a power of two
    std::vector<ListenerShared*> listeners;
    std::vector<Link> const* links = nullptr;
    KeyedHash const* hash = nullptr;
    Clock* clock = nullptr;
    EngineGate* gate = nullptr;  // may also be set later with set_gate()
    std::atomic<Sequence> const* durable_seq = nullptr;
    Counters* counters = nullptr;
};

struct ListenerState;

class CoreLoop {
public:
    // Allocates buffers; throws at start-up only.
    explicit CoreLoop(LoopParts const& parts);
    ~CoreLoop();
    CoreLoop(CoreLoop const&) = delete;
    CoreLoop& operator=(CoreLoop const&) = delete;

    // Before run(): the gate, when it needs this loop's sleeper to be made.
    void set_gate(EngineGate& gate) noexcept { parts_.gate = &gate; }
    // Before run(): binds and listens; throws std::system_error naming address and port.
    void open_listeners();

    // The thread's body: begin(), then turns and sleep until stop().
    void run();
    // Starts waiting for connections and time; once, before the first turn().
    void begin();
    // Makes one turn without sleeping; true when it did something.
    bool turn();

    // Any thread: woken by the journal when something became durable.
    [[nodiscard]] Sleeper& sleeper() noexcept { return sleeper_; }
    // Any thread: stop accepting and reading, answer what is in flight.
    void drain() noexcept;
    // Any thread: true when nothing is in flight and all output is sent (after drain()).
    [[nodiscard]] bool drained() const noexcept { return drained_.load(std::memory_order_acquire); }
    // Any thread: run() returns soon.
    void stop() noexcept;

private:
    // core_loop.cpp
    void sleep();
    [[nodiscard]] bool idle_work() noexcept;
    void arm_wake();
    void arm_timer();
    void on_timer();
    void check_drained() noexcept;
    void submit_batch() noexcept;
    void take_effects() noexcept;
    bool release_durable() noexcept;
    void release(engine::Effect const& effect) noexcept;
    void measure_turn() noexcept;
    void read_clock() noexcept;

    // core_loop_accept.cpp
    void arm_accept(ListenerState& listener);
    bool accept_ready();
    bool accept_one(ListenerState& listener);
    [[nodiscard]] Session* claim_session();
    void open_listener(ListenerState& listener);
    void start_session(Session& session, ListenerState& listener, Link const& link);
    void close(Session& session, CounterId reason, char const* text) noexcept;
    void finish_close(Session& session) noexcept;
    void scan_deadlines() noexcept;
    void check_deadlines(Session& session) noexcept;
    [[nodiscard]] std::string describe(Session const& session) const;

    // core_loop_read.cpp
    void arm_read(Session& session);
    void list_readable(Session& session) noexcept;
    bool read_ready() noexcept;
    void read_session(Session& session) noexcept;
    [[nodiscard]] std::size_t receive(Session& session, std::size_t have_bytes) noexcept;
    [[nodiscard]] std::size_t parse(Session& session, ByteView bytes) noexcept;
    void keep_rest(Session& session, ByteView rest, bool consumed) noexcept;
    [[nodiscard]] bool may_take(Session& session) noexcept;
    [[nodiscard]] bool take_keep_alive(Session& session, ByteView frame) noexcept;
    [[nodiscard]] bool take_bad_header(Session& session) noexcept;
    [[nodiscard]] bool close_malformed(Session& session) noexcept;
    void handle_message(Session& session, ByteView body) noexcept;
    void handle_command(Session& session) noexcept;
    void handle_reject(Session& session, Extracted const& extracted) noexcept;
    void log_reject(Session const& session, Extracted const& extracted,
                    iso8583::DecodeError const& error) noexcept;
    void resume_starved() noexcept;

    // core_loop_write.cpp
    void put_answer(Session& session, EchoFields const& echo, Decision const& decision) noexcept;
    [[nodiscard]] ByteSpan out_room(Session& session, std::size_t bytes) noexcept;
    void list_dirty(Session& session) noexcept;
    bool flush_dirty() noexcept;
    void flush(Session& session) noexcept;
    void arm_write(Session& session);
    [[nodiscard]] static bool has_output_room(Session const& session) noexcept;

    LoopParts parts_;
    Counters& counters_;
    boost::asio::io_context io_{1};
    boost::asio::posix::basic_stream_descriptor<Executor> wake_{io_};
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, Executor>
        timer_{io_};
    HandlerMemory wake_memory_;
    HandlerMemory timer_memory_;
    Sleeper sleeper_;

    std::vector<std::unique_ptr<ListenerState>> listeners_;
    std::size_t sessions_max_ = 0;
    std::vector<std::unique_ptr<Session>> sessions_;  // made at first use, then kept
    std::vector<std::uint32_t> free_sessions_;
    std::unique_ptr<Arena> in_arena_;
    std::unique_ptr<Arena> out_arena_;
    std::size_t deadline_cursor_ = 0;

    // Sessions by slot; each at most once per list, so the lists never grow.
    std::vector<std::uint32_t> readable_;
    std::vector<std::uint32_t> reading_;
    std::vector<std::uint32_t> dirty_;
    std::vector<std::uint32_t> starved_;  // paused for want of echo slots, first come first served
    std::size_t starved_head_ = 0;

    EchoSlots slots_;
    iso8583::MessageView view_;
    De7Memo de7_;
    ByteView request_header_;  // of the message that is being handled
    EchoFields reject_echo_;
    std::unique_ptr<std::byte[]> scratch_;
    std::vector<engine::Command> batch_;
    std::vector<engine::Effect> effects_;
    std::vector<engine::Effect> pending_;  // ring of effects that wait for durability
    std::size_t pending_head_ = 0;
    std::size_t pending_count_ = 0;

    Now now_;
    std::uint64_t now_ms_ = 0;
    std::uint64_t worked_at_ns_ = 0;
    bool slots_freed_ = false;
    bool draining_ = false;
    log::Gate log_gate_{20};     // reasons for closing and refusing
    log::Gate opened_gate_{10};  // apart, so that a storm of connections hides no reason
    std::atomic<bool> drain_requested_{false};
    std::atomic<bool> drained_{false};
    std::atomic<bool> stop_requested_{false};
};

}  // namespace turnout::net
