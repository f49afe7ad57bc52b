#include "switch/engine/master_data.hpp"

#include "protocol/iso8583/test_cards.hpp"
#include "switch/base/limits.hpp"
#include "switch/engine/pan_bcd.hpp"
#include "switch/engine/state.hpp"
#include "tests/unit/switch/engine/world.hpp"

#include <cstring>
#include <fstream>

#include <gtest/gtest.h>

namespace turnout::engine::test {

namespace {

class File {
public:
    explicit File(std::string const& text) : path_(testing::TempDir() + "master-data.jsonl")
    {
        std::ofstream{path_} << text;
    }
    ~File() { std::remove(path_.c_str()); }
    [[nodiscard]] std::string const& path() const { return path_; }

private:
    std::string path_;
};

std::string errors_of(std::string const& text)
{
    File const file{text};
    auto const loaded = load_master_data(file.path());
    if (loaded.has_value()) return "";
    auto errors = loaded.error();
    for (auto at = errors.find(file.path()); at != std::string::npos; at = errors.find(file.path()))
        errors.replace(at, file.path().size(), "FILE");
    return errors;
}

// Lines are folded here and unfolded before use: a line of the file ends with "}".
constexpr char const* kGood = R"({"type":"product","id":1,"name":"tips",
  "over_capture_percent":20}

{"type":"participant","id":7,"name":"acme",
  "acquirer_id":"00001234567","currencies":["EUR","USD"]}
{"type":"card","account":"alice","expiry":"3012",
  "generate":{"bin6":"999901","seed":1,"first":5,"count":2}}
{"type":"account","name":"alice","currency":"EUR","product":1,
  "opening_balance":150000,"credit_limit":5000}
{"type":"account","name":"bob","currency":"USD","opening_balance":-30,"state":"frozen"}
{"type":"cards","currency":"EUR","opening_balance":100,"expiry":"2909","status":"lost",
  "generate":{"bin6":"999902","seed":1,"count":3}}
)";

std::string unfolded(std::string text)
{
    for (auto at = text.find("\n  "); at != std::string::npos; at = text.find("\n  "))
        text.erase(at, 3);
    return text;
}

void run_genesis(Engine& engine, MasterData const& data)
{
    std::vector<std::byte> records(limits::batch_record_bytes_max);
    Genesis genesis{data, fill_random};
    for (auto more = true; more;) {
        Outbox out{records, 0, 0, {}, 0};
        more = genesis.next(engine, kNoon, out);
    }
}

}  // namespace

