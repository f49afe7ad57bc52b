// The note for whoever started us: where everything is, once the listeners are open.
#pragma once
#include "switch/app/server.hpp"

#include <string>

namespace turnout::app {

// {"pid","config","data","kek","listeners":[{"name","address","port","dialect","framing"}]}
[[nodiscard]] std::string ready_json(Config const& config,
                                     std::vector<Server::OpenListener> const& listeners);
// Writes it under another name, then renames: a reader sees all or nothing. Throws StartupError.
void write_ready_file(std::string const& path, std::string const& json);

}  // namespace turnout::app
