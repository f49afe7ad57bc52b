// The command line of turnoutd. Start-up only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace turnout::app {

struct Options {
    std::string config;
    bool dev = false;
    std::string data;                   // --dev: directory to use and keep
    std::optional<std::uint32_t> port;  // --dev: of the listener, 0 = any
    std::optional<std::uint64_t> demo_cards;
    std::vector<std::string> overrides;  // --set section.key=value
    std::string ready_file;
};

// Either options, or text to print and the code to exit with (0 help or version, 2 usage).
struct Parsed {
    Options options;
    std::optional<int> exit_code;
    std::string text;  // for stdout when exit_code is 0, else for stderr
};
[[nodiscard]] Parsed parse_options(int argc, char const* const* argv);

}  // namespace turnout::app
