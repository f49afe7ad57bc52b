// The presence rules of a dialect file. Private to the loader.
#pragma once
#include "protocol/spec/field_tree.hpp"
#include "protocol/spec/json_tree.hpp"

namespace turnout::spec {

// Changes `tree.rules` as the list says: a rule whose name is there already takes its place.
// Fields of rules have to be in the tree, unless `base_unknown`.
void read_rules(SpecReport& report, JsonNode const& json, DialectTree& tree, bool base_unknown);

}  // namespace turnout::spec
