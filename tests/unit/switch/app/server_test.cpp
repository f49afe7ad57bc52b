// Start, stop and refusal of the assembled switch, in this process, on a small journal.
#include "switch/app/server.hpp"

#include "switch/app/dev.hpp"
#include "switch/app/ready_file.hpp"
#include "switch/app/startup_error.hpp"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>

#include <gtest/gtest.h>
#include <unistd.h>

namespace turnout::app {
namespace {

namespace fs = std::filesystem;

TEST(Topology, engine_is_inline_on_one_or_two_cores_and_has_its_own_from_three)
{
    EngineSection engine;
    EXPECT_TRUE(topology_of(engine, 1).inline_engine);
    EXPECT_TRUE(topology_of(engine, 2).inline_engine);
    EXPECT_EQ(topology_of(engine, 2).loops, 1U);
    EXPECT_FALSE(topology_of(engine, 3).inline_engine);
    EXPECT_EQ(topology_of(engine, 3).loops, 1U);
    EXPECT_EQ(topology_of(engine, 16).loops, 14U);
    EXPECT_EQ(topology_of(engine, 1000).loops, limits::loops_max);
}

TEST(Topology, configuration_wins)
{
    EngineSection engine;
    engine.thread = EngineThread::inline_;
    EXPECT_TRUE(topology_of(engine, 16).inline_engine);
    engine.thread = EngineThread::own;
    EXPECT_FALSE(topology_of(engine, 1).inline_engine);
    EXPECT_EQ(topology_of(engine, 1).loops, 1U);
    engine.loops = 3;
    EXPECT_EQ(topology_of(engine, 2).loops, 3U);
    engine.thread = EngineThread::automatic;
    EXPECT_FALSE(topology_of(engine, 2).inline_engine) << "several loops need an engine thread";
}

class ServerTest : public ::testing::Test {
protected:
    void SetUp() override
    {
        directory =
            fs::temp_directory_path() / ("turnout-server-test-" + std::to_string(::getpid()));
        fs::remove_all(directory);
        options.dev = true;
        options.data = directory.string();
        options.port = 0;
        options.overrides = {"engine.accounts_max=4096", "engine.cards_max=4096",
                             "engine.holds_max=1024", "engine.transactions_max=4096",
                             "journal.segment_mib=1"};
    }
    void TearDown() override { fs::remove_all(directory); }

    static engine::MasterData demo() { return engine::demo_master_data(100); }
    static void stop(Server& server)
    {
        server.drain();
        auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (!server.drained() && std::chrono::steady_clock::now() < end)
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        EXPECT_TRUE(server.drained());
        server.stop();
    }
    int refused(Config const& config)
    {
        Server server(config);
        try {
            server.start(demo);
        } catch (StartupError const& error) {
            said = error.what();
            return error.exit_code();
        }
        stop(server);
        return 0;
    }

