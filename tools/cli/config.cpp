#include "switch/base/config.hpp"

#include "tools/cli/commands.hpp"
#include "tools/cli/options.hpp"

#include <iostream>

#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

using Json = nlohmann::ordered_json;

struct FileOptions {
    std::string path = "turnout.toml";
    std::vector<std::string> overrides;

    void declare(CLI::App& app)
    {
        app.add_option("-c,--config", path, "configuration file (default turnout.toml)")
            ->envname("TURNOUT_CONFIG")
            ->type_name("FILE");
        app.add_option("--set", overrides, "override one key: section.key=value")
            ->type_name("")
            ->allow_extra_args(false);
    }
};

Json listeners_json(Config const& config)
{
    auto out = Json::array();
    for (auto const& listener : config.listeners)
        out.push_back({{"name", listener.name},
                       {"address", listener.address},
                       {"port", listener.port},
                       {"dialect", listener.dialect_name},
                       {"framing", wire::name_of(listener.framing)}});
    return out;
}

// The configuration, or its errors printed and nullopt.
std::optional<Config> load(Context& context, FileOptions const& options)
{
    auto loaded = load_config(options.path, options.overrides);
    if (loaded.has_value()) return std::move(*loaded);
    if (context.json()) {
        Json const object{{"ok", false},
                          {"file", options.path},
                          {"error", loaded.error()},
                          {"remedy", ""},
                          {"exit", static_cast<int>(exit_invalid)}};
        context.out() << object.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
    }
    context.err() << loaded.error();
    if (!loaded.error().ends_with('\n')) context.err() << '\n';
    return std::nullopt;
}

class CheckAction final : public Action {
public:
    void declare(CLI::App& app) override { options_.declare(app); }
    [[nodiscard]] int run(Context& context) override
    {
        auto const config = load(context, options_);
        if (!config) return exit_invalid;
        if (context.json()) {
            Json const object{{"ok", true},
                              {"file", options_.path},
                              {"memory_bytes", memory_bytes(*config)},
                              {"listeners", listeners_json(*config)},
                              {"links", config->links.size()}};
            context.out() << object.dump() << '\n';
            return exit_ok;
        }
        context.out() << options_.path << ": ok; listeners " << config->listeners.size()
                      << ", links " << config->links.size() << ", memory "
                      << memory_bytes(*config) / (1024 * 1024) << " MiB\n";
        return exit_ok;
    }

private:
    FileOptions options_;
};

class DefaultAction final : public Action {
public:
    void declare(CLI::App&) override {}
    [[nodiscard]] int run(Context& context) override
    {
        if (context.json())
            context.out() << Json{{"toml", default_config_text()}}.dump() << '\n';
        else
            context.out() << default_config_text();
        return exit_ok;
    }
};

class ShowAction final : public Action {
public:
    void declare(CLI::App& app) override { options_.declare(app); }
    [[nodiscard]] int run(Context& context) override
    {
        auto const config = load(context, options_);
        if (!config) return exit_invalid;
        auto const text = effective_config_text(*config);
        if (context.json())
            context.out() << Json{{"file", options_.path}, {"toml", text}}.dump() << '\n';
        else
            context.out() << text;
        return exit_ok;
    }

private:
    FileOptions options_;
};

}  // namespace

Command const kConfigCheckCommand{
    "config check", "Check a configuration file and report every error",
    "turnout config check\nturnout config check -c /etc/turnout/turnout.toml --json\n",
    make_action<CheckAction>};

Command const kConfigDefaultCommand{
    "config default", "Print a commented configuration with every default",
    "turnout config default > turnout.toml\n", make_action<DefaultAction>};

Command const kConfigShowCommand{
    "config show", "Print the configuration in force, every key written out",
    "turnout config show -c turnout.toml\nturnout config show --set engine.loops=1\n",
    make_action<ShowAction>};

}  // namespace turnout::cli
