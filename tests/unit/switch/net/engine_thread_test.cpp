// Loops, engine and journal on threads of their own: nothing is lost, nobody sleeps too long.
#include "switch/net/engine_thread.hpp"

#include "net_fixture.hpp"

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

namespace turnout::net {
namespace {

using testing::Client;
using testing::encode;
using testing::framed;
using testing::purchase;

// Makes durable what was appended, in its own time, and wakes the loops.
class JournalThread {
public:
    explicit JournalThread(testing::FakeJournal& journal)
        : thread_([this, &journal] {
              while (!stop_) {
                  if (journal.durable_seq().load() != journal.appended_seq.load())
                      journal.make_durable();
                  std::this_thread::yield();
              }
          })
    {
    }
    ~JournalThread()
    {
        stop_ = true;
        thread_.join();
    }

private:
    std::atomic<bool> stop_{false};
    std::thread thread_;
};

struct Node {
    explicit Node(std::size_t loop_count, bool own_engine, std::uint64_t spin_ns = 0)
    {
        shared.config.name = "pos";
        shared.config.dialect = &iso8583::dialect_1987_binary();
        links.push_back(testing::test_link());
        engine.keep_commands = false;
        std::vector<Sleeper*> sleepers;
        for (std::uint32_t index = 0; index < loop_count; ++index) {
            counters.push_back(std::make_unique<Counters>());
            LoopParts parts;
            parts.index = index;
            parts.spin_ns = spin_ns;
            parts.share_ports = loop_count > 1;
            parts.listeners = {&shared};
            parts.links = &links;
            parts.hash = &hash;
            parts.clock = &clock;
            parts.durable_seq = &journal.durable_seq();
            parts.counters = counters.back().get();
            loops.push_back(std::make_unique<CoreLoop>(parts));
            sleepers.push_back(&loops.back()->sleeper());
        }
        journal.start(sleepers);
        if (own_engine)
            engine_thread = std::make_unique<EngineThread>(pump, clock, engine_counters,
                                                           journal.durable_seq(), sleepers);
        for (std::size_t index = 0; index < loop_count; ++index) {
            loops[index]->set_gate(own_engine ? engine_thread->gate(index) : inline_gate);
            loops[index]->open_listeners();
        }
        if (engine_thread) engine_thread->start();
        for (auto& loop : loops)
            threads.emplace_back([&loop] { loop->run(); });
    }
    ~Node()
    {
        for (auto& loop : loops)
            loop->stop();
        for (auto& thread : threads)
            thread.join();
        if (engine_thread) engine_thread->stop();
    }

    SystemClock clock;
    testing::FakeEngine engine;
    testing::FakeJournal journal;
    Counters engine_counters;
    EnginePump pump{engine, journal, engine_counters};
    InlineGate inline_gate{pump};
    ListenerShared shared;
    std::vector<Link> links;
    KeyedHash hash = testing::test_hash();
    std::vector<std::unique_ptr<Counters>> counters;
    std::vector<std::unique_ptr<CoreLoop>> loops;
    std::unique_ptr<EngineThread> engine_thread;
    std::vector<std::thread> threads;
};

// One request at a time: every message puts loop, engine and journal to sleep and wakes them.
void ping_pong(std::uint16_t port, unsigned messages, std::atomic<unsigned>& done)
{
    Client client(port);
    auto const give_up = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    for (unsigned stan = 1; stan <= messages; ++stan) {
        client.send(framed(encode(200, purchase(stan))));
        while (client.frames.size() < stan) {
            if (std::chrono::steady_clock::now() > give_up) return;
            client.receive();
            std::this_thread::yield();
        }
        ++done;
    }
}

void run_clients(Node& node, unsigned clients, unsigned messages)
{
    std::atomic<unsigned> done{0};
    std::vector<std::thread> threads;
    for (unsigned index = 0; index < clients; ++index)
        threads.emplace_back([&] { ping_pong(node.shared.bound_port.load(), messages, done); });
    for (auto& thread : threads)
        thread.join();
    EXPECT_EQ(done.load(), clients * messages);
}

TEST(EngineThread, no_wake_up_is_lost_between_two_loops_engine_and_journal)
{
    Node node(2, true);
    JournalThread journal(node.journal);
    run_clients(node, 4, 1'000);
    EXPECT_EQ(node.engine.last_seq, 4'000U);
}

TEST(EngineThread, answers_that_wait_for_nothing_are_not_held)
{
    Node node(1, true);
    JournalThread journal(node.journal);
    // Like a balance inquiry: depends on what is durable already, so the journal wakes nobody.
    node.engine.decide = [](engine::Command const&, engine::Effect& effect) {
        effect.seq = effect.seq > 4 ? effect.seq - 4 : 0;
    };
    run_clients(node, 1, 500);
}

TEST(InlineEngine, no_wake_up_is_lost_between_loop_and_journal)
{
    Node node(1, false);
    JournalThread journal(node.journal);
    run_clients(node, 3, 1'000);
}

TEST(InlineEngine, works_while_spinning_too)
{
    Node node(1, false, 50'000);
    JournalThread journal(node.journal);
    run_clients(node, 2, 500);
}

TEST(EngineThread, processes_what_is_in_the_rings_before_it_ends)
{
    testing::FakeEngine engine;
    testing::FakeJournal journal;
    journal.durable_at_once = true;
    Counters counters;
    EnginePump pump(engine, journal, counters);
    SystemClock clock;
    Sleeper loop;
    EngineThread thread(pump, clock, counters, journal.durable_seq(), {&loop});
    std::vector<engine::Command> const commands(100);
    thread.gate(0).submit(commands, {});
    thread.start();
    thread.stop();
    std::vector<engine::Effect> effects(200);
    EXPECT_EQ(thread.gate(0).take(effects), 100U);
    EXPECT_EQ(engine.last_seq, 100U);
}

}  // namespace
}  // namespace turnout::net
