// turnoutd: reads the command line, starts the server, waits for signals, stops it.
#include "protocol/iso8583/test_cards.hpp"
#include "switch/app/dev.hpp"
#include "switch/app/options.hpp"
#include "switch/app/ready_file.hpp"
#include "switch/app/server.hpp"
#include "switch/app/startup_error.hpp"
#include "switch/base/clock.hpp"
#include "switch/base/log.hpp"

#include <csignal>
#include <cstdio>
#include <ctime>
#include <exception>
#include <optional>

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace turnout::app {

static constexpr unsigned kDrainPolls = 250;
static constexpr long kDrainPollNs = 20'000'000;  // 250 polls of 20 ms: 5 s

namespace {

// No core file and no other process of this user may read the memory: PANs and keys are in it.
void protect_memory() noexcept
{
    ::prctl(PR_SET_DUMPABLE, 0);
    rlimit const none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
}

// A connection is a descriptor; the usual soft limit of 1024 would be ours too.
void raise_descriptor_limit() noexcept
{
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

// Blocked in every thread from here on; the main thread takes them with sigwaitinfo.
sigset_t block_signals() noexcept
{
    std::signal(SIGPIPE, SIG_IGN);
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    return set;
}

void log_counters(Server const& server)
{
    auto const text = server.counters_text();
    std::string_view rest = text;
    while (!rest.empty()) {
        auto const end = rest.find('\n');
        log::info("counter {}", rest.substr(0, end));
        rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
}

// A terminal that hangs up must not end payments; what HUP does is what logrotate wants.
void on_hangup()
{
    if (!log::reopen())
        log::write_now(LogLevel::error, "the log file cannot be opened anew; lines are lost");
    log::info("hangup: {}; the configuration is read at the start only",
              log::goes_to_file() ? "log file opened anew" : "nothing to do");
}

void wait_for_stop(Server const& server, Config const& config, sigset_t const& signals)
{
    rlimit files{};
    ::getrlimit(RLIMIT_NOFILE, &files);
    HealthWatch watch(config.data.directory, std::uint64_t{config.journal.segment_mib} << 20U,
                      files.rlim_cur);
    SystemClock clock;
    timespec const second{1, 0};
    while (true) {
        auto const signal = ::sigtimedwait(&signals, nullptr, &second);
        for (auto const& line : watch.look(server.health(), clock.monotonic_ns()))
            log::write(line.level, line.text);
        if (signal == SIGUSR1) log_counters(server);
        if (signal == SIGHUP) on_hangup();
        if (signal == SIGTERM || signal == SIGINT) return;
    }
}

// A stop that was asked for while the journal is replayed; other signals wait.
bool stop_is_pending()
{
    sigset_t pending;
    ::sigpending(&pending);
    return sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1;
}

// Answers what is in flight, for at most five seconds; a second signal ends the process at once.
void drain(Server& server, sigset_t const& signals)
{
    log::info("stopping: no new connections or messages, answering what is in flight");
    server.drain();
    timespec const pause{0, kDrainPollNs};
    for (unsigned poll = 0; poll < kDrainPolls && !server.drained(); ++poll) {
        auto const signal = ::sigtimedwait(&signals, nullptr, &pause);
        if (signal == SIGTERM || signal == SIGINT) ::_exit(kExitInterrupted);
    }
    if (!server.drained()) log::warn("stopping with answers that could not be delivered");
}

engine::MasterData master_data_of(Config const& config, Options const& options)
{
    if (options.dev && config.data.master_data.empty())
        return engine::demo_master_data(options.demo_cards.value_or(iso8583::kDemoCards));
    if (config.data.master_data.empty())
        throw StartupError(kExitConfig,
                           "error: the journal is empty and data.master_data names no file\n");
    auto data = engine::load_master_data(config.data.master_data);
    if (data.has_error()) throw StartupError(kExitConfig, data.error());
    return taken(std::move(data));
}

void serve(Config const& config, Options const& options, sigset_t const& signals)
{
    Server server(config);
    server.start([&] { return master_data_of(config, options); }, stop_is_pending);
    std::string where;
    for (auto const& [listener, port] : server.listeners())
        where += fmt::format(" {}={}:{}", listener->name, listener->address, port);
    if (!options.ready_file.empty())
        write_ready_file(options.ready_file, ready_json(config, server.listeners()));
    fmt::print("ready{} data={} config={} pid={}\n", where, config.data.directory, config.path,
               ::getpid());
    std::fflush(stdout);
    wait_for_stop(server, config, signals);
    drain(server, signals);
    server.stop();
    log_counters(server);
    log::info("stopped in order");
}

int run(Options const& options)
{
    auto const signals = block_signals();
    try {
        std::optional<DevEnvironment> dev;
        Config config;
        if (options.dev) {
            config = dev.emplace(options).config();
        } else {
            auto loaded = load_config(options.config, options.overrides);
            if (loaded.has_error()) throw StartupError(kExitConfig, loaded.error());
            config = taken(std::move(loaded));
        }
        log::open(config.log);
        serve(config, options, signals);
        log::close();
        return 0;
    } catch (StartupError const& error) {
        if (log::goes_to_file()) log::error("{}", error.what());
        log::close();
        fmt::print(stderr, "{}{}", error.what(),
                   std::string_view(error.what()).ends_with('\n') ? "" : "\n");
        return error.exit_code();
    } catch (std::exception const& error) {
        if (log::goes_to_file()) log::error("{}", error.what());
        log::close();
        fmt::print(stderr, "turnoutd: {}\n", error.what());
        return kExitIo;
    }
}

}  // namespace
}  // namespace turnout::app

int main(int argc, char** argv)
{
    turnout::app::protect_memory();
    turnout::app::raise_descriptor_limit();
    auto const parsed = turnout::app::parse_options(argc, argv);
    if (parsed.exit_code) {
        std::fputs(parsed.text.c_str(), *parsed.exit_code == 0 ? stdout : stderr);
        return *parsed.exit_code;
    }
    return turnout::app::run(parsed.options);
}
