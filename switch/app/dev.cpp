#include "switch/app/dev.hpp"

#include "protocol/iso8583/test_cards.hpp"
#include "switch/app/replace_file.hpp"
#include "switch/app/startup_error.hpp"
#include "switch/security/key_store.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>

#include <fmt/format.h>

namespace turnout::app {

namespace fs = std::filesystem;

static constexpr std::uint32_t kDevPort = 8583;

static std::string make_temporary()
{
    auto pattern = (fs::temp_directory_path() / "turnout-dev-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr)
        throw StartupError(kExitIo,
                           fmt::format("cannot make {}: {}", pattern, std::strerror(errno)));
    return pattern;
}

static Config dev_config(fs::path const& directory, Options const& options)
{
    auto const cards = options.demo_cards.value_or(iso8583::kDemoCards);
    Config config;
    config.node.name = "dev";
    config.data.directory = (directory / "data").string();
    config.data.kek_file = (directory / "kek").string();
    // Demo accounts, the participants' positions and the bank's, with some to spare.
    auto const entries =
        static_cast<std::uint32_t>(std::min<std::uint64_t>(cards + cards / 8 + 1024, 100'000'000));
    // A trial should be up at once and small, yet fast from its first message: tables that are
    // small enough to be taken at start. A million transactions are 50 s at 20,000 a second.
    config.engine.accounts_max = entries;
    config.engine.cards_max = entries;
    config.engine.transactions_max = 1U << 20U;
    config.engine.participant_share_percent = 100;  // one acquirer; the other participant only pays
    // A trial may run on tmpfs or an overlay that knows no O_DIRECT.
    config.journal.allow_buffered = true;

    ListenerConfig listener;
    listener.name = "dev";
    listener.port = options.port.value_or(kDevPort);
    config.listeners.push_back(listener);
    LinkConfig link;
    link.name = "demo";
    link.listener = listener.name;
    link.participant = "demo-acquirer";
    link.peers = {"127.0.0.0/8"};
    link.acquirer_id = iso8583::kDemoAcquirerId;
    config.links.push_back(link);
    return config;
}

DevEnvironment::DevEnvironment(Options const& options) : temporary_(options.data.empty())
{
    try {
        prepare(options);
    } catch (...) {
        clean_up();  // the destructor of what was never made does not run
        throw;
    }
}

void DevEnvironment::prepare(Options const& options)
{
    try {
        if (temporary_) {
            directory_ = make_temporary();
        } else {
            auto const made = fs::create_directories(options.data);
            directory_ = fs::canonical(options.data).string();
            // A directory that was there keeps the modes that its owner chose.
            if (made) fs::permissions(directory_, fs::perms::owner_all);
        }
    } catch (fs::filesystem_error const& error) {
        throw StartupError(kExitIo, error.what());
    }
    auto const path = fs::path(directory_) / "turnout.toml";
    auto const text = effective_config_text(dev_config(directory_, options));
    auto config = parse_config(text, path.string(), options.overrides);
    if (config.has_error()) throw StartupError(kExitConfig, config.error());
    config_ = taken(std::move(config));

    replace_file(path.string(), effective_config_text(config_));
    // A new key over old data would open nothing and be in the way of the right one.
    auto const keys =
        fs::path(config_.data.directory) / std::to_string(config_.node.group) / "keys.bin";
    if (!fs::exists(config_.data.kek_file) && !fs::exists(keys))
        if (auto const error = security::KeyStore::create_kek(config_.data.kek_file))
            throw StartupError(kExitIo, error->text);
}

DevEnvironment::~DevEnvironment()
{
    clean_up();
}

void DevEnvironment::clean_up() noexcept
{
    std::error_code ignored;
    if (temporary_ && !directory_.empty()) fs::remove_all(directory_, ignored);
}

}  // namespace turnout::app
