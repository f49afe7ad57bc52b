// The configuration of a node: read once from TOML, checked as a whole, immutable afterwards, so
// any thread may read it. Every error is reported at once with file:line:column, the line, a marker
// and a suggestion. Keys and meaning: docs/operations/configuration.md.
#pragma once
#include "protocol/core/result.hpp"
#include "protocol/iso8583/dialect_buffer.hpp"
#include "protocol/wire/framing.hpp"
#include "switch/base/limits.hpp"

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace turnout {

enum class EngineThread : std::uint8_t { automatic, inline_, own };
enum class SyncChoice : std::uint8_t { fdatasync, dsync };
enum class DuplicateTime : std::uint8_t { de7, de12_13 };
enum class LogFormat : std::uint8_t { text, json };
enum class LogLevel : std::uint8_t { debug, info, warn, error };

struct NodeConfig {
    std::string name = "turnout";
    std::uint32_t group = 1;  // names data/<group>
    std::uint32_t id = 1;     // of this node in its group, in every nonce: unique per group
};
struct DataConfig {
    std::string directory;    // holds <group>/ with journal and wrapped keys
    std::string kek_file;     // key-encryption key, 64 hex digits, mode 0600
    std::string master_data;  // JSON lines, applied to an empty journal; empty: none
};
struct EngineSection {
    EngineThread thread = EngineThread::automatic;
    std::uint32_t loops = 0;  // 0 = by cores
    std::uint32_t accounts_max = 1'100'000;
    std::uint32_t cards_max = 1'100'000;
    std::uint32_t holds_max = 1U << 18U;
    std::uint32_t transactions_max = 1U << 21U;  // per generation; two are kept
    std::uint32_t participant_share_percent = 50;
    std::uint32_t financial_window_s = 900;
    std::uint32_t reversal_window_s = 259'200;
    std::uint32_t spin_us = 0;
    bool commit_memory = true;  // tables are backed by memory before the listeners open
};
struct JournalSection {
    std::uint32_t segment_mib = 256;
    SyncChoice sync = SyncChoice::fdatasync;
    std::uint32_t segments_ahead = 2;
    bool allow_buffered = false;
};
struct ListenerConfig {
    std::string name;
    std::string address = "127.0.0.1";
    std::uint32_t port = 0;                     // 0 = any free one
    std::string dialect_name = "87binary";      // built in, or a file *.json, as written
    iso8583::Dialect const* dialect = nullptr;  // never null after loading
    std::shared_ptr<iso8583::DialectBuffer const> dialect_custom;  // what it points into, if a file
    std::string framing_text = "binary2";  // name or description, as written
    std::string header_text;               // of the message header; empty: the framing's own
    bool header_swap = true;
    bool length_includes_itself = false;
    wire::EmptyFrame empty_frame = wire::EmptyFrame::ignore;
    wire::Framing framing = wire::Framing::binary2;             // made of the five above
    std::shared_ptr<wire::HeaderTemplate const> header_custom;  // what framing.header points to
    std::uint32_t connections_max = 1024;
    std::uint32_t frame_bytes_max = limits::frame_bytes_max_default;
    std::uint32_t frame_timeout_ms = 5'000;
    std::uint32_t idle_timeout_ms = 300'000;
    std::uint32_t write_timeout_ms = 5'000;
    std::uint32_t malformed_max = 16;
};

// An address block; IPv4 is kept as its mapped IPv6 address.
struct AddressBlock {
    std::array<std::uint8_t, 16> address{};
    unsigned prefix_bits = 0;  // of 128
    [[nodiscard]] bool contains(std::array<std::uint8_t, 16> const& peer) const noexcept;
};
// "10.1.0.0/16", "192.0.2.7", "2001:db8::/32"; nullopt when it is none, or has host bits set.
[[nodiscard]] std::optional<AddressBlock> parse_address_block(std::string_view text);

struct LinkConfig {
    std::string name;
    std::string listener;              // name of a listener
    std::string participant;           // name in the master data
    std::vector<std::string> peers;    // as written
    std::vector<AddressBlock> blocks;  // the same, parsed
    std::uint64_t acquirer_id = 0;     // DE 32 when a message has none
    std::vector<std::uint64_t> also_acquirers;
    DuplicateTime duplicate_time = DuplicateTime::de7;
    std::uint32_t connections_max = 0;  // 0: its share of the listener's
};
struct LogConfig {
    LogLevel level = LogLevel::info;
    std::string file;  // empty: standard error
    LogFormat format = LogFormat::text;
};

struct Config {
    std::string path;  // of the file, for people
    NodeConfig node;
    DataConfig data;
    EngineSection engine;
    JournalSection journal;
    std::vector<ListenerConfig> listeners;
    std::vector<LinkConfig> links;
    LogConfig log;
};

// Reads, checks and returns the configuration, or every error as text ready to print. Overrides are
// "section.key=value"; entries of a list are named: "listener.<name>.port=0",
// "link.<name>.peers=...".
[[nodiscard]] Result<Config, std::string> load_config(std::string const& path,
                                                      std::span<std::string const> overrides = {});
// The same over a text; `path` is for messages only. `memory_bytes_max` is what the configuration
// may need, 0 = what this machine has.
[[nodiscard]] Result<Config, std::string> parse_config(std::string_view text,
                                                       std::string const& path,
                                                       std::span<std::string const> overrides = {},
                                                       std::uint64_t memory_bytes_max = 0);

// A commented file with every key and its default; it loads.
[[nodiscard]] std::string default_config_text();
// What is in force, every key written out; loads to an equal configuration.
[[nodiscard]] std::string effective_config_text(Config const& config);

// Bytes that the tables, rings and sessions of this configuration can come to use; checked against
// the machine's memory by load_config().
[[nodiscard]] std::uint64_t memory_bytes(Config const& config) noexcept;

// The candidate nearest to `word` (edit distance at most a third of its length, or one; swapped
// neighbours are one edit), empty when there is none or `word` is longer than 64 characters.
[[nodiscard]] std::string_view did_you_mean(std::string_view word,
                                            std::span<std::string_view const> candidates);

}  // namespace turnout
