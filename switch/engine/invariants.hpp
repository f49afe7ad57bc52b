// Full-scan check of what must hold for the whole engine at every sequence. For tests and tools.
#pragma once
#include "switch/engine/engine.hpp"

#include <string>

namespace turnout::engine {

// Empty when all holds; else one line per broken rule. On top of the ledger's own: what is pending
// is exactly what open holds have set aside, account by account; a hold's rest is positive and at
// most its amount; the digest of every table equals one computed anew.
[[nodiscard]] std::string broken_invariants(Engine::State const& state);

}  // namespace turnout::engine
