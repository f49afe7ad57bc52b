// Full-scan check of what must hold for the ledger at every sequence. For tests, tools and
// recovery; never on the payment path.
#pragma once
#include "switch/ledger/ledger.hpp"

#include <string>

namespace turnout::ledger {

// Empty when all holds; else one line per broken rule, with account positions and sums, no ids.
// Checks: posted and pending debits and credits are equal per currency, books equal the sums over
// their accounts, no sum is negative, and the digest equals one computed anew.
[[nodiscard]] std::string broken_invariants(Ledger const& ledger);

}  // namespace turnout::ledger
