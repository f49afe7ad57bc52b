// Master data: participants, products, accounts and cards, applied once at genesis as records. The
// file is JSON lines, one object a line (docs/formats/master-data.md); the demo set is built in.
#pragma once
#include "protocol/core/result.hpp"
#include "switch/base/ids.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace turnout::engine {

class Engine;
struct Outbox;

struct ParticipantData {
    std::uint32_t id;           // > 0, unique
    std::string name;           // at most 31 bytes; links of the configuration refer to it
    std::uint64_t acquirer_id;  // its DE 32
    std::vector<std::uint16_t> currencies;  // a position account each
};
struct ProductData {
    std::uint16_t id;  // > 0
    std::string name;
    std::uint8_t over_capture_percent = 0;  // completion above its hold, tips: 20
    std::uint32_t hold_expires_s = 7 * 86'400;
};
struct AccountData {
    std::string name;  // local to the file: cards refer to it
    std::uint16_t currency;
    std::uint16_t product = 0;
    std::int64_t opening_balance = 0;  // posted from bank:<currency>
    std::int64_t credit_limit = 0;
    std::uint8_t flags = 0;  // ledger::AccountFlag bits
};
struct CardData {
    std::uint8_t pan[10];   // BCD, F-padded
    std::uint32_t account;  // index into accounts
    std::uint16_t expiry_yymm;
    std::uint8_t status;  // 0 active, 1 blocked (62), 2 lost (41), 3 stolen (43)
};
struct MasterData {
    std::vector<ParticipantData> participants;
    std::vector<ProductData> products;
    std::vector<AccountData> accounts;
    std::vector<CardData> cards;
    MasterData() = default;
    MasterData(MasterData&&) = default;
    MasterData& operator=(MasterData&&) = default;
    ~MasterData();  // wipes the PANs
};

// Reads and checks the whole file; the text lists every error as file:line with a remedy.
[[nodiscard]] Result<MasterData, std::string> load_master_data(std::string const& path);

// `cards` accounts in EUR with one card each (protocol/iso8583/test_cards.hpp), 100,000.00 each but
// every hundredth with 0.05 (it declines with 51); the last four cards are blocked, lost, stolen
// and expired; participants "demo-acquirer" (id 1) and "demo-acquirer-2" (id 2).
[[nodiscard]] MasterData demo_master_data(std::uint64_t cards);

// Turns master data into records, a batch at a time; ids are drawn from `random` (16 bytes each).
class Genesis {
public:
    using Random = void (*)(void* bytes, std::size_t count);
    Genesis(MasterData const& data, Random random);
    // Appends and applies the next records, as many as fit `out`; false when nothing was left.
    // Throws std::runtime_error naming the item when the engine refuses one (tables too small).
    [[nodiscard]] bool next(Engine& engine, UnixNanos wall_ns, Outbox& out);

private:
    enum class Stage : std::uint8_t { currencies, products, participants, accounts, cards, done };

    void step(Engine& engine, UnixNanos wall_ns, Outbox& out);
    [[nodiscard]] std::size_t stage_size() const noexcept;
    [[nodiscard]] Id128 new_id() const;

    MasterData const& data_;
    Random random_;
    Stage stage_ = Stage::currencies;
    std::size_t index_ = 0;  // within the stage
    std::vector<std::uint16_t> currencies_;
    std::vector<std::uint32_t> account_positions_;  // in the ledger, by index into accounts
};

}  // namespace turnout::engine
