#include "switch/engine/engine.hpp"
#include "switch/engine/master_data.hpp"
#include "switch/journal/journal.hpp"
#include "switch/security/key_store.hpp"
#include "tools/cli/command.hpp"

#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

namespace turnout::cli {
namespace {

namespace fs = std::filesystem;

struct Outcome {
    int code;
    std::string out, err;
    [[nodiscard]] nlohmann::json json() const { return nlohmann::json::parse(out); }
    [[nodiscard]] std::vector<nlohmann::json> lines() const
    {
        std::vector<nlohmann::json> all;
        std::istringstream in(out);
        for (std::string line; std::getline(in, line);)
            all.push_back(nlohmann::json::parse(line));
        return all;
    }
};

void random_bytes(void* bytes, std::size_t count)
{
    static std::mt19937_64 random(7);
    auto* const out = static_cast<unsigned char*>(bytes);
    for (std::size_t i = 0; i < count; ++i)
        out[i] = static_cast<unsigned char>(random());
}

// A data directory as a daemon leaves it after its first start with twenty demo cards.
class DataCommands : public testing::Test {
protected:
    DataCommands()
        : root_(fs::temp_directory_path() / ("turnout-data-" + std::to_string(::getpid())))
    {
        fs::remove_all(root_);
        fs::create_directories(directory());
        write_config();
    }
    ~DataCommands() override { fs::remove_all(root_); }

    [[nodiscard]] std::string directory() const { return (root_ / "data/1").string(); }
    [[nodiscard]] std::string config() const { return (root_ / "turnout.toml").string(); }

    void write_config() const
    {
        std::ostringstream text, ignored;
        ASSERT_EQ(run_cli({"config", "default"}, {text, ignored, false, false}), exit_ok);
        std::ofstream(config()) << text.str();
    }

    void fill()
    {
        ASSERT_FALSE(security::KeyStore::create_kek(kek()));
        auto const keys = security::KeyStore::open(directory(), kek(), true);
        ASSERT_TRUE(keys.has_value()) << keys.error().text;
        auto const hash = (*keys)->make_hash();
        engine::EngineConfig engine_config;
        engine_config.accounts_max = 1'000;
        engine_config.cards_max = 1'000;
        engine_config.holds_max = 1'024;
        engine_config.transactions_max = 1'024;
        engine::Engine engine(engine_config, hash);
        journal::JournalConfig config;
        config.directory = directory();
        config.segment_bytes = 1 << 20U;
        config.allow_buffered = true;
        auto opened = journal::Journal::open(config, **keys, [](ByteView) -> char const* {
            return "a fresh journal has no record";
        });
        ASSERT_TRUE(opened.has_value()) << opened.error().text;
        (*opened)->start({});
        auto const data = engine::demo_master_data(20);
        engine::Genesis genesis(data, random_bytes);
        std::vector<std::byte> records(limits::batch_record_bytes_max);
        for (auto more = true; more;) {
            engine::Outbox out;
            out.records = records;
            more = genesis.next(engine, kWallNs, out);
            ASSERT_TRUE(out.record_bytes == 0 ||
                        (*opened)->append(ByteView(records).first(out.record_bytes), out.last_seq));
        }
        last_seq_ = engine.last_seq();
        (*opened)->stop();
    }

    [[nodiscard]] std::string kek() const { return (root_ / "kek").string(); }
    [[nodiscard]] Outcome run(std::vector<std::string> args) const
    {
        for (auto const& more : {std::string("-c"), config(), std::string("--data"),
                                 (root_ / "data").string(), std::string("--kek"), kek()})
            args.push_back(more);
        std::ostringstream out, err;
        auto const code = run_cli(args, {out, err, false, false});
        return {code, out.str(), err.str()};
    }

