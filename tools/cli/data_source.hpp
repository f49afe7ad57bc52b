// Opening a node's data directory for reading: configuration, keys, journal settings, and an engine
// that holds what the journal says. Changes nothing on disk; a running daemon may be writing.
#pragma once
#include "switch/base/config.hpp"
#include "switch/engine/engine.hpp"
#include "switch/journal/journal.hpp"
#include "switch/security/key_store.hpp"
#include "tools/cli/command.hpp"

#include <memory>
#include <optional>
#include <string>

namespace turnout::cli {

struct DataOptions {
    std::string config_path = "turnout.toml";
    std::string data, kek;  // override those of the file
    bool config_given = false;

    void declare(CLI::App& app);
};

struct DataSource {
    Config config;
    journal::JournalConfig journal;
    std::unique_ptr<security::KeyStore> keys;
    KeyedHash hash;
};

// nullptr: the reason has been printed and `exit_code` is what the command ends with.
[[nodiscard]] std::unique_ptr<DataSource> open_data(Context& context, DataOptions const& options,
                                                    int& exit_code);

// Walks the journal through the engine's own apply(). `on_frame` may be empty.
struct Replayed {
    std::unique_ptr<engine::Engine> engine;
    journal::WalkReport report;
    bool was_walked = false;  // else `report` says nothing: the journal could not be opened
    std::string error;        // empty: every record was applied and nothing is damaged
    int exit_code = 0;        // of the error
    std::string broken;       // invariants that do not hold, one a line
};
[[nodiscard]] Replayed replay_journal(DataSource const& source, journal::OnFrame const& on_frame,
                                      journal::OnRecord const& on_record);

[[nodiscard]] std::string digest_text(engine::Digest digest);
// What a command ends with: 1 when the disk could not be read, 3 when the journal is not valid.
[[nodiscard]] int exit_of(journal::OpenError const& error) noexcept;
// "empty", "clean", "torn" (the last frame was being written) or "damaged".
[[nodiscard]] std::string_view tail_name(journal::WalkReport const& report) noexcept;
// "2026-03-01T12:00:00.000000001Z".
[[nodiscard]] std::string time_text(UnixNanos at);

}  // namespace turnout::cli
