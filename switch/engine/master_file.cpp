// The master data file: one JSON object a line. Every error of the whole file is reported at once,
// as file:line with a remedy. Format: docs/formats/master-data.md.
#include "protocol/core/money.hpp"
#include "protocol/iso8583/test_cards.hpp"
#include "switch/base/limits.hpp"
#include "switch/engine/master_data.hpp"
#include "switch/engine/pan_bcd.hpp"
#include "switch/ledger/account.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <initializer_list>
#include <map>
#include <optional>
#include <set>

#include <nlohmann/json.hpp>

namespace turnout::engine {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kNameBytesMax = 31;
constexpr std::uint64_t kErrorsMax = 100;

// One line: its fields are taken one by one; what is left over in the end is an unknown field.
class Line {
public:
    Line(Json object, std::string where, std::string& errors, std::uint64_t& error_count)
        : object_(std::move(object)),
          where_(std::move(where)),
          errors_(errors),
          error_count_(error_count)
    {
    }

    void error(std::string const& text)
    {
        if (++error_count_ <= kErrorsMax) errors_ += where_ + ": " + text + "\n";
    }

    [[nodiscard]] bool has(char const* key) const { return object_.contains(key); }

    std::string text(char const* key)
    {
        auto const value = take(key);
        if (!value) return missing(key), std::string{};
        if (!value->is_string()) {
            error(std::string{"\""} + key + "\" must be a text in quotes");
            return {};
        }
        return value->get<std::string>();
    }

    std::string name(char const* key)
    {
        auto value = text(key);
        if (value.size() > kNameBytesMax)
            error(std::string{"\""} + key + "\" is longer than 31 bytes: shorten it");
        return value;
    }

    // A whole number within [low, high]; `fallback` when it is absent and there is one.
    std::int64_t number(char const* key, std::int64_t low, std::int64_t high,
                        std::optional<std::int64_t> fallback = {})
    {
        auto const value = take(key);
        if (!value) {
            if (!fallback) missing(key);
            return fallback.value_or(low);
        }
        auto const range = " between " + std::to_string(low) + " and " + std::to_string(high);
        auto const too_big = value->is_number_unsigned() &&
                             value->get<std::uint64_t>() > static_cast<std::uint64_t>(INT64_MAX);
        if (!value->is_number_integer() || too_big || value->get<std::int64_t>() < low ||
            value->get<std::int64_t>() > high) {
            error(std::string{"\""} + key + "\" must be a whole number" + range);
            return low;
        }
        return value->get<std::int64_t>();
    }

    std::uint16_t currency(char const* key)
    {
        auto const code = text(key);
        return code.empty() ? std::uint16_t{0} : currency_of(code);
    }

    std::uint16_t currency_of(std::string const& code)
    {
        auto const currency = currency_by_code(code);
        if (!currency || !currency_exponent(static_cast<std::uint16_t>(*currency))) {
            error("\"" + code +
                  "\" is no currency of ISO 4217: use its three letters, like \"EUR\"");
            return 0;
        }
        return static_cast<std::uint16_t>(*currency);
    }

    std::uint16_t expiry(char const* key)
    {
        auto const digits = text(key);
        auto const is_good = digits.size() == 4 &&
                             digits.find_first_not_of("0123456789") == std::string::npos &&
                             digits.substr(2) >= "01" && digits.substr(2) <= "12";
        if (is_good) return static_cast<std::uint16_t>(std::stoi(digits));
        error(std::string{"\""} + key + "\" must be YYMM, like \"3012\" for December 2030");
        return 0;
    }

    // One of the choices by its index; the first when it is absent.
    std::size_t choice(char const* key, std::initializer_list<char const*> choices)
    {
        if (!has(key)) return 0;
        auto const value = text(key);
        std::string all;
        std::size_t index = 0;
        for (auto const* choice : choices) {
            if (value == choice) return index;
            all += std::string{index == 0 ? "" : ", "} + "\"" + choice + "\"";
            ++index;
        }
        error(std::string{"\""} + key + "\" must be one of " + all);
        return 0;
    }

    Json array(char const* key)
    {
        auto const value = take(key);
        if (!value) return missing(key), Json::array();
        if (value->is_array()) return *value;
        error(std::string{"\""} + key + "\" must be a list in [ ]");
        return Json::array();
    }

    Line object(char const* key)
    {
        auto value = take(key);
        if (!value) missing(key);
        if (value && !value->is_object())
            error(std::string{"\""} + key + "\" must be an object in { }");
        return {value && value->is_object() ? *value : Json::object(), where_, errors_,
                error_count_};
    }

    void finish()
    {
        for (auto const& [key, value] : object_.items())
            error("\"" + key + "\" is not known here: remove it or check its spelling");
    }

private:
    std::optional<Json> take(char const* key)
    {
        auto const at = object_.find(key);
        if (at == object_.end()) return {};
        std::optional<Json> value{*at};
        object_.erase(at);
        return value;
    }
    void missing(char const* key) { error(std::string{"\""} + key + "\" is missing: add it"); }