    // Changes one byte in the middle of what has been written.
    void damage() const
    {
        for (auto const& entry : fs::directory_iterator(directory())) {
            if (entry.path().extension() != ".toj") continue;
            std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
            file.seekg(4'096 + 200);
            char byte = 0;
            file.read(&byte, 1);
            if (byte == 0 && file.peek() == 0) continue;  // a segment without frames
            file.seekp(4'096 + 200);
            file.put(static_cast<char>(byte ^ 1));
            return;
        }
    }

    static constexpr UnixNanos kWallNs = 1'605'893'445'000'000'000;
    fs::path root_;
    Sequence last_seq_ = 0;
};

TEST_F(DataCommands, VerifyProvesAGoodJournal)
{
    fill();
    auto const text = run({"journal", "verify"});
    EXPECT_EQ(text.code, exit_ok) << text.err;
    EXPECT_NE(text.out.find("debits equal credits   OK"), std::string::npos) << text.out;
    auto const json = run({"journal", "verify", "--json"}).json();
    EXPECT_EQ(json["ok"], true);
    EXPECT_EQ(json["last_seq"], last_seq_);
    EXPECT_EQ(json["applied_seq"], last_seq_);
    EXPECT_EQ(json["records"], last_seq_);
    EXPECT_EQ(json["tail"], "clean");
    EXPECT_EQ(json["clean_stop"], true);
    EXPECT_EQ(json["invariants_ok"], true);
    EXPECT_EQ(json["digest"].get<std::string>().size(), 32U);
    EXPECT_TRUE(json["error"].is_null());
}

TEST_F(DataCommands, DamageIsRefusedWithThreeAndNamesThePlace)
{
    fill();
    damage();
    auto const text = run({"journal", "verify"});
    EXPECT_EQ(text.code, exit_invalid) << text.out;
    EXPECT_NE(text.err.find("seg-"), std::string::npos) << text.err;
    EXPECT_EQ(text.out.find("OK"), std::string::npos);
    auto const json = run({"journal", "verify", "--json"});
    EXPECT_EQ(json.code, exit_invalid);
    EXPECT_EQ(json.json()["ok"], false);
    EXPECT_TRUE(json.json()["digest"].is_null());
    EXPECT_FALSE(json.json()["error"].get<std::string>().empty());
    EXPECT_EQ(json.json()["tail"], "damaged");
    EXPECT_EQ(run({"journal", "cat"}).code, exit_invalid);
    auto const cat = run({"journal", "cat", "--json"});
    EXPECT_EQ(cat.lines().back()["ok"], false) << "a reader of the lines alone must see it";
    auto const stat = run({"journal", "stat", "--json"});
    EXPECT_EQ(stat.code, exit_invalid);
    EXPECT_EQ(stat.json()["ok"], false);
    EXPECT_EQ(stat.json()["tail"], "damaged");
    EXPECT_EQ(stat.json()["error"], json.json()["error"]);
}

TEST_F(DataCommands, TheBooksOfADamagedJournalAreNeverCalledBalanced)
{
    fill();
    damage();
    auto const text = run({"ledger", "trial-balance"});
    EXPECT_EQ(text.code, exit_invalid);
    EXPECT_EQ(text.out.find("BALANCED"), std::string::npos) << text.out;
    EXPECT_NE(text.out.find("NOT PROVEN"), std::string::npos) << text.out;
    auto const json = run({"ledger", "trial-balance", "--json"});
    EXPECT_EQ(json.json()["balanced"], false);
    EXPECT_EQ(json.json()["ok"], false);
}

TEST_F(DataCommands, NothingIsSaidAboutTheTailOfAJournalThatCannotBeOpened)
{
    fill();
    fs::remove(fs::path(directory()) / "CONTROL");
    auto const text = run({"journal", "verify"});
    EXPECT_EQ(text.code, exit_invalid);
    EXPECT_EQ(text.out.find("tail"), std::string::npos) << text.out;
    EXPECT_TRUE(run({"journal", "verify", "--json"}).json()["tail"].is_null());
}

TEST_F(DataCommands, FollowEndsAtTheLastRecordAskedFor)
{
    fill();
    auto const all = run({"journal", "cat", "--json"}).lines();
    EXPECT_EQ(run({"journal", "cat", "-f", "--json", "-n", "3"}).lines().size(), 3U);
    auto const last = std::to_string(last_seq_);
    EXPECT_EQ(run({"journal", "cat", "--follow", "--json", "-e", last}).lines(), all);
}

TEST_F(DataCommands, TrialBalanceIsZeroPerCurrencyAndKind)
{
    fill();
    auto const out = run({"ledger", "trial-balance", "--json"});
    ASSERT_EQ(out.code, exit_ok) << out.err;
    auto const json = out.json();
    EXPECT_EQ(json["balanced"], true);
    EXPECT_EQ(json["digest"], run({"journal", "verify", "--json"}).json()["digest"]);
    ASSERT_EQ(json["currencies"].size(), 1U);
    auto const& euro = json["currencies"][0];
    EXPECT_EQ(euro["code"], "EUR");
    EXPECT_EQ(euro["posted_difference"], 0);
    EXPECT_EQ(euro["pending_difference"], 0);
    EXPECT_GT(euro["debits_posted"].get<std::int64_t>(), 0);
    std::int64_t sum = 0;
    std::uint64_t customers = 0;
    for (auto const& kind : euro["kinds"]) {
        sum += kind["posted"].get<std::int64_t>();
        if (kind["kind"] == "customer") customers = kind["accounts"];
    }
    EXPECT_EQ(sum, 0);
    EXPECT_EQ(customers, 20U);
    auto const text = run({"ledger", "trial-balance"});
    EXPECT_NE(text.out.find("\nBALANCED\n"), std::string::npos) << text.out;
    EXPECT_NE(text.out.find("0.00 EUR"), std::string::npos);
}

TEST_F(DataCommands, CatPrintsEveryRecordOnceInOrderAndMasked)
{
    fill();
    auto const lines = run({"journal", "cat", "--json"}).lines();
    ASSERT_EQ(lines.size(), last_seq_);
    for (std::size_t i = 0; i < lines.size(); ++i)
        EXPECT_EQ(lines[i]["seq"], i + 1);
    auto const text = run({"journal", "cat"}).out;
    EXPECT_EQ(text.find("999901000"), std::string::npos);
}

TEST_F(DataCommands, CatSelectsBySequenceNumberAndType)
{
    fill();
    auto const range = run({"journal", "cat", "--json", "-s", "3", "-e", "6"});
    EXPECT_EQ(range.code, exit_ok) << range.err;
    ASSERT_EQ(range.lines().size(), 4U);
    EXPECT_EQ(range.lines().front()["seq"], 3);
    EXPECT_EQ(run({"journal", "cat", "--json", "-n", "2"}).lines().size(), 2U);
    auto const cards = run({"journal", "cat", "--json", "--type", "card,participant"}).lines();
    EXPECT_EQ(cards.size(), 22U);
    for (auto const& line : cards)
        EXPECT_TRUE(line["type"] == "card" || line["type"] == "participant");
}

TEST_F(DataCommands, StatCountsRecordsByType)
{
    fill();
    auto const json = run({"journal", "stat", "--json"}).json();
    EXPECT_EQ(json["types"]["card"]["records"], 20);
    std::uint64_t sum = 0;
    for (auto const& type : json["types"])
        sum += type["records"].get<std::uint64_t>();
    EXPECT_EQ(sum, last_seq_);
    EXPECT_GT(json["disk_bytes"].get<std::uint64_t>(), json["body_bytes"].get<std::uint64_t>());
    EXPECT_EQ(run({"journal", "stat"}).code, exit_ok);
}

TEST_F(DataCommands, AccountsListsBalancesAndOwners)
{
    fill();
    auto const customers = run({"ledger", "accounts", "--kind", "customer", "--json"}).lines();
    EXPECT_EQ(customers.size(), 20U);
    for (auto const& account : customers)
        EXPECT_EQ(account["available"], account["posted"]);
    auto const positions = run({"ledger", "accounts", "--kind", "position", "--json"}).lines();
    ASSERT_EQ(positions.size(), 2U);
    EXPECT_EQ(positions[0]["owner"], "demo-acquirer");
    EXPECT_EQ(run({"ledger", "accounts", "-n", "3", "--json"}).lines().size(), 3U);
    EXPECT_NE(run({"ledger", "accounts", "--kind", "position"}).out.find("demo-acquirer-2"),
              std::string::npos);
}

TEST_F(DataCommands, ReadingChangesNothingOnDisk)
{
    fill();
    auto const content = [&] {
        std::map<std::string, std::string> all;
        for (auto const& entry : fs::recursive_directory_iterator(root_)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path(), std::ios::binary);
            all[entry.path().string()] = {std::istreambuf_iterator<char>(file), {}};
        }
        return all;
    };
    auto const before = content();
    for (auto const& args : {std::vector<std::string>{"journal", "verify"},
                             {"journal", "cat"},
                             {"journal", "stat"},
                             {"ledger", "trial-balance"},
                             {"ledger", "accounts"}})
        (void)run(args);
    EXPECT_EQ(content(), before);
}

TEST_F(DataCommands, AMissingOrWrongKeyIsInvalidAndSaysSo)
{
    auto const missing = run({"journal", "verify", "--json"});
    EXPECT_EQ(missing.code, exit_invalid);
    EXPECT_EQ(missing.json()["ok"], false);
    fill();
    fs::remove(kek());
    ASSERT_FALSE(security::KeyStore::create_kek(kek()));
    auto const wrong = run({"journal", "verify"});
    EXPECT_EQ(wrong.code, exit_invalid);
    EXPECT_FALSE(wrong.err.empty());
}

}  // namespace
}  // namespace turnout::cli
