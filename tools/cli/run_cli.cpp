#include "switch/base/config.hpp"
#include "tools/cli/command.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

std::string_view environment(char const* name)
{
    auto const* const value = std::getenv(name);
    return value == nullptr ? std::string_view{} : std::string_view(value);
}

bool locale_is_utf8()
{
    for (auto const* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        auto const value = environment(name);
        if (value.empty()) continue;
        return value.find("UTF-8") != std::string_view::npos ||
               value.find("utf8") != std::string_view::npos;
    }
    return false;
}

void replace_all(std::string& text, std::string_view from, std::string_view to)
{
    for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
}

std::string_view first_word(std::string_view name)
{
    return name.substr(0, name.find(' '));
}

// How many of `args` name `command`, 0 when they do not.
std::size_t words_matched(std::string_view command, std::span<std::string const> args)
{
    std::size_t words = 0;
    for (auto rest = command; !rest.empty(); ++words) {
        auto const word = first_word(rest);
        if (words == args.size() || args[words] != word) return 0;
        rest.remove_prefix(std::min(rest.size(), word.size() + 1));
    }
    return words;
}

// The command that most of `args` name: "message specs show" rather than "message specs".
Command const* find_command(std::span<std::string const> args, std::size_t& words)
{
    Command const* found = nullptr;
    words = 0;
    for (auto const& command : commands()) {
        auto const matched = words_matched(command.name, args);
        if (matched <= words) continue;
        words = matched;
        found = &command;
    }
    return found;
}

// "message spec": the first words of a command, not all of it.
bool is_group(std::span<std::string const> args)
{
    std::string prefix;
    for (auto const& arg : args)
        prefix += arg + " ";
    return !args.empty() &&
           std::any_of(commands().begin(), commands().end(),
                       [&](Command const& command) { return command.name.starts_with(prefix); });
}

bool is_noun(std::string_view word)
{
    return std::any_of(commands().begin(), commands().end(),
                       [&](Command const& command) { return first_word(command.name) == word; });
}

void print_overview(std::ostream& out, std::string_view noun = {})
{
    if (noun.empty())
        out << "Examples:\n"
               "  turnout load --target 127.0.0.1:8583 --rate 2k -d 10s\n"
               "  turnout journal verify -c turnout.toml\n"
               "  turnout help load\n\n"
               "Load, replay and inspect a turnout payment switch.\n\n";
    out << "Usage: turnout " << (noun.empty() ? "<command>" : std::string(noun) + " <command>")
        << " [options]\n\nCommands:\n";
    for (auto const& command : commands()) {
        if (!noun.empty() && first_word(command.name) != noun) continue;
        out << "  " << command.name
            << std::string(command.name.size() < 22 ? 22 - command.name.size() : 1, ' ')
            << command.summary << '\n';
    }
    out << "\nEvery command takes --json, --no-color and --help. Data goes to standard output,\n"
           "messages to standard error. Exit codes: 0 ok, 1 failed, 2 usage, 3 invalid,\n"
           "4 threshold missed, 5 cannot connect, 130 interrupted.\n";
}

// A script that asked for JSON gets its object for a mistyped command line too.
int usage_error(Streams const& streams, bool json, std::string_view text, std::string_view about)
{
    auto const remedy = "turnout help" + (about.empty() ? "" : " " + std::string(about));
    Context const context(streams, json, false);
    return context.fail(exit_usage, text, remedy);
}

bool wants_json(std::span<std::string const> args)
{
    return std::find(args.begin(), args.end(), "--json") != args.end();
}

int unknown_command(Streams const& streams, bool json, std::string_view noun, std::string_view word)
{
    std::vector<std::string_view> candidates;
    for (auto const& command : commands()) {
        if (noun.empty())
            candidates.push_back(first_word(command.name));
        else if (first_word(command.name) == noun && command.name.size() > noun.size())
            candidates.push_back(command.name.substr(noun.size() + 1));
    }
    if (noun.empty()) candidates.push_back("help");
    auto const full =
        noun.empty() ? std::string(word) : std::string(noun) + " " + std::string(word);
    auto text = "unknown command '" + full + "'";
    if (auto const near = did_you_mean(word, candidates); !near.empty())
        text += "; did you mean '" + (noun.empty() ? "" : std::string(noun) + " ") +
                std::string(near) + "'?";
    return usage_error(streams, json, text, noun);
}

struct Common {
    bool json = false;
    bool no_color = false;
};

void declare(CLI::App& app, Command const& command, Action& action, Common& common)
{
    std::string description = "Examples:\n";
    for (auto rest = command.examples; !rest.empty();) {
        auto const line = rest.substr(0, rest.find('\n'));
        rest.remove_prefix(std::min(rest.size(), line.size() + 1));
        description.append("  ").append(line).append("\n");
    }
    app.description(description.append("\n").append(command.summary).append("."));
    app.name("turnout " + std::string(command.name));
    app.get_formatter()->column_width(26);
    action.declare(app);
    app.add_flag("--json", common.json, "print one JSON object (or JSON lines)");
    app.add_flag("--no-color", common.no_color, "no colours (also: NO_COLOR, TERM=dumb)");
}

