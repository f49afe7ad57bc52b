#include "protocol/iso8583/dialect.hpp"
#include "tools/cli/commands.hpp"

#include <iostream>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

class VersionAction final : public Action {
public:
    void declare(CLI::App&) override {}
    [[nodiscard]] int run(Context& context) override
    {
        if (!context.json()) {
            context.out() << "turnout " << TURNOUT_VERSION << '\n';
            return exit_ok;
        }
        auto dialects = nlohmann::ordered_json::array();
        for (auto const* dialect : iso8583::dialects())
            dialects.push_back(dialect->name);
        nlohmann::ordered_json const object{{"name", "turnout"},
                                            {"version", TURNOUT_VERSION},
                                            {"compiler", __VERSION__},
                                            {"dialects", dialects}};
        context.out() << object.dump() << '\n';
        return exit_ok;
    }
};

}  // namespace

Command const kVersionCommand{"version", "Print the version",
                              "turnout version\nturnout version --json\n",
                              make_action<VersionAction>};

}  // namespace turnout::cli