    fs::path directory;
    Options options;
    std::string said;
};

TEST_F(ServerTest, starts_fresh_stops_in_order_and_starts_again)
{
    DevEnvironment const dev(options);
    for (int run = 0; run < 2; ++run) {
        Server server(dev.config());
        int loaded = 0;
        server.start([&] {
            ++loaded;
            return demo();
        });
        EXPECT_EQ(loaded, run == 0 ? 1 : 0) << "master data goes into an empty journal only";
        ASSERT_EQ(server.listeners().size(), 1U);
        EXPECT_NE(server.listeners()[0].port, 0);
        auto const json = ready_json(dev.config(), server.listeners());
        EXPECT_NE(json.find("\"port\":" + std::to_string(server.listeners()[0].port)),
                  std::string::npos);
        stop(server);
    }
}

TEST_F(ServerTest, runs_with_two_loops_and_an_engine_thread)
{
    options.overrides.push_back("engine.thread=own");
    options.overrides.push_back("engine.loops=2");
    DevEnvironment const dev(options);
    Server server(dev.config());
    server.start(demo);
    EXPECT_NE(server.listeners()[0].port, 0);
    stop(server);
    EXPECT_NE(server.counters_text().find("checkpoints 1"), std::string::npos);
}

TEST_F(ServerTest, refuses_a_participant_that_the_master_data_does_not_have)
{
    options.overrides.push_back("link.demo.participant=nobody");
    DevEnvironment const dev(options);
    EXPECT_EQ(refused(dev.config()), kExitConfig);
    EXPECT_NE(said.find("participant 'nobody'"), std::string::npos) << said;
}

TEST_F(ServerTest, a_mistyped_participant_leaves_the_journal_empty)
{
    auto wrong = options;
    wrong.overrides.push_back("link.demo.participant=demo-acqirer");
    {
        DevEnvironment const dev(wrong);
        EXPECT_EQ(refused(dev.config()), kExitConfig);
        EXPECT_NE(said.find("did you mean 'demo-acquirer'?"), std::string::npos) << said;
    }
    DevEnvironment const dev(options);
    Server server(dev.config());
    bool loaded = false;
    server.start([&] {
        loaded = true;
        return demo();
    });
    EXPECT_TRUE(loaded) << "the corrected master data must be read";
    stop(server);
}

TEST_F(ServerTest, a_start_can_be_given_up_while_the_journal_is_replayed)
{
    DevEnvironment const dev(options);
    {
        Server server(dev.config());
        server.start(demo);
        stop(server);
    }
    {
        Server server(dev.config());
        try {
            server.start(demo, [] { return true; });
            ADD_FAILURE() << "it started";
        } catch (StartupError const& error) {
            EXPECT_EQ(error.exit_code(), kExitInterrupted);
        }
    }
    EXPECT_EQ(refused(dev.config()), 0) << said;
}

TEST_F(ServerTest, a_key_file_that_is_gone_is_a_matter_of_configuration_and_makes_nothing)
{
    DevEnvironment const dev(options);
    fs::remove(dev.config().data.kek_file);
    EXPECT_EQ(refused(dev.config()), kExitConfig);
    EXPECT_NE(said.find("kek"), std::string::npos) << said;
    EXPECT_FALSE(fs::exists(dev.config().data.directory));
}

TEST_F(ServerTest, a_trial_never_makes_a_new_key_over_old_data)
{
    fs::path kek;
    {
        DevEnvironment const dev(options);
        EXPECT_EQ(refused(dev.config()), 0) << said;
        kek = dev.config().data.kek_file;
    }
    fs::remove(kek);
    DevEnvironment const dev(options);
    EXPECT_FALSE(fs::exists(kek));
}

TEST_F(ServerTest, refuses_a_port_that_is_taken_with_one_loop_and_with_two)
{
    DevEnvironment const dev(options);
    Server server(dev.config());
    server.start(demo);
    auto other = options;
    other.data = (directory / "other").string();
    other.port = server.listeners()[0].port;
    {
        DevEnvironment const second(other);
        EXPECT_EQ(refused(second.config()), kExitIo);
        EXPECT_NE(said.find("listener 'dev'"), std::string::npos) << said;
    }
    other.overrides.push_back("engine.loops=2");
    DevEnvironment const third(other);
    EXPECT_EQ(refused(third.config()), kExitIo);
    stop(server);
}

TEST_F(ServerTest, refuses_a_directory_that_another_process_or_server_uses)
{
    DevEnvironment const dev(options);
    Server server(dev.config());
    server.start(demo);
    EXPECT_NE(refused(dev.config()), 0);
    stop(server);
}

TEST_F(ServerTest, never_makes_new_keys_over_a_journal)
{
    {
        DevEnvironment const dev(options);
        Server server(dev.config());
        server.start(demo);
        stop(server);
    }
    fs::remove(directory / "data" / "1" / "keys.bin");
    DevEnvironment const dev(options);
    EXPECT_EQ(refused(dev.config()), kExitRefused);
    EXPECT_FALSE(fs::exists(directory / "data" / "1" / "keys.bin"));
}

TEST_F(ServerTest, ready_file_replaces_a_symbolic_link_and_leaves_its_target_alone)
{
    fs::create_directories(directory);
    auto const target = directory / "of somebody else";
    auto const path = directory / "ready.json";
    for (auto const& link : {path, fs::path(path.string() + "." + std::to_string(::getpid()))}) {
        std::ofstream(target) << "precious";
        fs::create_symlink(target, link);
        write_ready_file(path.string(), "{}");
        EXPECT_FALSE(fs::is_symlink(path));
        std::string content;
        std::getline(std::ifstream(target), content);
        EXPECT_EQ(content, "precious");
        fs::remove(path);
    }
}

TEST_F(ServerTest, ready_file_appears_whole)
{
    fs::create_directories(directory);
    auto const path = (directory / "ready.json").string();
    write_ready_file(path, "{}");
    std::ostringstream text;
    text << std::ifstream(path).rdbuf();
    EXPECT_EQ(text.str(), "{}\n");
    EXPECT_THROW(write_ready_file((directory / "none" / "ready.json").string(), "{}"),
                 StartupError);
}

TEST_F(ServerTest, trial_directory_is_removed_unless_it_was_named)
{
    auto temporary = options;
    temporary.data.clear();
    fs::path made;
    {
        DevEnvironment const dev(temporary);
        made = fs::path(dev.config().path).parent_path();
        EXPECT_TRUE(fs::exists(made / "kek"));
    }
    EXPECT_FALSE(fs::exists(made));
    {
        DevEnvironment const dev(options);
    }
    EXPECT_TRUE(fs::exists(directory / "turnout.toml"));
}

}  // namespace
}  // namespace turnout::app
