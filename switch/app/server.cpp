#include "switch/app/server.hpp"

#include "protocol/iso8583/dialect.hpp"
#include "switch/app/startup_error.hpp"
#include "switch/base/log.hpp"
#include "switch/engine/replay.hpp"
#include "switch/journal/disk.hpp"
#include "switch/security/random.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>

#include <fmt/format.h>
#include <sched.h>

namespace turnout::app {

namespace fs = std::filesystem;

static constexpr unsigned kInlineCoresMax = 2;
static constexpr std::uint64_t kProgressEveryNs = 5 * kNanosPerSecond;
static constexpr std::uint64_t kRecordsPerLook = 4096;
static constexpr auto kStartPoll = std::chrono::microseconds(100);

Topology topology_of(EngineSection const& engine, unsigned cores) noexcept
{
    Topology topology;
    topology.inline_engine =
        engine.thread == EngineThread::inline_ ||
        (engine.thread == EngineThread::automatic && cores <= kInlineCoresMax && engine.loops <= 1);
    if (topology.inline_engine) return topology;
    // The engine and the journal have a core each.
    topology.loops = engine.loops != 0 ? engine.loops : cores > kInlineCoresMax ? cores - 2 : 1;
    topology.loops = std::min<std::uint32_t>(topology.loops, limits::loops_max);
    return topology;
}

static unsigned usable_cores() noexcept
{
    cpu_set_t set;
    if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
    return static_cast<unsigned>(CPU_COUNT(&set));
}

static void random_bytes(void* bytes, std::size_t count)
{
    security::fill_random({static_cast<std::byte*>(bytes), count});
}

Server::Server(Config const& config)
    : config_(config),
      topology_(topology_of(config.engine, usable_cores())),
      records_(new std::byte[limits::batch_record_bytes_max])
{
}

Server::~Server()
{
    for (auto& loop : loops_)
        loop->stop();
    for (auto& thread : threads_)
        if (thread.joinable()) thread.join();
    // Both wake the loops' sleepers, also after a start that failed half way.
    engine_thread_.reset();
    journal_.reset();
}

void Server::start(MasterDataSource const& master_data, GiveUp const& give_up)
{
    open_keys();
    open_journal(give_up);
    make_loops();
    if (journal_->recovered().last_seq == 0) load_accounts(master_data);
    link_participants();
    begin_epoch();
    try {
        for (auto& loop : loops_)
            loop->open_listeners();
    } catch (std::system_error const& error) {
        throw StartupError(kExitIo, fmt::format("cannot listen: {}", error.what()));
    }
    log_start();
    run_threads();
}

// Local times are between 12 hours behind UTC and 14 ahead of it.
static constexpr std::uint64_t kLocalTimeSlackNs = 14 * 3600 * kNanosPerSecond;

static std::string group_directory(Config const& config)
{
    return (fs::path(config.data.directory) / std::to_string(config.node.group)).string();
}

static bool has_segments(fs::path const& directory)
{
    for (auto const& entry : fs::directory_iterator(directory))
        if (entry.path().extension() == ".toj") return true;
    return false;
}

void Server::open_keys()
{
    if (auto const error = security::KeyStore::check_kek(config_.data.kek_file))
        throw StartupError(kExitConfig,
                           "error: " + error->text + "\nnothing was changed (exit 3)\n");
    auto const directory = group_directory(config_);
    bool fresh = false;
    try {
        fs::create_directories(directory);
        fs::permissions(directory, fs::perms::owner_all);
        // New keys over an old journal would make it unreadable.
        fresh = !has_segments(directory);
        // A ledger with opening balances where there was one with history would go unnoticed.
        if (fresh && fs::exists(directory + "/keys.bin") && !fs::exists(directory + "/CONTROL"))
            throw StartupError(
                kExitRefused,
                fmt::format("{0}: keys.bin is there, but the journal is gone: restore "
                            "it from a backup; only for a new, empty ledger remove "
                            "{0}/keys.bin",
                            directory));
    } catch (fs::filesystem_error const& error) {
        throw StartupError(kExitIo, error.what());
    }
    auto keys = security::KeyStore::open(directory, config_.data.kek_file, fresh);
    if (keys.has_error()) throw StartupError(kExitRefused, keys.error().text);
    keys_ = taken(std::move(keys));
    hash_ = std::make_unique<KeyedHash>(keys_->make_hash());
}

void Server::open_journal(GiveUp const& give_up)
{
    engine::EngineConfig engine_config;
    engine_config.accounts_max = config_.engine.accounts_max;
    engine_config.cards_max = config_.engine.cards_max;
    engine_config.holds_max = config_.engine.holds_max;
    engine_config.transactions_max = config_.engine.transactions_max;
    engine_config.participant_share_percent = config_.engine.participant_share_percent;
    engine_config.financial_window_ns = config_.engine.financial_window_s * kNanosPerSecond;
    engine_config.reversal_window_ns = config_.engine.reversal_window_s * kNanosPerSecond;
    engine_config.commit_memory = config_.engine.commit_memory;
    for (auto const& link : config_.links)
        if (link.duplicate_time != DuplicateTime::de7)
            engine_config.key_time_slack_ns = kLocalTimeSlackNs;
    engine_ = std::make_unique<engine::Engine>(engine_config, *hash_);

    journal::JournalConfig journal_config;
    journal_config.directory = group_directory(config_);
    journal_config.group = config_.node.group;
    journal_config.node = static_cast<std::uint16_t>(config_.node.id);
    journal_config.segment_bytes = std::size_t{config_.journal.segment_mib} << 20U;
    journal_config.sync = config_.journal.sync == SyncChoice::dsync
                              ? journal::SyncMethod::dsync
                              : journal::SyncMethod::fdatasync;
    journal_config.segments_ahead = config_.journal.segments_ahead;
    journal_config.allow_buffered = config_.journal.allow_buffered;
    auto const replayer = std::make_unique<engine::Replayer>(*engine_);
    bool given_up = false;
    std::uint64_t replayed = 0;
    auto said_ns = clock_.monotonic_ns();
    auto const pause = [&](Sequence seq) {
        given_up = give_up && give_up();
        auto const now_ns = clock_.monotonic_ns();
        if (now_ns - said_ns < kProgressEveryNs) return;
        said_ns = now_ns;
        log::info("starting: {} records replayed, at sequence {}", replayed, seq);
    };
    auto const replay = [&](ByteView record) -> char const* {
        auto const header = load<record::Header>(record.data());
        if (replayed++ % kRecordsPerLook == 0) pause(header.seq);
        if (given_up) return "given up";
        epoch_seen_ =
            epoch_seen_ || header.type == static_cast<std::uint16_t>(record::Type::epoch_start);
        auto const code = replayer->push(record);
        return code == engine::ApplyErrc::ok ? nullptr : engine::meaning(code).data();
    };
    auto opened = journal::Journal::open(journal_config, *keys_, replay);
    if (given_up)
        throw StartupError(
            kExitInterrupted,
            "stopped by a signal while the journal was replayed; nothing was served");
    if (opened.has_error()) throw StartupError(opened.error().exit_code, opened.error().text);
    journal_ = taken(std::move(opened));
    if (auto const code = replayer->finish(); code != engine::ApplyErrc::ok)
        throw StartupError(
            kExitReplayDiffers,
            fmt::format("replay of record {} differs: {}; the journal was not changed",
                        replayer->failed_seq(), engine::meaning(code)));
    if (journal_->recovered().last_seq != 0 && !epoch_seen_)
        throw StartupError(kExitRefused,
                           fmt::format("the first start on {} was interrupted while it loaded the "
                                       "master data; nothing was served: remove the directory",
                                       group_directory(config_)));
}

// As records name it (docs/formats/journal.md).
static std::uint8_t index_of(iso8583::Dialect const& dialect) noexcept
{
    if (&dialect == &iso8583::dialect_1987_binary()) return 0;
    if (&dialect == &iso8583::dialect_1987_ascii()) return 1;
    return &dialect == &iso8583::dialect_1987_ebcdic() ? 2 : 255;
}

void Server::make_loops()
{
    for (auto const& listener : config_.listeners) {
        auto shared = std::make_unique<net::ListenerShared>();
        shared->config = listener;
        shared->dialect_index = index_of(*listener.dialect);
        listeners_.push_back(std::move(shared));
    }
    for (std::uint32_t index = 0; index <= topology_.loops; ++index)
        counters_.push_back(std::make_unique<Counters>());
    auto& engine_counters = *counters_.back();
    port_ = std::make_unique<net::EngineAdapter>(*engine_);
    pump_ = std::make_unique<net::EnginePump>(*port_, *journal_, engine_counters);

    std::vector<Sleeper*> sleepers;
    for (std::uint32_t index = 0; index < topology_.loops; ++index) {
        net::LoopParts parts;
        parts.index = index;
        parts.spin_ns = config_.engine.spin_us * std::uint64_t{1'000};
        parts.share_ports = topology_.loops > 1;
        for (auto& shared : listeners_)
            parts.listeners.push_back(shared.get());
        parts.links = &links_;
        parts.hash = hash_.get();
        parts.clock = &clock_;
        parts.durable_seq = &journal_->durable_seq();
        parts.counters = counters_[index].get();
        loops_.push_back(std::make_unique<net::CoreLoop>(parts));
        sleepers.push_back(&loops_.back()->sleeper());
    }
    if (topology_.inline_engine) {
        inline_gate_ = std::make_unique<net::InlineGate>(*pump_);
        loops_[0]->set_gate(*inline_gate_);
    } else {
        engine_thread_ = std::make_unique<net::EngineThread>(*pump_, clock_, engine_counters,
                                                             journal_->durable_seq(), sleepers);
        for (std::size_t index = 0; index < loops_.size(); ++index)
            loops_[index]->set_gate(engine_thread_->gate(index));
    }
    journal_->start(sleepers);
}

void Server::append_waiting(engine::Outbox const& out)
{
    if (out.record_bytes == 0) return;
    while (!journal_->append(out.records.first(out.record_bytes), out.last_seq))
        std::this_thread::sleep_for(kStartPoll);
}

// What a link names and `names` has not; empty when nothing is missing.
static std::string missing_participants(Config const& config,
                                        std::span<std::string_view const> names)
{
    std::string missing;
    for (auto const& link : config.links) {
        if (std::find(names.begin(), names.end(), link.participant) != names.end()) continue;
        auto const near = did_you_mean(link.participant, names);
        missing += fmt::format(
            "error: link '{}' names participant '{}', which is not in the master data{}\n",
            link.name, link.participant,
            near.empty() ? "" : fmt::format("; did you mean '{}'?", near));
    }
    return missing;
}

void Server::load_accounts(MasterDataSource const& master_data)
{
    auto const data = master_data();
    // Before anything is written: once it is, the file with the mistake is not read again.
    std::vector<std::string_view> names;
    for (auto const& participant : data.participants)
        names.emplace_back(participant.name);
    if (auto const missing = missing_participants(config_, names); !missing.empty())
        throw StartupError(kExitConfig, missing + "no account was loaded (exit 3)\n");
    engine::Genesis genesis(data, random_bytes);
    bool more = true;
    while (more) {
        engine::Outbox out;
        out.records = {records_.get(), limits::batch_record_bytes_max};
        more = genesis.next(*engine_, clock_.wall_ns(), out);
        append_waiting(out);
    }
    log::info("master data loaded: {} accounts, {} cards, {} participants", data.accounts.size(),
              data.cards.size(), data.participants.size());
}

void Server::begin_epoch()
{
    auto const& recovered = journal_->recovered();
    engine::Outbox out;
    out.records = {records_.get(), limits::batch_record_bytes_max};
    engine_->epoch_start(recovered.epoch, recovered.tail == journal::TailState::torn,
                         clock_.wall_ns(), out);
    append_waiting(out);
    while (journal_->durable_seq().load(std::memory_order_acquire) < out.last_seq)
        std::this_thread::sleep_for(kStartPoll);
}

// A peer that opens all it can leaves the other links of its listener their share.
static std::uint32_t connections_max(Config const& config, LinkConfig const& link)
{
    if (link.connections_max != 0) return link.connections_max;
    auto const shares =
        std::count_if(config.links.begin(), config.links.end(),
                      [&](LinkConfig const& other) { return other.listener == link.listener; });
    for (auto const& listener : config.listeners)
        if (listener.name == link.listener)
            return shares > 1 ? std::max(listener.connections_max / 2, 1U)
                              : listener.connections_max;
    return 0;  // no such listener: refused when the configuration was read
}

void Server::link_participants()
{
    std::string missing;
    for (auto const& link : config_.links) {
        net::Link known;
        known.name = link.name;
        known.index = static_cast<std::uint32_t>(links_.size());
        for (std::uint32_t index = 0; index < config_.listeners.size(); ++index)
            if (config_.listeners[index].name == link.listener) known.listener = index;
        known.participant = engine_->participant_id(link.participant);
        known.acquirer_id = link.acquirer_id;
        known.also_acquirers = link.also_acquirers;
        known.blocks = link.blocks;
        known.duplicate_time = link.duplicate_time;
        known.connections_max = connections_max(config_, link);
        if (known.participant == 0)
            missing += fmt::format(
                "error: link '{}' names participant '{}', which is not in the master data\n",
                link.name, link.participant);
        links_.push_back(std::move(known));
    }
    if (!missing.empty()) throw StartupError(kExitConfig, missing);
}

void Server::log_start() const
{
    auto const& recovered = journal_->recovered();
    if (journal::SystemDisk(config_.journal.allow_buffered).is_volatile(config_.data.directory))
        log::warn("NOT durable: {} lies in memory", config_.data.directory);
    log::info("memory: at most {} MiB for tables, rings and sessions",
              memory_bytes(config_) >> 20U);
    log::info(
        "durability: one {} per group of records before any answer, segments of {} MiB{}",
        config_.journal.sync == SyncChoice::dsync ? "O_DSYNC write" : "write and fdatasync",
        config_.journal.segment_mib,
        config_.journal.allow_buffered ? ", page cache allowed where O_DIRECT is missing" : "");
    log::info("threads: {} loop{}, engine {}, journal its own", topology_.loops,
              topology_.loops == 1 ? "" : "s",
              topology_.inline_engine ? "inline" : "on its own thread");
    log::info("journal: epoch {}, {} records replayed, tail {}", recovered.epoch, recovered.records,
              recovered.tail == journal::TailState::fresh   ? "fresh"
              : recovered.tail == journal::TailState::clean ? "clean"
                                                            : "torn, cut");
}

void Server::run_threads()
{
    if (engine_thread_) engine_thread_->start();
    for (auto& loop : loops_)
        threads_.emplace_back([&loop] { loop->run(); });
}

std::vector<Server::OpenListener> Server::listeners() const
{
    std::vector<OpenListener> open;
    for (auto const& shared : listeners_)
        open.push_back({&shared->config, shared->bound_port.load(std::memory_order_acquire)});
    return open;
}

void Server::drain() noexcept
{
    for (auto& loop : loops_)
        loop->drain();
}

bool Server::drained() const noexcept
{
    return std::all_of(loops_.begin(), loops_.end(),
                       [](auto const& loop) { return loop->drained(); });
}

void Server::stop()
{
    for (auto& loop : loops_)
        loop->stop();
    for (auto& thread : threads_)
        thread.join();
    threads_.clear();
    if (engine_thread_) engine_thread_->stop();
    pump_->final_checkpoint({clock_.wall_ns(), clock_.monotonic_ns()});
    journal_->stop();
}

Health Server::health() const
{
    std::vector<Counters const*> blocks;
    for (auto const& block : counters_)
        blocks.push_back(block.get());
    Health health;
    health.segment_shortage = journal_->segment_shortage();
    std::error_code ignored;
    auto const space = fs::space(config_.data.directory, ignored);
    if (!ignored) health.free_bytes = space.available;
    health.refused =
        total(blocks, CounterId::shed_originals) + total(blocks, CounterId::shed_unanswered);
    health.table_full = total(blocks, CounterId::answers_96);
    health.accept_errors = total(blocks, CounterId::accept_errors);
    return health;
}

std::string Server::counters_text() const
{
    std::vector<Counters const*> blocks;
    for (auto const& block : counters_)
        blocks.push_back(block.get());
    return dump(blocks);
}

}  // namespace turnout::app