TEST(MasterData, AGoodFileIsReadInFull)
{
    File const file{unfolded(kGood)};
    auto const loaded = load_master_data(file.path());
    ASSERT_TRUE(loaded.has_value()) << loaded.error();
    auto const& data = *loaded;
    ASSERT_EQ(data.products.size(), 1U);
    EXPECT_EQ(data.products[0].over_capture_percent, 20);
    EXPECT_EQ(data.products[0].hold_expires_s, 7U * 86'400);
    ASSERT_EQ(data.participants.size(), 1U);
    EXPECT_EQ(data.participants[0].acquirer_id, 1'234'567U);
    EXPECT_EQ(data.participants[0].currencies, (std::vector<std::uint16_t>{978, 840}));
    ASSERT_EQ(data.accounts.size(), 5U);
    EXPECT_EQ(data.accounts[0].credit_limit, 5000);
    EXPECT_EQ(data.accounts[1].flags, ledger::frozen);
    EXPECT_EQ(data.accounts[1].opening_balance, -30);
    ASSERT_EQ(data.cards.size(), 5U);
    EXPECT_EQ(data.cards[1].account, 0U) << "two cards of alice";
    EXPECT_EQ(data.cards[4].account, 4U) << "an account each";
    EXPECT_EQ(data.cards[4].status, 2);
    std::uint8_t pan[10];
    pan_to_bcd(iso8583::test_pan("999901", 1, 6).text(), pan);
    EXPECT_EQ(std::memcmp(data.cards[1].pan, pan, sizeof pan), 0);

    Engine engine{small_config(), test_hash()};
    run_genesis(engine, data);
    EXPECT_EQ(engine.stats().cards, 5U);
    EXPECT_EQ(engine.participant_id("acme"), 7U);
}

TEST(MasterData, EveryErrorIsNamedWithItsLineAndARemedy)
{
    auto const errors = errors_of(R"({"type":"product","id":0,"name":"x"}
not json
{"type":"participant","id":1,"name":"a","acquirer_id":"12x","currencies":[]}
{"type":"account","name":"alice","currency":"EURO","product":9,"opening_balance":1.5}
{"type":"account","name":"alice","currency":"EUR","colour":"red"}
{"type":"card","account":"nobody","expiry":"3013","generate":{"bin6":"99990","seed":1}}
{"type":"thing"}
{"type":"account","name":"a-name-that-is-much-too-long-for-this","currency":"XXX"}
{"name":"no type"}
)");
    for (auto const* const expected : {
             "FILE:1: \"id\" must be a whole number between 1 and 65535",
             "FILE:2: not a JSON object",
             "FILE:3: \"acquirer_id\" must be 1 to 11 digits",
             "FILE:3: \"currencies\" is empty",
             "FILE:4: \"EURO\" is no currency of ISO 4217",
             "FILE:4: \"opening_balance\" must be a whole number",
             "FILE:4: product 9 is not defined",
             "FILE:5: account \"alice\" is defined twice",
             "FILE:5: \"colour\" is not known here",
             "FILE:6: \"expiry\" must be YYMM",
             "FILE:6: \"bin6\" must be six digits",
             "FILE:7: \"thing\" is no type",
             "FILE:8: \"name\" is longer than 31 bytes",
             "FILE:8: \"XXX\" is no currency",
             "FILE:9: \"type\" is missing",
         })
        EXPECT_NE(errors.find(expected), std::string::npos) << expected << "\nin\n" << errors;
}

TEST(MasterData, ReferencesAndPansAreCheckedOverTheWholeFile)
{
    auto const errors = errors_of(unfolded(
        R"({"type":"card","account":"nobody","expiry":"3012",
  "generate":{"bin6":"999901","seed":1}}
{"type":"cards","currency":"EUR","expiry":"3012",
  "generate":{"bin6":"999901","seed":1,"count":2}}
)"));
    EXPECT_NE(errors.find("FILE:1: account \"nobody\" is not defined"), std::string::npos)
        << errors;
    EXPECT_NE(errors.find("two cards have the same PAN"), std::string::npos) << errors;
    EXPECT_NE(errors.find("there is no participant"), std::string::npos) << errors;
}

TEST(MasterData, AFileThatIsNotThereIsAnError)
{
    auto const loaded = load_master_data("/nonexistent/master.jsonl");
    ASSERT_TRUE(loaded.has_error());
    EXPECT_NE(loaded.error().find("cannot be opened"), std::string::npos);
}

TEST(MasterData, ManyErrorsAreCountedNotPrinted)
{
    std::string text;
    for (int line = 0; line < 500; ++line)
        text += "nonsense\n";
    auto const errors = errors_of(text);
    EXPECT_NE(errors.find("401 more errors"), std::string::npos)
        << errors.substr(errors.size() - 200);
}

TEST(MasterData, TheDemoSetIsAsItIsDescribed)
{
    auto const data = demo_master_data(1000);
    ASSERT_EQ(data.cards.size(), 1000U);
    ASSERT_EQ(data.accounts.size(), 1000U);
    EXPECT_EQ(data.participants[0].name, "demo-acquirer");
    EXPECT_EQ(data.participants[0].acquirer_id, iso8583::kDemoAcquirerId);
    EXPECT_EQ(data.participants[1].id, 2U);
    EXPECT_EQ(data.accounts[0].opening_balance, 10'000'000);
    EXPECT_EQ(data.accounts[99].opening_balance, 5);
    EXPECT_EQ(data.cards[995].status, 0);
    EXPECT_EQ(data.cards[996].status, 1);
    EXPECT_EQ(data.cards[997].status, 2);
    EXPECT_EQ(data.cards[998].status, 3);
    EXPECT_LT(data.cards[999].expiry_yymm, iso8583::kDemoExpiryYymm);
    std::uint8_t pan[10];
    pan_to_bcd(iso8583::test_pan(iso8583::kDemoBin, iso8583::kDemoSeed, 123).text(), pan);
    EXPECT_EQ(std::memcmp(data.cards[123].pan, pan, sizeof pan), 0);
}

TEST(Genesis, SpreadsOverManySmallOutboxes)
{
    auto const data = demo_master_data(40);
    Engine at_once{small_config(), test_hash()};
    run_genesis(at_once, data);
    Engine in_pieces{small_config(), test_hash()};
    Genesis genesis{data, fill_random};
    std::vector<std::byte> records(limits::record_bytes_max * (limits::currencies_max + 2));
    std::size_t calls = 0;
    for (auto more = true; more; ++calls) {
        Outbox out{records, 0, 0, {}, 0};
        more = genesis.next(in_pieces, kNoon, out);
        ASSERT_LE(out.record_bytes, records.size());
    }
    EXPECT_GT(calls, 5U);
    EXPECT_EQ(in_pieces.last_seq(), at_once.last_seq());
    EXPECT_EQ(in_pieces.stats().cards, 40U);
}

TEST(Genesis, TablesThatAreTooSmallAreNamed)
{
    auto config = small_config();
    config.cards_max = 10;
    Engine engine{config, test_hash()};
    auto const data = demo_master_data(20);
    try {
        run_genesis(engine, data);
        FAIL() << "twenty cards in ten places";
    } catch (std::runtime_error const& error) {
        EXPECT_NE(std::string{error.what()}.find("card number 11"), std::string::npos);
        EXPECT_NE(std::string{error.what()}.find("raise its size"), std::string::npos);
    }
}

TEST(Genesis, OpeningBalancesThatDoNotFitAreRefused)
{
    auto data = demo_master_data(2);
    data.accounts[0].opening_balance = INT64_MAX;
    data.accounts[1].opening_balance = 1;
    Engine engine{small_config(), test_hash()};
    EXPECT_THROW(run_genesis(engine, data), std::runtime_error);
}

TEST(Engine, WindowsThatContradictEachOtherAreRefusedAtStart)
{
    auto config = small_config();
    config.reversal_window_ns = config.financial_window_ns - 1;
    EXPECT_THROW((Engine{config, test_hash()}), std::invalid_argument);
}

TEST(Engine, CommittingAllMemoryAtStartChangesNothingElse)
{
    auto config = small_config();
    config.commit_memory = true;
    Engine engine{config, test_hash()};
    run_genesis(engine, demo_master_data(20));
    EXPECT_EQ(engine.stats().cards, 20U);
}

}  // namespace turnout::engine::test