    Json object_;
    std::string where_;
    std::string& errors_;
    std::uint64_t& error_count_;
};

// PANs of a run, derived like those of the load generator; the file never holds a real one.
struct Generated {
    std::string bin6;
    std::uint64_t seed = 0, first = 0, count = 0;
};

class Reader {
public:
    explicit Reader(std::string path) : path_(std::move(path)) {}

    Result<MasterData, std::string> read()
    {
        std::ifstream file{path_};
        if (!file) return path_ + ": cannot be opened: check the path and its permissions\n";
        std::string text;
        for (std::size_t number = 1; std::getline(file, text); ++number) {
            if (text.find_first_not_of(" \t\r") == std::string::npos) continue;
            read_line(text, path_ + ":" + std::to_string(number));
        }
        if (file.bad()) return path_ + ": cannot be read to its end\n";
        resolve();
        if (error_count_ == 0) return std::move(data_);
        if (error_count_ > kErrorsMax)
            errors_ += path_ + ": " + std::to_string(error_count_ - kErrorsMax) + " more errors\n";
        return errors_;
    }

private:
    void read_line(std::string const& text, std::string const& where)
    {
        auto parsed = Json::parse(text, nullptr, false);
        if (!parsed.is_object()) {
            Line{Json::object(), where, errors_, error_count_}.error(
                "not a JSON object: write one { ... } on the line");
            return;
        }
        Line line{std::move(parsed), where, errors_, error_count_};
        auto const type = line.text("type");
        if (type == "product")
            product(line);
        else if (type == "participant")
            participant(line);
        else if (type == "account")
            account(line);
        else if (type == "card")
            card(line, where);
        else if (type == "cards")
            cards(line);
        else if (!type.empty()) {
            line.error("\"" + type +
                       "\" is no type: use product, participant, account, card or cards");
            return;
        }
        line.finish();
    }

