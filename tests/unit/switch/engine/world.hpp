// A small world for engine tests: a live engine, a second one that only replays its records with
// other table sizes, a clock that the test moves, and builders for commands. After each step the
// two must agree to the digest and no invariant may be broken.
#pragma once
#include "switch/engine/engine.hpp"
#include "switch/engine/master_data.hpp"
#include "switch/engine/payloads.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace turnout::engine::test {

inline constexpr UnixNanos kNoon = 1'800'014'400ULL * kNanosPerSecond;  // 2027-01-15 12:00:00 UTC
inline constexpr std::uint64_t kHour = 3600 * kNanosPerSecond;
inline constexpr std::uint64_t kAcquirer = 100001;

[[nodiscard]] EngineConfig small_config();
[[nodiscard]] KeyedHash const& test_hash();
void fill_random(void* bytes, std::size_t count);  // deterministic; for Genesis

// Cards 0..9 of the test BIN, one account each; see world.cpp for what each is.
[[nodiscard]] MasterData world_data();

// Records of one call, one by one.
struct SeenRecord {
    record::Header header;
    record::Context context;  // zero when the record is no transfer
    std::vector<record::Leg> legs;
    std::vector<std::byte> bytes;
};

class World {
public:
    explicit World(EngineConfig const& config = small_config(), MasterData data = world_data(),
                   bool signed_on = true);

    // Runs the commands as one batch at the current time, replays the records, compares.
    std::vector<Effect> run(std::vector<Command> const& commands);
    Effect run(Command const& command) { return run(std::vector{command}).front(); }
    void tick();
    void checkpoint();
    void epoch_start(std::uint64_t epoch, bool cut);

    [[nodiscard]] Command request(std::uint16_t mti, std::uint32_t proc, std::size_t card,
                                  std::int64_t amount);
    [[nodiscard]] Command reversal(std::uint16_t mti, Command const& original);
    [[nodiscard]] Command network(std::uint16_t code, std::uint32_t participant = 1);
    // Recomputes keys and hashes after fields were changed.
    static void seal(Command& command);
    static void set_pan(Command& command, std::size_t card);
    static void set_rrn(Command& command, std::string_view rrn);

    [[nodiscard]] std::int64_t ledger_balance(std::size_t card) const;
    [[nodiscard]] std::int64_t available(std::size_t card) const;
    [[nodiscard]] std::int64_t position(std::uint32_t participant, std::uint16_t currency) const;
    [[nodiscard]] std::int64_t suspense(std::uint16_t currency) const;

    Engine live;
    Engine replica;
    UnixNanos now = kNoon;
    std::uint32_t next_stan = 1;
    bool thorough = true;                         // scan for broken invariants after each call
    std::vector<SeenRecord> records;              // of the last call
    std::vector<std::vector<std::byte>> journal;  // all of them

private:
    void take(Outbox const& out);
    Outbox outbox();

    std::vector<std::byte> record_buffer_;
    std::vector<Effect> effect_buffer_;
};

[[nodiscard]] std::string rc_of(Effect const& effect);
[[nodiscard]] char const* name_of(record::Type type);

}  // namespace turnout::engine::test
