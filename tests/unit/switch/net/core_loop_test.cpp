// The loop over real loopback sockets, turned by hand: what leaves, when, and to whom.
#include "switch/net/core_loop.hpp"

#include "net_fixture.hpp"

#include <cstring>

#include <gtest/gtest.h>

namespace turnout::net {
namespace {

using testing::Client;
using testing::encode;
using testing::framed;
using testing::LoopHarness;
using testing::purchase;
using testing::text_of;
using testing::with;
using Bytes = std::vector<std::byte>;

std::vector<std::byte> request(unsigned stan)
{
    return framed(encode(200, purchase(stan)));
}

std::string field(std::vector<std::byte> const& frame, unsigned de)
{
    iso8583::MessageView view;
    EXPECT_TRUE(view.decode(iso8583::dialect_1987_binary(), frame).ok());
    return text_of(view, de);
}

bool answered(LoopHarness& h, Client& client, std::size_t frames)
{
    return h.turn_until([&] {
        client.receive();
        return client.frames.size() >= frames;
    });
}

TEST(CoreLoop, answers_only_what_is_durable)
{
    LoopHarness h;
    Client client(h.port());
    client.send(request(1));
    ASSERT_TRUE(h.turn_until([&] { return h.engine.commands_seen == 1; }));
    h.turns(50);
    client.receive();
    EXPECT_TRUE(client.frames.empty());
    h.journal.make_durable();
    ASSERT_TRUE(answered(h, client, 1));
    EXPECT_EQ(field(client.frames[0], 11), "000001");
    EXPECT_EQ(field(client.frames[0], 39), "00");
    EXPECT_EQ(field(client.frames[0], 38), "123456");
}

TEST(CoreLoop, releases_exactly_up_to_the_durable_sequence)
{
    LoopHarness h;
    Client client(h.port());
    for (unsigned stan = 1; stan <= 3; ++stan)
        client.send(request(stan));
    ASSERT_TRUE(h.turn_until([&] { return h.engine.commands_seen == 3; }));
    auto const all = h.journal.appended_seq.load();
    h.journal.appended_seq = 2;
    h.journal.make_durable();
    ASSERT_TRUE(answered(h, client, 2));
    h.turns(50);
    client.receive();
    EXPECT_EQ(client.frames.size(), 2U);
    h.journal.appended_seq = all;
    h.journal.make_durable();
    ASSERT_TRUE(answered(h, client, 3));
}

TEST(CoreLoop, sends_a_batch_of_answers_with_one_call)
{
    LoopHarness h;
    Client client(h.port());
    std::vector<std::byte> all;
    for (unsigned stan = 1; stan <= 64; ++stan) {
        auto const one = request(stan);
        all.insert(all.end(), one.begin(), one.end());
    }
    client.send(all);
    ASSERT_TRUE(h.turn_until([&] { return h.engine.commands_seen == 64; }));
    h.journal.make_durable();
    ASSERT_TRUE(answered(h, client, 64));
    EXPECT_EQ(h.count(CounterId::sends), 1U);
    EXPECT_EQ(field(client.frames[63], 11), "000064");
}

TEST(CoreLoop, any_split_of_the_stream_gives_the_same_messages)
{
    LoopHarness h;
    h.journal.durable_at_once = true;
    Client client(h.port());
    auto bytes = request(1);
    auto const second = request(2);
    bytes.insert(bytes.end(), second.begin(), second.end());
    for (auto const byte : bytes) {
        client.send(ByteView(&byte, 1));
        auto const want = h.count(CounterId::bytes_received) + 1;
        ASSERT_TRUE(h.turn_until([&] { return h.count(CounterId::bytes_received) >= want; }));
    }
    ASSERT_TRUE(answered(h, client, 2));
    EXPECT_EQ(field(client.frames[1], 11), "000002");
}

TEST(CoreLoop, keep_alives_are_counted_and_not_answered)
{
    LoopHarness h;
    h.journal.durable_at_once = true;
    Client client(h.port());
    std::vector<std::byte> bytes(2);
    auto const one = request(1);
    bytes.insert(bytes.end(), one.begin(), one.end());
    client.send(bytes);
    ASSERT_TRUE(answered(h, client, 1));
    EXPECT_EQ(h.count(CounterId::keep_alives), 1U);
    EXPECT_EQ(h.engine.commands_seen, 1U);
}

TEST(CoreLoop, keep_alives_are_sent_back_where_configured)
{
    LoopHarness h(
        [](ListenerConfig& config) { wire::set_empty(config.framing, wire::EmptyFrame::echo); });
    h.journal.durable_at_once = true;
    Client client(h.port());
    client.send(Bytes(6, std::byte{0}));
    client.send(request(1));
    ASSERT_TRUE(answered(h, client, 4));
    for (std::size_t i = 0; i < 3; ++i)
        EXPECT_TRUE(client.frames[i].empty());
    EXPECT_EQ(field(client.frames[3], 39), "00");
    EXPECT_EQ(h.count(CounterId::keep_alives), 3U);
}

// The same two listeners' worth of header: one swapped, one as it came.
TEST(CoreLoop, message_headers_come_back_with_decisions_and_rejects)
{
    for (auto const swap : {true, false}) {
        LoopHarness h([&](ListenerConfig& config) {
            config.framing = *wire::framing_by_name("nac");
            config.framing.swap = swap;
        });
        h.journal.durable_at_once = true;
        Client client(h.port());
        auto const body = encode(200, purchase(1));
        for (auto const extra : {0U, 1U}) {  // the second one has a byte too many
            Bytes frame{std::byte{0},    static_cast<std::byte>(body.size() + 5 + extra),
                        std::byte{0x60}, std::byte{1},
                        std::byte{2},    std::byte{3},
                        std::byte{4}};
            frame.insert(frame.end(), body.begin(), body.end());
            frame.resize(frame.size() + extra);
            client.send(frame);
        }
        ASSERT_TRUE(answered(h, client, 2));
        for (auto& frame : client.frames) {
            Bytes const header(frame.begin(), frame.begin() + 5);
            auto const first = static_cast<unsigned>(header[1]);
            EXPECT_EQ(first, swap ? 3U : 1U);
            EXPECT_EQ(static_cast<unsigned>(header[3]), swap ? 1U : 3U);
            frame.erase(frame.begin(), frame.begin() + 5);
        }
        EXPECT_NE(field(client.frames[0], 39), field(client.frames[1], 39));
    }
}

TEST(CoreLoop, frames_without_their_message_header_count_as_malformed)
{
    LoopHarness h([](ListenerConfig& config) {
        config.framing = *wire::framing_by_name("nac");
        config.malformed_max = 2;
    });
    Client client(h.port());
    Bytes const short_frame{std::byte{0}, std::byte{2}, std::byte{0x60}, std::byte{0}};
    client.send(short_frame);
    ASSERT_TRUE(h.turn_until([&] { return h.count(CounterId::format_errors_dropped) == 1; }));
    client.send(short_frame);
    ASSERT_TRUE(h.turn_until([&] {
        client.receive();
        return client.closed();
    }));
    EXPECT_EQ(h.count(CounterId::closed_malformed), 1U);
}

TEST(CoreLoop, rejects_are_answered_at_once_and_never_reach_the_engine)
{
    LoopHarness h;
    Client client(h.port());
    client.send(framed(encode(200, with(purchase(7), {{4, "000000000000"}}))));
    ASSERT_TRUE(answered(h, client, 1));
    EXPECT_EQ(field(client.frames[0], 39), "13");
    EXPECT_EQ(field(client.frames[0], 11), "000007");
    EXPECT_EQ(h.engine.commands_seen, 0U);
    EXPECT_EQ(h.count(CounterId::invalid_amounts), 1U);
}

TEST(CoreLoop, engine_can_say_that_nothing_is_answered)
{
    LoopHarness h;
    h.journal.durable_at_once = true;
    h.engine.decide = [](engine::Command const& command, engine::Effect& effect) {
        if (command.stan == 1) effect.kind = engine::EffectKind::drop;
    };
    Client client(h.port());
    client.send(request(1));
    client.send(request(2));
    ASSERT_TRUE(answered(h, client, 1));
    EXPECT_EQ(field(client.frames[0], 11), "000002");
    EXPECT_EQ(h.count(CounterId::answers_dropped), 1U);
}

TEST(CoreLoop, refusal_for_want_of_journal_room_overtakes_what_waits_for_the_disk)
{
    LoopHarness h;
    Client client(h.port());
    client.send(request(1));
    ASSERT_TRUE(h.turn_until([&] { return h.engine.commands_seen == 1; }));
    h.journal.room = 0;
    client.send(request(2));
    ASSERT_TRUE(answered(h, client, 1));
    EXPECT_EQ(field(client.frames[0], 11), "000002");
    EXPECT_EQ(field(client.frames[0], 39), "91");
    h.journal.make_durable();
    ASSERT_TRUE(answered(h, client, 2));
    EXPECT_EQ(field(client.frames[1], 39), "00");
}

TEST(CoreLoop, answer_for_a_closed_connection_goes_to_nobody)
{
    LoopHarness h([](ListenerConfig& config) { config.connections_max = 1; });
    {
        Client gone(h.port());
        gone.send(request(1));
        ASSERT_TRUE(h.turn_until([&] { return h.engine.commands_seen == 1; }));
    }
    // It could still be reading, so its answers are waited for; but not for ever.
    h.turns(50);
    h.clock.passed_ns += 10 * kNanosPerSecond;  // past every deadline of an ended peer
    ASSERT_TRUE(h.turn_until([&] { return h.count(CounterId::connections_closed) == 1; }));
    Client next(h.port());
    ASSERT_TRUE(h.turn_until([&] { return h.count(CounterId::connections_accepted) == 2; }));
    h.journal.make_durable();
    ASSERT_TRUE(h.turn_until([&] { return h.count(CounterId::answers_without_session) == 1; }));
    h.turns(20);
    next.receive();
    EXPECT_TRUE(next.frames.empty());
}

TEST(CoreLoop, peer_that_stops_writing_still_gets_its_answers)
{
    LoopHarness h;
    Client client(h.port());
    client.send(request(1));
    client.end_writing();
    ASSERT_TRUE(h.turn_until([&] { return h.engine.commands_seen == 1; }));
    h.turns(20);
    h.journal.make_durable();
    ASSERT_TRUE(answered(h, client, 1));
    ASSERT_TRUE(h.turn_until([&] {
        client.receive();
        return client.closed();
    }));
}

TEST(CoreLoop, drains_what_is_in_flight_and_reads_nothing_more)
{
    LoopHarness h;
    Client client(h.port());
    client.send(request(1));
    ASSERT_TRUE(h.turn_until([&] { return h.engine.commands_seen == 1; }));
    h.loop->drain();
    auto const ticks = h.engine.ticks;
    ASSERT_TRUE(h.turn_until([&] { return h.engine.ticks > ticks; }));  // the timer has seen it
    client.send(request(2));
    h.turns(50);
    EXPECT_EQ(h.engine.commands_seen, 1U);
    EXPECT_FALSE(h.loop->drained());
    h.journal.make_durable();
    ASSERT_TRUE(answered(h, client, 1));
    ASSERT_TRUE(h.turn_until([&] { return h.loop->drained(); }));
    EXPECT_EQ(client.frames.size(), 1U);
}

TEST(CoreLoop, ticks_the_engine_about_ten_times_a_second)
{
    LoopHarness h;
    ASSERT_TRUE(h.turn_until([&] { return h.engine.ticks >= 3; }));
}

}  // namespace
}  // namespace turnout::net
