#include "switch/app/options.hpp"

#include "protocol/iso8583/test_cards.hpp"
#include "switch/base/config.hpp"
#include "switch/base/exit_code.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace turnout::app {

static constexpr char kHelp[] =
    R"(Examples:
  turnoutd --dev                    a trial: demo accounts, temporary data
  turnoutd --dev --data ./trial --port 0 --ready-file ready.json
  turnoutd -c /etc/turnout/turnout.toml
  turnoutd -c turnout.toml --set engine.spin_us=50 --set log.level=warn

Usage: turnoutd -c FILE [OPTIONS]
       turnoutd --dev [OPTIONS]

Options:
  -c, --config FILE     configuration (turnout config default prints one)
      --set KEY=VALUE   override section.key; listener.<name>.key and
                        link.<name>.key for entries of lists; repeatable
      --ready-file FILE JSON with pid, paths and ports, when listeners are open
      --dev             embedded configuration, demo accounts and random keys
      --data DIR        with --dev: use and keep this directory
      --port N          with --dev: listener port, 0 = any (default 8583)
      --demo-cards N    with --dev: demo cards (default 10000)
      --version         print the version
  -h, --help            print this

Signals: TERM and INT stop in order (again: at once), USR1 logs the counters,
         HUP opens the log file anew.
Exit codes: 0 ok, 2 usage, 3 configuration or key file invalid, 70 I/O,
            78 journal refused, 79 replay differs, 130 stopped by a signal while
            starting, or by a second one.
)";

static constexpr std::string_view kNames[] = {"--config", "--set",        "--ready-file",
                                              "--dev",    "--data",       "--port",
                                              "--help",   "--demo-cards", "--version"};

static Parsed usage(std::string const& text)
{
    Parsed parsed;
    parsed.exit_code = kExitUsage;
    parsed.text = fmt::format("turnoutd: {}\nTry: turnoutd --help\n", text);
    return parsed;
}

static Parsed unknown(std::string const& argument)
{
    auto const word = argument.substr(0, argument.find('='));
    auto const near = did_you_mean(word, kNames);
    if (near.empty()) return usage(fmt::format("unknown argument '{}'", word));
    return usage(fmt::format("unknown argument '{}'; did you mean '{}'?", word, near));
}

Parsed parse_options(int argc, char const* const* argv)
{
    Parsed parsed;
    auto& options = parsed.options;
    bool help = false;
    bool version = false;
    CLI::App cli;
    cli.set_help_flag();
    cli.allow_extras();
    cli.add_flag("-h,--help", help);
    cli.add_flag("--version", version);
    cli.add_option("-c,--config", options.config);
    cli.add_flag("--dev", options.dev);
    cli.add_option("--data", options.data);
    cli.add_option("--port", options.port)->check(CLI::Range(0, 65535));
    cli.add_option("--demo-cards", options.demo_cards)
        ->check(CLI::Range(std::uint64_t{1}, iso8583::kTestCardsMax));
    // One value each, so that a word behind it is never swallowed.
    cli.add_option("--set", options.overrides)
        ->expected(1)
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
    cli.add_option("--ready-file", options.ready_file);
    try {
        cli.parse(argc, argv);
    } catch (CLI::ParseError const& error) {
        return usage(error.what());
    }
    if (help || version) {
        parsed.exit_code = 0;
        parsed.text = help ? std::string(kHelp) : std::string("turnoutd " TURNOUT_VERSION "\n");
        return parsed;
    }
    auto const rest = cli.remaining();
    if (!rest.empty()) return unknown(rest.front());
    if (options.dev && !options.config.empty())
        return usage("--dev has its own configuration; leave out -c, or --dev");
    if (!options.dev && options.config.empty())
        return usage("a configuration is needed: -c FILE, or --dev");
    if (!options.dev && (!options.data.empty() || options.port || options.demo_cards))
        return usage("--data, --port and --demo-cards go with --dev");
    return parsed;
}

}  // namespace turnout::app
