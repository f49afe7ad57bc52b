#include "tools/cli/data_source.hpp"

#include "switch/engine/replay.hpp"
#include "switch/engine/state.hpp"
#include "switch/ledger/invariants.hpp"

#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <iostream>

#include <CLI/CLI.hpp>

namespace turnout::cli {

static constexpr int kDiskFailed = 70;  // of journal::OpenError; any other is about the content

void DataOptions::declare(CLI::App& app)
{
    app.add_option_function<std::string>(
           "-c,--config",
           [this](std::string const& path) {
               config_path = path;
               config_given = true;
           },
           "configuration file (default turnout.toml)")
        ->envname("TURNOUT_CONFIG")
        ->type_name("FILE");
    app.add_option("--data", data, "data directory instead of the file's")->type_name("DIR");
    app.add_option("--kek", kek, "key-encryption key file instead of the file's")
        ->type_name("FILE");
}

namespace {

// The file named, or the defaults when only directories are given and there is no file.
Result<Config, std::string> load_for_tools(DataOptions const& options)
{
    std::error_code ignored;
    if (!options.config_given && !options.data.empty() && !options.kek.empty() &&
        !std::filesystem::exists(options.config_path, ignored))
        return parse_config(default_config_text(), "(defaults)");
    return load_config(options.config_path);
}

journal::JournalConfig journal_config(Config const& config)
{
    journal::JournalConfig out;
    std::error_code ignored;
    out.directory = config.data.directory + "/" + std::to_string(config.node.group);
    // The group's own directory may be named as well as the one above it.
    if (std::filesystem::exists(config.data.directory + "/CONTROL", ignored))
        out.directory = config.data.directory;
    out.group = config.node.group;
    out.node = static_cast<std::uint16_t>(config.node.id);
    out.segment_bytes = std::size_t{config.journal.segment_mib} * 1024 * 1024;
    out.allow_buffered = true;
    return out;
}

engine::EngineConfig engine_config(Config const& config)
{
    engine::EngineConfig out;
    out.accounts_max = config.engine.accounts_max;
    out.cards_max = config.engine.cards_max;
    out.holds_max = config.engine.holds_max;
    out.transactions_max = config.engine.transactions_max;
    out.financial_window_ns = config.engine.financial_window_s * kNanosPerSecond;
    out.reversal_window_ns = config.engine.reversal_window_s * kNanosPerSecond;
    return out;
}

}  // namespace

std::unique_ptr<DataSource> open_data(Context& context, DataOptions const& options, int& exit_code)
{
    auto loaded = load_for_tools(options);
    if (!loaded.has_value()) {
        exit_code = context.fail(exit_invalid, loaded.error(), "turnout config check");
        return nullptr;
    }
    auto config = std::move(*loaded);
    if (!options.data.empty()) config.data.directory = options.data;
    if (!options.kek.empty()) config.data.kek_file = options.kek;
    auto const journal = journal_config(config);
    auto keys = security::KeyStore::open(journal.directory, config.data.kek_file, false);
    if (!keys.has_value()) {
        exit_code = context.fail(exit_invalid, keys.error().text);
        return nullptr;
    }
    auto const hash = (*keys)->make_hash();
    return std::make_unique<DataSource>(
        DataSource{std::move(config), journal, std::move(*keys), hash});
}

Replayed replay_journal(DataSource const& source, journal::OnFrame const& on_frame,
                        journal::OnRecord const& on_record)
{
    Replayed out;
    out.engine = std::make_unique<engine::Engine>(engine_config(source.config), source.hash);
    auto const replayer = std::make_unique<engine::Replayer>(*out.engine);
    auto const frame = [&](journal::FrameInfo const& info) {
        if (on_frame) on_frame(info);
    };
    auto const apply = [&](ByteView record) -> char const* {
        if (on_record)
            if (auto const* const refused = on_record(record); refused != nullptr) return refused;
        auto const code = replayer->push(record);
        return code == engine::ApplyErrc::ok ? nullptr : engine::meaning(code).data();
    };
    auto walked = journal::walk(source.journal, *source.keys, frame, apply);
    if (!walked.has_value()) {
        out.error = walked.error().text;
        out.exit_code = exit_of(walked.error());
        return out;
    }
    out.report = std::move(*walked);
    out.was_walked = true;
    out.error = out.report.damage;
    if (auto const code = replayer->finish(); code != engine::ApplyErrc::ok)
        out.error = "replay of record " + std::to_string(replayer->failed_seq()) +
                    " differs: " + std::string(engine::meaning(code));
    out.broken = ledger::broken_invariants(out.engine->state().ledger);
    if (out.error.empty() && !out.broken.empty()) out.error = "broken invariant: " + out.broken;
    if (!out.error.empty()) out.exit_code = exit_invalid;
    return out;
}

std::string digest_text(engine::Digest digest)
{
    std::array<char, 40> text{};
    std::snprintf(text.data(), text.size(), "%016llx%016llx",
                  static_cast<unsigned long long>(digest.hi),
                  static_cast<unsigned long long>(digest.lo));
    return text.data();
}

int exit_of(journal::OpenError const& error) noexcept
{
    return error.exit_code == kDiskFailed ? exit_failed : exit_invalid;
}

std::string_view tail_name(journal::WalkReport const& report) noexcept
{
    if (!report.damage.empty()) return "damaged";
    switch (report.recovered.tail) {
        case journal::TailState::fresh:
            return "empty";
        case journal::TailState::clean:
            return "clean";
        case journal::TailState::torn:
            return "torn";
    }
    return "unknown";
}

std::string time_text(UnixNanos at)
{
    auto const seconds = static_cast<std::time_t>(at / kNanosPerSecond);
    std::tm parts{};
    (void)::gmtime_r(&seconds, &parts);
    std::array<char, 32> date{};
    (void)std::strftime(date.data(), date.size(), "%Y-%m-%dT%H:%M:%S", &parts);
    std::array<char, 48> text{};
    std::snprintf(text.data(), text.size(), "%s.%09lluZ", date.data(),
                  static_cast<unsigned long long>(at % kNanosPerSecond));
    return text.data();
}

}  // namespace turnout::cli
