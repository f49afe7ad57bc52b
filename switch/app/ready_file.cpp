#include "switch/app/ready_file.hpp"

#include "switch/app/replace_file.hpp"
#include "switch/base/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

namespace turnout::app {

std::string ready_json(Config const& config, std::vector<Server::OpenListener> const& listeners)
{
    std::vector<std::string> items;
    for (auto const& [listener, port] : listeners)
        items.push_back(
            fmt::format(R"({{"name":"{}","address":"{}","port":{},"dialect":"{}","framing":"{}"}})",
                        log::escaped(listener->name), log::escaped(listener->address), port,
                        listener->dialect->name, wire::name_of(listener->framing)));
    return fmt::format(R"({{"pid":{},"config":"{}","data":"{}","kek":"{}","listeners":[{}]}})",
                       ::getpid(), log::escaped(config.path), log::escaped(config.data.directory),
                       log::escaped(config.data.kek_file), fmt::join(items, ","));
}

void write_ready_file(std::string const& path, std::string const& json)
{
    replace_file(path, json + "\n");
}

}  // namespace turnout::app
