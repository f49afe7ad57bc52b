// The frame of the `turnout` command: one table of commands ("noun verb"), one file for each. A
// command declares its options and runs; parsing, help, suggestions, colours and exit codes are
// done here once for all of them.
#pragma once
#include <iosfwd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
}

namespace turnout::cli {

// Part of the interface: scripts rely on these numbers.
enum Exit : int {
    exit_ok = 0,
    exit_failed = 1,
    exit_usage = 2,
    exit_invalid = 3,      // configuration, message or journal is not valid
    exit_threshold = 4,    // a stated limit was missed
    exit_unreachable = 5,  // cannot connect, or no answer
    exit_interrupted = 130,
};

// Where output goes. Data goes to `out`, everything for people to `err`.
struct Streams {
    std::ostream& out;
    std::ostream& err;
    bool out_is_terminal = false;
    bool err_is_terminal = false;
};

class Context {
public:
    Context(Streams streams, bool json, bool colour) noexcept
        : streams_(streams), json_(json), colour_(colour)
    {
    }

    [[nodiscard]] std::ostream& out() const noexcept { return streams_.out; }
    [[nodiscard]] std::ostream& err() const noexcept { return streams_.err; }
    [[nodiscard]] bool json() const noexcept { return json_; }
    [[nodiscard]] bool err_is_terminal() const noexcept { return streams_.err_is_terminal; }

    // Prints "error: <text>" and the remedy; with --json also an object {"ok":false,...} as data.
    // Returns `code`, so that a command can end with it.
    int fail(Exit code, std::string_view text, std::string_view remedy = {}) const;

    // `text` in green or red when standard output may have colours.
    [[nodiscard]] std::string good(std::string_view text) const;
    [[nodiscard]] std::string bad(std::string_view text) const;
    // `text` as this locale can show it: µ and × become u and x outside UTF-8.
    [[nodiscard]] std::string plain(std::string text) const;

private:
    Streams streams_;
    bool json_;
    bool colour_;
};

class Action {
public:
    virtual ~Action() = default;
    virtual void declare(CLI::App& app) = 0;
    [[nodiscard]] virtual int run(Context& context) = 0;
};

template <class T>
[[nodiscard]] std::unique_ptr<Action> make_action()
{
    return std::make_unique<T>();
}

struct Command {
    std::string_view name;      // "load", "journal verify"
    std::string_view summary;   // one line, no full stop
    std::string_view examples;  // lines as typed, each ends with a newline
    std::unique_ptr<Action> (*make)();
};

// Every command, in the order of the overview.
[[nodiscard]] std::span<Command const> commands();

// The whole program but for the process: parses `args` (without the program's name), runs, returns
// the exit code. Never throws.
[[nodiscard]] int run_cli(std::vector<std::string> const& args, Streams streams) noexcept;

}  // namespace turnout::cli