    void product(Line& line)
    {
        ProductData product;
        product.id = static_cast<std::uint16_t>(line.number("id", 1, 65'535));
        product.name = line.name("name");
        product.over_capture_percent =
            static_cast<std::uint8_t>(line.number("over_capture_percent", 0, 100, 0));
        product.hold_expires_s =
            static_cast<std::uint32_t>(line.number("hold_expires_s", 1, 31'536'000, 7 * 86'400));
        if (!product_ids_.insert(product.id).second)
            line.error("product " + std::to_string(product.id) +
                       " is defined twice: give it another id");
        if (product_ids_.size() > limits::products_max)
            line.error("more than " + std::to_string(limits::products_max) + " products");
        data_.products.push_back(std::move(product));
    }

    void participant(Line& line)
    {
        ParticipantData participant;
        participant.id = static_cast<std::uint32_t>(line.number("id", 1, UINT32_MAX));
        participant.name = line.name("name");
        auto const acquirer = line.text("acquirer_id");
        if (acquirer.empty() || acquirer.size() > 11 ||
            acquirer.find_first_not_of("0123456789") != std::string::npos)
            line.error("\"acquirer_id\" must be 1 to 11 digits in quotes, as in DE 32");
        else
            participant.acquirer_id = std::stoull(acquirer);
        for (auto const& code : line.array("currencies")) {
            if (!code.is_string()) {
                line.error("\"currencies\" must be a list of texts, like [\"EUR\"]");
                continue;
            }
            auto const currency = line.currency_of(code.get<std::string>());
            auto& list = participant.currencies;
            if (std::find(list.begin(), list.end(), currency) != list.end())
                line.error("currency \"" + code.get<std::string>() +
                           "\" is listed twice: remove one");
            else
                list.push_back(currency);
            note_currency(line, currency);
        }
        if (participant.currencies.empty())
            line.error("\"currencies\" is empty: name those that it settles in");
        if (!participant_ids_.insert(participant.id).second)
            line.error("participant " + std::to_string(participant.id) +
                       " is defined twice: give it another id");
        if (!participant_names_.insert(participant.name).second)
            line.error("participant \"" + participant.name + "\" is defined twice: rename one");
        if (participant_ids_.size() > limits::participants_max)
            line.error("more than " + std::to_string(limits::participants_max) + " participants");
        data_.participants.push_back(std::move(participant));
    }

    void note_currency(Line& line, std::uint16_t currency)
    {
        if (currencies_.insert(currency).second && currencies_.size() > limits::currencies_max)
            line.error("more than " + std::to_string(limits::currencies_max) +
                       " currencies in one group: use another group for the rest");
    }

    // What account and cards lines share; the name is set by the caller.
    AccountData account_of(Line& line)
    {
        AccountData account;
        account.currency = line.currency("currency");
        note_currency(line, account.currency);
        account.product = static_cast<std::uint16_t>(line.number("product", 0, 65'535, 0));
        if (account.product != 0) products_used_.emplace_back(account.product, line);
        account.opening_balance = line.number("opening_balance", -INT64_MAX, INT64_MAX, 0);
        account.credit_limit = line.number("credit_limit", 0, INT64_MAX, 0);
        constexpr std::uint8_t kFlags[] = {0, ledger::frozen, ledger::closed};
        account.flags = kFlags[line.choice("state", {"open", "frozen", "closed"})];
        return account;
    }

    void account(Line& line)
    {
        auto account = account_of(line);
        account.name = line.name("name");
        auto const index = static_cast<std::uint32_t>(data_.accounts.size());
        if (!accounts_.emplace(account.name, index).second)
            line.error("account \"" + account.name + "\" is defined twice: rename one");
        data_.accounts.push_back(std::move(account));
    }

    Generated generated(Line& line)
    {
        auto inner = line.object("generate");
        Generated run;
        run.bin6 = inner.text("bin6");
        if (run.bin6.size() != 6 || run.bin6.find_first_not_of("0123456789") != std::string::npos) {
            inner.error("\"bin6\" must be six digits in quotes, like \"999901\"");
            run.bin6 = "000000";
        }
        constexpr auto kMax = static_cast<std::int64_t>(iso8583::kTestCardsMax);
        run.seed = static_cast<std::uint64_t>(inner.number("seed", 0, UINT32_MAX));
        run.first = static_cast<std::uint64_t>(inner.number("first", 0, kMax - 1, 0));
        run.count = static_cast<std::uint64_t>(inner.number("count", 1, 100'000'000, 1));
        inner.finish();
        return run;
    }

    void add_card(Generated const& run, std::uint64_t index, CardData card)
    {
        auto const pan = iso8583::test_pan(run.bin6, run.seed, run.first + index);
        pan_to_bcd(pan.text(), card.pan);
        data_.cards.push_back(card);
    }

    void card(Line& line, std::string const& where)
    {
        auto const account = line.text("account");
        CardData card{};
        card.expiry_yymm = line.expiry("expiry");
        card.status = static_cast<std::uint8_t>(
            line.choice("status", {"active", "blocked", "lost", "stolen"}));
        auto const run = generated(line);
        for (std::uint64_t index = 0; index < run.count && error_count_ == 0; ++index) {
            cards_of_.push_back({account, where, data_.cards.size()});
            add_card(run, index, card);
        }
    }

    // An account for each card of the run.
    void cards(Line& line)
    {
        auto account = account_of(line);
        auto const prefix = line.has("name") ? line.name("name") : std::string{"generated"};
        CardData card{};
        card.expiry_yymm = line.expiry("expiry");
        card.status = static_cast<std::uint8_t>(
            line.choice("status", {"active", "blocked", "lost", "stolen"}));
        auto const run = generated(line);
        for (std::uint64_t index = 0; index < run.count && error_count_ == 0; ++index) {
            account.name = prefix + "-" + std::to_string(run.first + index);
            card.account = static_cast<std::uint32_t>(data_.accounts.size());
            data_.accounts.push_back(account);
            add_card(run, index, card);
        }
    }

    // References may point forward, so they are looked at when the whole file is read.
    void resolve()
    {
        for (auto& [product, line] : products_used_)
            if (!product_ids_.contains(product))
                line.error("product " + std::to_string(product) + " is not defined: add its line");
        for (auto const& [name, where, card] : cards_of_) {
            auto const at = accounts_.find(name);
            if (at != accounts_.end())
                data_.cards[card].account = at->second;
            else
                Line{Json::object(), where, errors_, error_count_}.error(
                    "account \"" + name + "\" is not defined: add its line");
        }
        std::vector<std::string_view> pans;
        pans.reserve(data_.cards.size());
        for (auto const& card : data_.cards)
            pans.emplace_back(reinterpret_cast<char const*>(card.pan), sizeof card.pan);
        std::sort(pans.begin(), pans.end());
        if (std::adjacent_find(pans.begin(), pans.end()) != pans.end())
            Line{Json::object(), path_, errors_, error_count_}.error(
                "two cards have the same PAN: let the ranges of \"generate\" not overlap");
        if (data_.participants.empty())
            Line{Json::object(), path_, errors_, error_count_}.error(
                "there is no participant: add a line of type \"participant\"");
    }

    struct CardOf {
        std::string account;
        std::string where;
        std::size_t card;
    };

    std::string path_;
    MasterData data_;
    std::string errors_;
    std::uint64_t error_count_ = 0;
    std::set<std::uint16_t> product_ids_, currencies_;
    std::set<std::uint32_t> participant_ids_;
    std::set<std::string> participant_names_;
    std::map<std::string, std::uint32_t> accounts_;
    std::vector<std::pair<std::uint16_t, Line>> products_used_;
    std::vector<CardOf> cards_of_;
};

}  // namespace

Result<MasterData, std::string> load_master_data(std::string const& path)
{
    return Reader{path}.read();
}

}  // namespace turnout::engine
