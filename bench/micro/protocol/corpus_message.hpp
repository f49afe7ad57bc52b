// Messages of the corpus in tests/data/iso8583, one for each way of lying on the wire that networks
// use, with the dialect that its line describes. Read once at start.
#pragma once
#include "protocol/iso8583/dialect_buffer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace turnout::bench {

struct CorpusMessage {
    std::string name;  // of the class: "as2805"
    iso8583::DialectBuffer dialect;
    std::vector<std::byte> bytes;
};

// One message per class; empty when the file is missing or says something unknown.
[[nodiscard]] std::vector<CorpusMessage> corpus_messages(std::string const& file);

}  // namespace turnout::bench
