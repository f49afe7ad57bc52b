// Helpers of this module's tests: requests by field, an engine that approves everything, a journal
// whose durability the test decides, a loop over loopback with a clock that the test moves.
#pragma once
#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"
#include "switch/net/core_loop.hpp"
#include "switch/net/engine_pump.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace turnout::net::testing {

using Fields = std::map<unsigned, std::string>;

inline constexpr UnixNanos kNow = 1'767'225'600ULL * kNanosPerSecond;  // 2026-01-01 00:00:00 UTC
inline constexpr char kNowDe7[] = "0101000000";

// A complete 0200 purchase (or another type): DE 2, 3, 4, 7, 11, 37, 41, 42, 49.
[[nodiscard]] Fields purchase(unsigned stan = 1);
// The same with some fields changed; an empty value takes the field out.
[[nodiscard]] Fields with(Fields fields, Fields const& changes);
[[nodiscard]] std::vector<std::byte> encode(
    unsigned mti, Fields const& fields,
    iso8583::Dialect const& dialect = iso8583::dialect_1987_binary());
// With a two-byte length in front.
[[nodiscard]] std::vector<std::byte> framed(std::vector<std::byte> const& body);
[[nodiscard]] std::string text_of(iso8583::MessageView const& view, unsigned de);

[[nodiscard]] KeyedHash test_hash();
[[nodiscard]] Link test_link();

class FakeClock final : public Clock {
public:
    [[nodiscard]] UnixNanos wall_ns() noexcept override { return kNow + passed_ns; }
    [[nodiscard]] std::uint64_t monotonic_ns() noexcept override
    {
        return kNanosPerSecond + passed_ns;
    }
    std::atomic<std::uint64_t> passed_ns{0};
};

// One record of `record_bytes` and one effect "00" per command.
class FakeEngine final : public EnginePort {
public:
    void process(std::span<engine::Command const> commands, UnixNanos wall_ns,
                 engine::Outbox& out) noexcept override;
    void tick(UnixNanos wall_ns, engine::Outbox&) noexcept override
    {
        ++ticks;
        seen_wall_ns = wall_ns;
    }
    void checkpoint(UnixNanos wall_ns, engine::Outbox& out) noexcept override;
    [[nodiscard]] engine::Fills fills(UnixNanos) const noexcept override { return fill; }

    UnixNanos seen_wall_ns = 0;  // of the last call
    engine::Fills fill;
    std::size_t record_bytes = 320;
    Sequence last_seq = 0;
    std::uint64_t commands_seen = 0;
    std::uint64_t ticks = 0;
    std::uint64_t checkpoints = 0;
    bool keep_commands = true;
    std::vector<engine::Command> commands;
    std::function<void(engine::Command const&, engine::Effect&)> decide;

private:
    void record(engine::Outbox& out) noexcept;
};

class FakeJournal final : public journal::Journal {
public:
    [[nodiscard]] journal::Recovered const& recovered() const noexcept override
    {
        return recovered_;
    }
    void start(std::span<Sleeper* const> wake) override
    {
        sleepers.assign(wake.begin(), wake.end());
    }
    [[nodiscard]] std::size_t room_bytes() const noexcept override { return room; }
    [[nodiscard]] bool append(ByteView records, Sequence last_seq) noexcept override;
    [[nodiscard]] std::uint64_t oldest_pending_ns(std::uint64_t) const noexcept override
    {
        return pending_ns;
    }
    [[nodiscard]] bool segment_shortage() const noexcept override { return shortage; }
    void stop() override {}

    // Publishes everything appended so far, as the journal thread does after a sync.
    void make_durable() noexcept;

    std::size_t room = limits::journal_ring_bytes;
    std::uint64_t pending_ns = 0;
    bool shortage = false;
    bool durable_at_once = false;
    std::atomic<Sequence> appended_seq{0};
    std::uint64_t appended_bytes = 0;
    std::vector<Sleeper*> sleepers;

private:
    journal::Recovered recovered_;
};

// A client's socket on loopback, never blocking.
class Client {
public:
    explicit Client(std::uint16_t port, int receive_bytes = 0);
    ~Client();
    Client(Client const&) = delete;
    Client& operator=(Client const&) = delete;
    Client(Client&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }

    // Bytes that went out, 0 when the socket is full.
    std::size_t send(ByteView bytes);
    void end_writing();
    // Takes what is there; whole frames are then in `frames`.
    void receive();
    [[nodiscard]] bool closed() const noexcept { return closed_; }
    std::vector<std::vector<std::byte>> frames;

private:
    int fd_;
    bool closed_ = false;
    std::vector<std::byte> buffer_;
};

// An inline engine on one loop that is turned by hand.
class LoopHarness {
public:
    explicit LoopHarness(std::function<void(ListenerConfig&)> const& change = {},
                         std::uint32_t in_flight_max = 1024, bool own_link = true);
    [[nodiscard]] std::uint16_t port() const { return shared.bound_port.load(); }
    // Turns the loop until `done`, at most for two seconds; false when it never came.
    [[nodiscard]] bool turn_until(std::function<bool()> const& done);
    void turns(unsigned count);
    [[nodiscard]] std::uint64_t count(CounterId id) const { return counters.get(id); }

    FakeClock clock;
    FakeEngine engine;
    FakeJournal journal;
    Counters counters;
    EnginePump pump{engine, journal, counters};
    InlineGate gate{pump};
    ListenerShared shared;
    std::vector<Link> links;
    KeyedHash hash = test_hash();
    std::unique_ptr<CoreLoop> loop;
};

}  // namespace turnout::net::testing
