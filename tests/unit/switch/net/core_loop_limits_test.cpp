// What a peer cannot do: use up memory, credit or time, or talk without being known.
#include "net_fixture.hpp"
#include "switch/net/core_loop.hpp"

#include <algorithm>
#include <fstream>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

namespace turnout::net {
namespace {

using testing::Client;
using testing::encode;
using testing::framed;
using testing::LoopHarness;
using testing::purchase;

std::vector<std::byte> request(unsigned stan)
{
    return framed(encode(200, purchase(stan)));
}

bool closed(LoopHarness& h, Client& client)
{
    return h.turn_until([&] {
        client.receive();
        return client.closed();
    });
}

bool served(LoopHarness& h, Client& client, unsigned stan)
{
    auto const want = client.frames.size() + 1;
    client.send(request(stan));
    return h.turn_until([&] {
        client.receive();
        return client.frames.size() >= want;
    });
}

TEST(CoreLoopLimits, unknown_peer_is_closed)
{
    LoopHarness h({}, 1024, false);
    Client client(h.port());
    ASSERT_TRUE(closed(h, client));
    EXPECT_EQ(h.count(CounterId::connections_unknown_peer), 1U);
    EXPECT_EQ(h.shared.connections.load(), 0U);
}

TEST(CoreLoopLimits, connections_above_the_cap_are_closed_and_the_others_served)
{
    LoopHarness h([](ListenerConfig& config) { config.connections_max = 2; });
    h.journal.durable_at_once = true;
    Client first(h.port());
    Client second(h.port());
    Client third(h.port());
    ASSERT_TRUE(closed(h, third));
    EXPECT_EQ(h.count(CounterId::connections_over_cap), 1U);
    EXPECT_TRUE(served(h, first, 1));
    EXPECT_TRUE(served(h, second, 2));
    first.end_writing();
    ASSERT_TRUE(closed(h, first));
    Client fourth(h.port());
    EXPECT_TRUE(served(h, fourth, 3));
}

TEST(CoreLoopLimits, a_link_at_its_cap_leaves_room_on_the_listener)
{
    LoopHarness h([](ListenerConfig& config) { config.connections_max = 3; });
    h.journal.durable_at_once = true;
    h.links[0].connections_max = 1;
    Client first(h.port());
    ASSERT_TRUE(served(h, first, 1));
    Client second(h.port());
    ASSERT_TRUE(closed(h, second));
    EXPECT_EQ(h.count(CounterId::connections_over_cap), 1U);
    EXPECT_EQ(h.shared.connections.load(), 1U);
    EXPECT_EQ(h.links[0].connections->load(), 1U);
    first.end_writing();
    ASSERT_TRUE(closed(h, first));
    Client third(h.port());
    EXPECT_TRUE(served(h, third, 2));
}

TEST(CoreLoopLimits, frame_longer_than_allowed_closes_at_its_header)
{
    LoopHarness h([](ListenerConfig& config) { config.frame_bytes_max = 512; });
    Client client(h.port());
    std::byte const header[2] = {std::byte{0x02}, std::byte{0x01}};  // 513
    client.send(header);
    ASSERT_TRUE(closed(h, client));
    EXPECT_EQ(h.count(CounterId::closed_frame_too_long), 1U);
}

TEST(CoreLoopLimits, length_that_is_no_number_closes)
{
    LoopHarness h([](ListenerConfig& config) { config.framing = wire::Framing::ascii4; });
    Client client(h.port());
    client.send(as_bytes("01x0"));
    ASSERT_TRUE(closed(h, client));
    EXPECT_EQ(h.count(CounterId::closed_bad_frame), 1U);
}

TEST(CoreLoopLimits, frame_must_be_complete_in_time_from_its_first_byte)
{
    LoopHarness h;
    Client slow(h.port());
    slow.send(ByteView(request(1)).first(1));
    ASSERT_TRUE(h.turn_until([&] { return h.count(CounterId::bytes_received) == 1; }));
    // A byte now and then does not extend it.
    h.clock.passed_ns += 4 * kNanosPerSecond;
    slow.send(ByteView(request(1)).subspan(1, 1));
    ASSERT_TRUE(h.turn_until([&] { return h.count(CounterId::bytes_received) == 2; }));
    EXPECT_EQ(h.count(CounterId::closed_frame_timeout), 0U);
    h.clock.passed_ns += 2 * kNanosPerSecond;
    ASSERT_TRUE(closed(h, slow));
    EXPECT_EQ(h.count(CounterId::closed_frame_timeout), 1U);
}

TEST(CoreLoopLimits, idle_connection_is_closed_but_not_one_that_waits_for_its_answer)
{
    LoopHarness h([](ListenerConfig& config) { config.idle_timeout_ms = 1'000; });
    Client idle(h.port());
    Client waiting(h.port());
    waiting.send(request(1));
    ASSERT_TRUE(h.turn_until([&] {
        return h.engine.commands_seen == 1 && h.count(CounterId::connections_accepted) == 2;
    }));
    h.clock.passed_ns += 2 * kNanosPerSecond;
    ASSERT_TRUE(closed(h, idle));
    EXPECT_EQ(h.count(CounterId::closed_idle), 1U);
    h.journal.make_durable();
    ASSERT_TRUE(h.turn_until([&] {
        waiting.receive();
        return waiting.frames.size() == 1;
    }));
}

TEST(CoreLoopLimits, peer_that_never_reads_is_stopped_and_then_closed_and_hurts_nobody)
{
    LoopHarness h;
    h.journal.durable_at_once = true;
    h.engine.keep_commands = false;
    Client deaf(h.port(), 4'096);
    Client other(h.port());
    std::vector<std::byte> flood;
    while (flood.size() < 1 << 20) {
        auto const one = request(static_cast<unsigned>(flood.size() % 999'999));
        flood.insert(flood.end(), one.begin(), one.end());
    }
    std::size_t sent = 0;
    auto const stuck = [&] {
        auto const before = h.count(CounterId::bytes_received);
        sent += deaf.send(ByteView(flood).subspan(sent % flood.size()));
        h.turns(20);
        return h.count(CounterId::paused_session) > 0 &&
               h.count(CounterId::bytes_received) == before;
    };
    ASSERT_TRUE(h.turn_until(stuck));
    auto const taken = h.engine.commands_seen;
    EXPECT_TRUE(served(h, other, 1));
    EXPECT_LE(h.engine.commands_seen, taken + 1);
    h.clock.passed_ns += 6 * kNanosPerSecond;
    ASSERT_TRUE(h.turn_until([&] { return h.count(CounterId::closed_write_timeout) == 1; }));
    EXPECT_TRUE(served(h, other, 2));
}

TEST(CoreLoopLimits, session_goes_on_when_its_peer_reads_again)
{
    LoopHarness h;
    h.journal.durable_at_once = true;
    h.engine.keep_commands = false;
    Client client(h.port(), 4'096);
    constexpr std::size_t kMessages = 20'000;
    std::vector<std::byte> all;
    for (unsigned stan = 1; stan <= kMessages; ++stan) {
        auto const one = request(stan);
        all.insert(all.end(), one.begin(), one.end());
    }
    std::size_t sent = 0;
    bool paused = false;
    ASSERT_TRUE(h.turn_until([&] {
        if (sent < all.size()) sent += client.send(ByteView(all).subspan(sent));
        h.turns(1);
        paused = paused || h.count(CounterId::paused_session) > 0;
        if (paused || sent == all.size()) client.receive();
        return client.frames.size() == kMessages;
    }));
    EXPECT_TRUE(paused);
}

TEST(CoreLoopLimits, credit_of_the_loop_bounds_what_is_in_flight)
{
    LoopHarness h({}, 4);
    Client a(h.port());
    Client b(h.port());
    for (unsigned stan = 1; stan <= 6; ++stan) {
        a.send(request(stan));
        b.send(request(100 + stan));
    }
    ASSERT_TRUE(h.turn_until([&] { return h.count(CounterId::paused_loop) >= 2; }));
    h.turns(50);
    EXPECT_EQ(h.engine.commands_seen, 4U);
    h.journal.durable_at_once = true;
    h.journal.make_durable();
    ASSERT_TRUE(h.turn_until([&] {
        a.receive();
        b.receive();
        return a.frames.size() == 6 && b.frames.size() == 6;
    }));
    EXPECT_EQ(h.engine.commands_seen, 12U);
}

TEST(CoreLoopLimits, undecodable_messages_in_a_row_close_after_their_answers)
{
    LoopHarness h([](ListenerConfig& config) { config.malformed_max = 3; });
    h.journal.durable_at_once = true;
    auto broken = encode(200, purchase(5));
    broken.back() = std::byte{0x07};
    Client client(h.port());
    client.send(framed(broken));
    client.send(framed(broken));
    EXPECT_TRUE(served(h, client, 1)) << "a good message starts the count again";
    for (int count = 0; count < 3; ++count)
        client.send(framed(broken));
    ASSERT_TRUE(closed(h, client));
    EXPECT_EQ(client.frames.size(), 6U);
    EXPECT_EQ(h.count(CounterId::closed_malformed), 1U);
    EXPECT_EQ(h.engine.commands_seen, 1U);
}

TEST(CoreLoopLimits, message_without_a_trace_number_is_dropped_and_counted)
{
    LoopHarness h;
    h.journal.durable_at_once = true;
    Client client(h.port());
    client.send(framed({std::byte{0x02}, std::byte{0x00}, std::byte{0x40}}));
    EXPECT_TRUE(served(h, client, 1));
    EXPECT_EQ(h.count(CounterId::format_errors_dropped), 1U);
    EXPECT_EQ(client.frames.size(), 1U);
}

std::size_t resident_kib()
{
    std::ifstream file("/proc/self/statm");
    std::size_t pages = 0;
    std::size_t resident = 0;
    file >> pages >> resident;
    return resident * static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)) / 1024;
}

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kMemoryFactor = 4;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
constexpr std::size_t kMemoryFactor = 4;
#else
constexpr std::size_t kMemoryFactor = 1;
#endif
#else
constexpr std::size_t kMemoryFactor = 1;
#endif

// As many as the descriptor limit allows, at most ten thousand; both ends are in this process.
std::size_t half_open_count()
{
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    return std::min<std::size_t>(10'000, (limit.rlim_max - 200) / 2);
}

TEST(CoreLoopLimits, ten_thousand_half_open_connections_cost_little_and_slow_nobody)
{
    auto const count = half_open_count();
    ASSERT_GE(count, 100U);
    LoopHarness h([](ListenerConfig& config) { config.connections_max = 10'001; });
    h.journal.durable_at_once = true;
    std::vector<Client> half_open;
    half_open.reserve(count);
    auto const before_kib = resident_kib();
    for (std::size_t index = 0; index < count; ++index) {
        half_open.emplace_back(h.port());
        half_open.back().send(ByteView(request(1)).first(40));
        if (index % 32 == 0) h.turns(2);
    }
    ASSERT_TRUE(h.turn_until([&] { return h.count(CounterId::bytes_received) >= 40 * count; }));
    // Two pages at most per connection besides the test's end of it; sanitizers add shadow pages.
    EXPECT_LT(resident_kib() - before_kib, (count * 10 + 4'096) * kMemoryFactor);
    Client other(h.port());
    for (unsigned stan = 1; stan <= 100; ++stan)
        ASSERT_TRUE(served(h, other, stan));
    h.clock.passed_ns += 6 * kNanosPerSecond;
    ASSERT_TRUE(h.turn_until([&] { return h.count(CounterId::closed_frame_timeout) == count; }));
    EXPECT_TRUE(served(h, other, 101));
}

}  // namespace
}  // namespace turnout::net