// "unknown option '--tagret'; did you mean '--target'?"
std::string unknown_option(CLI::App const& app, std::string const& word)
{
    std::vector<std::string> names;
    for (auto const* option : app.get_options())
        for (auto const& name : option->get_lnames())
            names.push_back("--" + name);
    std::vector<std::string_view> const candidates(names.begin(), names.end());
    auto text = "unknown option '" + word + "'";
    if (auto const near = did_you_mean(word, candidates); !near.empty())
        text += "; did you mean '" + std::string(near) + "'?";
    return text;
}

// The first long option that `app` does not have, empty when there is none. CLI11 would complain
// about a missing required option first, which is no help to who has mistyped that very one.
std::string first_unknown(CLI::App const& app, std::span<std::string const> args)
{
    for (auto const& arg : args) {
        if (arg == "--") return {};
        if (!arg.starts_with("--")) continue;
        auto word = arg.substr(0, arg.find('='));
        if (app.get_option_no_throw(word) == nullptr) return word;
    }
    return {};
}

int run_command(Command const& command, std::span<std::string const> args, Streams const& streams)
{
    auto const action = command.make();
    Common common;
    CLI::App app;
    declare(app, command, *action, common);
    if (auto const word = first_unknown(app, args); !word.empty())
        return usage_error(streams, wants_json(args), unknown_option(app, word), command.name);
    // CLI11 wants them in reverse.
    std::vector<std::string> reversed(args.rbegin(), args.rend());
    try {
        app.parse(reversed);
    } catch (CLI::CallForHelp const&) {
        streams.out << app.help();
        return exit_ok;
    } catch (CLI::ParseError const& error) {
        return usage_error(streams, wants_json(args), error.what(), command.name);
    }
    auto const colour = streams.out_is_terminal && !common.no_color && !common.json &&
                        environment("NO_COLOR").empty() && environment("TERM") != "dumb";
    Context context(streams, common.json, colour);
    return action->run(context);
}

int help(std::span<std::string const> args, Streams const& streams)
{
    if (args.empty()) {
        print_overview(streams.out);
        return exit_ok;
    }
    std::size_t words = 0;
    if (auto const* const command = find_command(args, words); command != nullptr) {
        std::vector<std::string> const ask{"--help"};
        return run_command(*command, ask, streams);
    }
    if (!is_noun(args[0])) return unknown_command(streams, false, {}, args[0]);
    if (!is_group(args)) return unknown_command(streams, false, args[0], args[1]);
    print_overview(streams.out, args[0]);
    return exit_ok;
}

bool is_help_flag(std::string_view word)
{
    return word == "-h" || word == "--help";
}

int dispatch(std::span<std::string const> args, Streams const& streams)
{
    if (args.empty()) {
        print_overview(streams.err);
        return exit_usage;
    }
    if (args[0] == "help") return help(args.subspan(1), streams);
    if (is_help_flag(args[0])) return help({}, streams);
    std::vector<std::string> version{"version"};
    if (args[0] == "--version") args = version;
    std::size_t words = 0;
    if (auto const* const command = find_command(args, words); command != nullptr)
        return run_command(*command, args.subspan(words), streams);
    if (!is_noun(args[0])) return unknown_command(streams, wants_json(args), {}, args[0]);
    if (args.size() > 1 && is_help_flag(args.back()) && is_group(args.first(args.size() - 1)))
        return help(args.first(args.size() - 1), streams);
    if (args.size() > 1 && !args[1].starts_with('-'))
        return unknown_command(streams, wants_json(args), args[0], args[1]);
    print_overview(streams.err, args[0]);
    return exit_usage;
}

}  // namespace

int Context::fail(Exit code, std::string_view text, std::string_view remedy) const
{
    if (json_) {
        nlohmann::ordered_json const object{
            {"ok", false}, {"error", text}, {"remedy", remedy}, {"exit", static_cast<int>(code)}};
        streams_.out << object.dump(-1, ' ', false,
                                    nlohmann::ordered_json::error_handler_t::replace)
                     << '\n';
    }
    streams_.err << "error: " << text << '\n';
    if (!remedy.empty()) streams_.err << "try: " << remedy << '\n';
    return code;
}

std::string Context::good(std::string_view text) const
{
    return colour_ ? "\x1b[32m" + std::string(text) + "\x1b[0m" : std::string(text);
}

std::string Context::bad(std::string_view text) const
{
    return colour_ ? "\x1b[31m" + std::string(text) + "\x1b[0m" : std::string(text);
}

std::string Context::plain(std::string text) const
{
    static bool const utf8 = locale_is_utf8();
    if (utf8) return text;
    replace_all(text, "µ", "u");
    replace_all(text, "×", "x");
    return text;
}

int run_cli(std::vector<std::string> const& args, Streams streams) noexcept
{
    try {
        auto const code = dispatch(args, streams);
        streams.out.flush();
        streams.err.flush();
        // A full disk or a closed pipe must not look like success.
        return streams.out.good() ? code : exit_failed;
    } catch (std::exception const& error) {
        streams.err << "error: " << error.what() << std::endl;
        return exit_failed;
    }
}

}  // namespace turnout::cli
