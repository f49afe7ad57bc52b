#include "tests/unit/switch/engine/scenario_runner.hpp"

#include "switch/engine/pan_bcd.hpp"
#include "switch/engine/state.hpp"

#include <algorithm>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include <gtest/gtest.h>

namespace turnout::engine::test {

namespace {

std::vector<std::string> split(std::string const& text, char separator)
{
    std::vector<std::string> parts;
    std::stringstream stream{text};
    for (std::string part; std::getline(stream, part, separator);)
        if (!part.empty()) parts.push_back(part);
    return parts;
}

// "90s", "20m", "3h", "4d", "1ns"
std::uint64_t duration(std::string const& text)
{
    std::size_t used = 0;
    auto const count = std::stoull(text, &used);
    auto const unit = text.substr(used);
    if (unit == "ns") return count;
    if (unit == "s") return count * kNanosPerSecond;
    if (unit == "m") return count * 60 * kNanosPerSecond;
    if (unit == "h") return count * kHour;
    if (unit == "d") return count * 24 * kHour;
    throw std::invalid_argument("no duration: " + text);
}

std::pair<std::string, std::string> key_value(std::string const& word)
{
    auto const at = word.find('=');
    if (at == std::string::npos) throw std::invalid_argument("not key=value: " + word);
    return {word.substr(0, at), word.substr(at + 1)};
}

constexpr std::size_t kUnknownCard = 999;

}  // namespace

void ScenarioRunner::run()
{
    std::ifstream file{path_};
    ASSERT_TRUE(file) << path_ << ": run the tests from the repository root";
    std::string text;
    for (std::size_t number = 1; std::getline(file, text); ++number) {
        SCOPED_TRACE(path_ + ":" + std::to_string(number) + ": " + text);
        ASSERT_NO_THROW(line(text.substr(0, text.find('#'))));
    }
}

void ScenarioRunner::line(std::string const& text)
{
    auto const words = split(text, ' ');
    if (words.empty()) return;
    if (words[0] == "scenario") {
        said_.clear();
        world_.emplace();
        return;
    }
    if (words[0] == "config") return configure(words);
    auto const arrow = std::find(words.begin(), words.end(), "=>");
    Words const right(arrow == words.end() ? arrow : arrow + 1, words.end());
    event({words.begin(), arrow}, right);
}

void ScenarioRunner::configure(Words const& words)
{
    auto config = small_config();
    auto signed_on = true;
    for (std::size_t at = 1; at < words.size(); ++at) {
        auto const [key, value] = key_value(words[at]);
        if (key == "transactions")
            config.transactions_max = static_cast<std::uint32_t>(std::stoul(value));
        else if (key == "holds")
            config.holds_max = static_cast<std::uint32_t>(std::stoul(value));
        else if (key == "slack")
            config.key_time_slack_ns = duration(value);
        else if (key == "share")
            config.participant_share_percent = static_cast<std::uint32_t>(std::stoul(value));
        else if (key == "signed_on")
            signed_on = value == "yes";
        else
            throw std::invalid_argument("no such setting: " + key);
    }
    world_.emplace(config, world_data(), signed_on);
}

void ScenarioRunner::event(Words left, Words const& right)
{
    ++lines_;
    if (left.at(0).front() == '+') {
        world_->now += duration(left[0].substr(1));
        left.erase(left.begin());
    }
    auto const what = left.at(0);
    left.erase(left.begin());
    label_.clear();
    by_rrn_ = by_de90_ = false;
    if (what == "tick") {
        world_->tick();
        return expect(Effect{}, right);
    }
    if (what == "unsent") {
        auto const mti = static_cast<std::uint16_t>(std::stoul(left.at(0)));
        left.erase(left.begin());
        auto const command = message(left, mti);
        said_[label_] = {command, Effect{}};
        return;
    }
    auto const mti = static_cast<std::uint16_t>(std::stoul(what));
    auto const command = message(left, mti);
    auto const effect = world_->run(command);
    if (!label_.empty()) said_[label_] = {command, effect};
    expect(effect, right);
}

Command ScenarioRunner::complete(std::uint16_t mti, Command const& hold)
{
    auto command = world_->request(mti, hold.proc_code, 0, hold.amount);
    std::memcpy(command.pan, hold.pan, sizeof command.pan);
    std::memcpy(command.rrn, hold.rrn, sizeof command.rrn);
    command.currency = hold.currency;
    command.orig_acquirer = hold.acquirer;
    command.orig_de7_ts = hold.de7_ts;
    command.orig_stan = hold.stan;
    command.orig_mti = hold.mti;
    return command;
}

// `of` and `repeat` come first, so that the other words change what they have copied.
Command ScenarioRunner::message(Words const& words, std::uint16_t mti)
{
    auto command = mti / 100 == 8 ? world_->network(0) : world_->request(mti, 0, 0, 100);
    command.mti = mti;
    for (auto const& word : words) {
        auto const [key, value] = key_value(word);
        auto const is_reversal = mti / 100 == 4;
        if (key == "repeat") {
            command = said_.at(value).command;
            command.mti = mti;
        } else if (key == "of") {
            auto const& original = said_.at(value).command;
            command = is_reversal ? world_->reversal(mti, original) : complete(mti, original);
        } else {
            set(command, key, value);
        }
    }
    auto bits = static_cast<unsigned>(command.has);
    if (by_de90_) bits |= has_de90;
    if (by_rrn_) bits &= ~static_cast<unsigned>(has_de90);
    command.has = static_cast<std::uint16_t>(bits);
    World::seal(command);
    return command;
}

void ScenarioRunner::set(Command& command, std::string const& key, std::string const& value)
{
    auto const clear = [&command](Has bit) {
        command.has = static_cast<std::uint16_t>(command.has & ~static_cast<unsigned>(bit));
    };
    if (key == "as") {
        label_ = value;
    } else if (key == "by") {
        by_rrn_ = value == "rrn";
        by_de90_ = value == "de90";
    } else if (key == "card") {
        if (value == "none") {
            clear(has_pan);
            std::memset(command.pan, 0, sizeof command.pan);
        } else {
            World::set_pan(command, value == "unknown" ? kUnknownCard : std::stoul(value));
        }
    } else if (key == "amount") {
        command.amount = value == "none" ? 0 : std::stoll(value);
        if (command.amount == 0) clear(has_amount);
    } else if (key == "rrn" && value == "none") {
        clear(has_rrn);
        std::memset(command.rrn, 0, sizeof command.rrn);
    } else if (key == "ccy" && value == "none") {
        clear(has_currency);
        command.currency = 0;
    } else if (key == "replacement") {
        command.replacement = std::stoll(value);
        command.has |= has_replacement;
    } else if (key == "de7" || key == "orig_de7" || key == "local") {
        auto& field = key == "de7"     ? command.de7_ts
                      : key == "local" ? command.key_ts
                                       : command.orig_de7_ts;
        if (key == "local") command.has |= has_local_time;
        auto const delta = duration(value.substr(1));
        auto const now = world_->now / kNanosPerSecond * kNanosPerSecond;
        field = value[0] == '-' ? now - delta : now + delta;
    } else {
        set_text(command, key, value);
    }
}

void ScenarioRunner::set_text(Command& command, std::string const& key, std::string const& value)
{
    if (key == "rrn") {
        World::set_rrn(command, value);
    } else if (key == "proc") {
        command.proc_code = static_cast<std::uint32_t>(std::stoul(value));
    } else if (key == "ccy") {
        command.currency = static_cast<std::uint16_t>(std::stoul(value));
    } else if (key == "stan") {
        command.stan = static_cast<std::uint32_t>(std::stoul(value));
    } else if (key == "participant") {
        command.participant = static_cast<std::uint32_t>(std::stoul(value));
        command.acquirer = kAcquirer + command.participant - 1;
    } else if (key == "orig_mti") {
        command.orig_mti = static_cast<std::uint16_t>(std::stoul(value));
    } else if (key == "orig_stan") {
        command.orig_stan = static_cast<std::uint32_t>(std::stoul(value));
    } else if (key == "terminal") {
        std::memset(command.terminal, ' ', sizeof command.terminal);
        std::memcpy(command.terminal, value.data(), std::min<std::size_t>(value.size(), 8));
    } else if (key == "expiry") {
        command.expiry_yymm = static_cast<std::uint16_t>(std::stoul(value));
        command.has |= has_expiry;
    } else if (key == "de38") {
        auto const& code = said_.contains(value) ? said_[value].effect.approval : nullptr;
        std::memcpy(command.approval, code != nullptr ? code : value.data(), 6);
        command.has |= has_approval;
    } else if (key == "de39") {
        std::memcpy(command.response_code, value.data(), 2);
        command.has |= has_response_code;
    } else if (key == "de70") {
        command.network_code = static_cast<std::uint16_t>(std::stoul(value));
    } else {
        throw std::invalid_argument("no such word: " + key);
    }
}

void ScenarioRunner::expect_records(std::string const& value) const
{
    std::string names;
    for (auto const& seen : world_->records)
        names += std::string{names.empty() ? "" : ","} +
                 name_of(static_cast<record::Type>(seen.header.type));
    EXPECT_EQ(names.empty() ? "none" : names, value);
}

void ScenarioRunner::expect_balance(std::string const& key, std::string const& value)
{
    auto const number = std::stoul(key.substr(1));
    if (key[0] == 'c') {
        auto const both = split(value, '/');
        EXPECT_EQ(std::to_string(world_->ledger_balance(number)), both.at(0)) << "ledger";
        EXPECT_EQ(std::to_string(world_->available(number)), both.at(1)) << "available";
    } else if (key[0] == 'p') {
        EXPECT_EQ(std::to_string(world_->position(static_cast<std::uint32_t>(number), 978)), value);
    } else {
        throw std::invalid_argument("no such expectation: " + key);
    }
}

void ScenarioRunner::expect(Effect const& effect, Words const& right)
{
    for (auto const& word : right) {
        if (word.find('=') == std::string::npos) {
            EXPECT_EQ(rc_of(effect), word);
            continue;
        }
        auto const [key, value] = key_value(word);
        if (key == "record")
            expect_records(value);
        else if (key == "seq")
            EXPECT_EQ(effect.seq, value == "none" ? 0 : said_.at(value).effect.seq);
        else if (key == "approval")
            EXPECT_EQ((std::string{effect.approval, 6}),
                      value == "none"         ? std::string(6, '\0')
                      : said_.contains(value) ? std::string(said_[value].effect.approval, 6)
                                              : value);
        else if (key == "balance")
            EXPECT_EQ(
                std::to_string(effect.ledger_balance) + "/" + std::to_string(effect.available),
                value);
        else if (key == "holds")
            EXPECT_EQ(world_->live.stats().holds_open, std::stoull(value));
        else if (key == "suspense")
            EXPECT_EQ(world_->suspense(978), std::stoll(value));
        else
            expect_balance(key, value);
    }
}

}  // namespace turnout::engine::test
