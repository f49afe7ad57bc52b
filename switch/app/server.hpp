// The running switch: configuration, keys, engine, journal and loops put together and taken apart
// in the right order. Owned by the main thread, which starts it, waits for signals and stops it.
#pragma once
#include "switch/app/health_watch.hpp"
#include "switch/base/config.hpp"
#include "switch/base/counters.hpp"
#include "switch/engine/engine.hpp"
#include "switch/engine/master_data.hpp"
#include "switch/journal/journal.hpp"
#include "switch/net/core_loop.hpp"
#include "switch/net/engine_thread.hpp"
#include "switch/security/key_store.hpp"

#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace turnout::app {

// How many threads do what; from the configuration and the cores this process may use.
struct Topology {
    bool inline_engine = true;
    std::uint32_t loops = 1;
};
[[nodiscard]] Topology topology_of(EngineSection const& engine, unsigned cores) noexcept;

class Server {
public:
    // Gives the master data of an empty journal; called at most once.
    using MasterDataSource = std::function<engine::MasterData()>;
    // Whether to give up a start that takes long; asked now and then while the journal is replayed.
    using GiveUp = std::function<bool()>;

    explicit Server(Config const& config);
    ~Server();
    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;

    // Keys, journal with replay, genesis, EPOCH_START, listeners, threads; returns when the
    // listeners are open and everything before them is durable. Throws StartupError.
    void start(MasterDataSource const& master_data, GiveUp const& give_up = {});

    struct OpenListener {
        ListenerConfig const* config;
        std::uint16_t port;
    };
    [[nodiscard]] std::vector<OpenListener> listeners() const;

    // Stops accepting and reading; poll drained(), at most for some seconds, then stop().
    void drain() noexcept;
    [[nodiscard]] bool drained() const noexcept;
    // Ends the loops and the engine, writes a CHECKPOINT and the clean flag.
    void stop();

    [[nodiscard]] Health health() const;
    // All counters that are not zero, a line each. Any thread.
    [[nodiscard]] std::string counters_text() const;

private:
    void open_keys();
    void open_journal(GiveUp const& give_up);
    void make_loops();
    void load_accounts(MasterDataSource const& master_data);
    void append_waiting(engine::Outbox const& out);
    void begin_epoch();
    void link_participants();
    void run_threads();
    void log_start() const;

    Config const& config_;
    Topology topology_;
    SystemClock clock_;
    std::unique_ptr<security::KeyStore> keys_;
    std::unique_ptr<KeyedHash> hash_;
    std::unique_ptr<engine::Engine> engine_;
    std::unique_ptr<journal::Journal> journal_;
    bool epoch_seen_ = false;  // the journal has an EPOCH_START, so its genesis was completed
    std::unique_ptr<std::byte[]> records_;  // of start-up batches

    std::vector<std::unique_ptr<Counters>> counters_;  // one per loop, then the engine's
    std::vector<std::unique_ptr<net::ListenerShared>> listeners_;
    std::vector<net::Link> links_;
    std::unique_ptr<net::EngineAdapter> port_;
    std::unique_ptr<net::EnginePump> pump_;
    std::unique_ptr<net::InlineGate> inline_gate_;
    std::vector<std::unique_ptr<net::CoreLoop>> loops_;
    std::unique_ptr<net::EngineThread> engine_thread_;
    std::vector<std::thread> threads_;
};

}  // namespace turnout::app
