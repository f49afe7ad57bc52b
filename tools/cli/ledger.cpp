#include "protocol/core/money.hpp"
#include "switch/base/config.hpp"
#include "switch/engine/state.hpp"
#include "tools/cli/commands.hpp"
#include "tools/cli/data_source.hpp"
#include "tools/cli/record_text.hpp"
#include "tools/loadgen/units.hpp"

#include <algorithm>
#include <array>
#include <iostream>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace turnout::cli {
namespace {

using Json = nlohmann::ordered_json;
using loadgen::group_digits;

// Index = ledger::Kind.
constexpr std::array<std::string_view, ledger::kKindMax + 1> kKindNames{
    "?",  "customer",   "merchant", "position", "bank", "fee",
    "fx", "receivable", "suspense", "transit",  "loss"};

std::string_view kind_name(std::uint8_t kind) noexcept
{
    return kind < kKindNames.size() ? kKindNames[kind] : "?";
}

std::string money(std::int64_t minor, std::uint16_t currency)
{
    return format_amount({minor, Currency{currency}});
}

bool fits(ledger::Sum sum) noexcept
{
    return sum >= INT64_MIN && sum <= INT64_MAX;
}

// A sum over accounts may be longer than an amount can be: then in minor units.
std::string money(ledger::Sum sum, std::uint16_t currency)
{
    if (fits(sum)) return money(static_cast<std::int64_t>(sum), currency);
    return fmt::format("{} minor units", sum);
}

// JSON numbers end at 64 bits; what is longer is a text of digits.
Json number(ledger::Sum sum)
{
    return fits(sum) ? Json(static_cast<std::int64_t>(sum)) : Json(fmt::format("{}", sum));
}

std::string column(std::string text, std::size_t width)
{
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

std::string right(std::string text, std::size_t width)
{
    if (text.size() < width) text.insert(0, width - text.size(), ' ');
    return "  " + text;
}

// Sums over the accounts of one kind in one currency.
struct KindSum {
    std::uint64_t accounts = 0;
    ledger::Sum posted = 0;  // credits - debits
    ledger::Sum pending = 0;
};
using KindSums = std::map<std::pair<std::uint16_t, std::uint8_t>, KindSum>;

void add(KindSum& sum, ledger::Account const& account) noexcept
{
    ++sum.accounts;
    sum.posted += ledger::posted_balance(account);
    sum.pending += ledger::pending_balance(account);
}

class TrialBalanceAction final : public Action {
public:
    void declare(CLI::App& app) override { options_.declare(app); }
    [[nodiscard]] int run(Context& context) override;

private:
    void print_json(Context& context, Replayed const& replayed) const;
    void print_text(Context& context, Replayed const& replayed) const;

    DataOptions options_;
    KindSums sums_;
    bool balanced_ = true;
};

void TrialBalanceAction::print_json(Context& context, Replayed const& replayed) const
{
    auto const& ledger = replayed.engine->state().ledger;
    auto currencies = Json::array();
    for (auto const& book : ledger.books()) {
        auto kinds = Json::array();
        for (auto const& [key, sum] : sums_)
            if (key.first == book.currency)
                kinds.push_back({{"kind", kind_name(key.second)},
                                 {"accounts", sum.accounts},
                                 {"posted", number(sum.posted)},
                                 {"pending", number(sum.pending)}});
        currencies.push_back(
            {{"currency", book.currency},
             {"code", currency_code(book.currency)},
             {"debits_posted", number(book.debits_posted)},
             {"credits_posted", number(book.credits_posted)},
             {"posted_difference", number(book.credits_posted - book.debits_posted)},
             {"debits_pending", number(book.debits_pending)},
             {"credits_pending", number(book.credits_pending)},
             {"pending_difference", number(book.credits_pending - book.debits_pending)},
             {"kinds", kinds}});
    }
    auto const stats = replayed.engine->stats();
    Json const out{{"ok", balanced_},
                   {"balanced", balanced_},
                   {"last_seq", replayed.engine->last_seq()},
                   {"digest", digest_text(replayed.engine->digest())},
                   {"accounts", stats.accounts},
                   {"holds_open", stats.holds_open},
                   {"currencies", currencies},
                   {"error", replayed.error.empty() ? Json(nullptr) : Json(replayed.error)}};
    context.out() << out.dump(-1, ' ', false, Json::error_handler_t::replace) << '\n';
}

void TrialBalanceAction::print_text(Context& context, Replayed const& replayed) const
{
    auto& out = context.out();
    auto const& ledger = replayed.engine->state().ledger;
    for (auto const& book : ledger.books()) {
        auto const code = std::string(currency_code(book.currency));
        out << column(code, 11) << right("debits", 22) << right("credits", 22)
            << right("difference", 12) << '\n'
            << column("posted", 11) << right(money(book.debits_posted, book.currency), 22)
            << right(money(book.credits_posted, book.currency), 22)
            << right(money(book.credits_posted - book.debits_posted, book.currency), 12) << '\n'
            << column("pending", 11) << right(money(book.debits_pending, book.currency), 22)
            << right(money(book.credits_pending, book.currency), 22)
            << right(money(book.credits_pending - book.debits_pending, book.currency), 12) << "\n\n"
            << column("kind", 11) << right("accounts", 10) << right("posted balance", 22)
            << right("pending", 22) << '\n';
        for (auto const& [key, sum] : sums_) {
            if (key.first != book.currency) continue;
            out << column(std::string(kind_name(key.second)), 11)
                << right(group_digits(sum.accounts), 10)
                << right(money(sum.posted, book.currency), 22)
                << right(money(sum.pending, book.currency), 22) << '\n';
        }
        out << '\n';
    }
    out << "last sequence " << replayed.engine->last_seq() << ", open holds "
        << group_digits(replayed.engine->stats().holds_open) << ", digest "
        << digest_text(replayed.engine->digest()) << '\n';
    if (!replayed.error.empty())
        out << context.bad("NOT PROVEN")
            << ": the journal could be read up to this sequence only\n";
    else
        out << (balanced_ ? context.good("BALANCED") : context.bad("NOT BALANCED")) << '\n';
}

int TrialBalanceAction::run(Context& context)
{
    int code = exit_ok;
    auto const source = open_data(context, options_, code);
    if (!source) return code;
    auto const replayed = replay_journal(*source, {}, {});
    auto const& ledger = replayed.engine->state().ledger;
    for (std::uint32_t i = 0; i < ledger.count(); ++i) {
        auto const& account = ledger[i];
        add(sums_[{account.currency, account.kind}], account);
    }
    std::map<std::uint16_t, std::pair<ledger::Sum, ledger::Sum>> over_kinds;
    for (auto const& [key, sum] : sums_) {
        auto& [posted, pending] = over_kinds[key.first];
        posted += sum.posted;
        pending += sum.pending;
    }
    // Twice: from the totals that the ledger keeps, and from the accounts themselves.
    for (auto const& [currency, sum] : over_kinds)
        if (sum.first != 0 || sum.second != 0) balanced_ = false;
    for (auto const& book : ledger.books())
        if (book.debits_posted != book.credits_posted ||
            book.debits_pending != book.credits_pending)
            balanced_ = false;
    // The part before a damage balances as well: that proves nothing about the books.
    if (!replayed.error.empty()) balanced_ = false;
    if (context.json())
        print_json(context, replayed);
    else
        print_text(context, replayed);
    if (!replayed.error.empty()) context.err() << "error: " << replayed.error << '\n';
    if (!replayed.error.empty()) return replayed.exit_code;
    return balanced_ ? exit_ok : exit_invalid;
}

class AccountsAction final : public Action {
public:
    void declare(CLI::App& app) override
    {
        options_.declare(app);
        app.add_option("--kind", kind_, "only accounts of this kind: customer, position, ...")
            ->type_name("");
        app.add_option("-n,--limit", limit_, "at most so many")->type_name("N");
    }
    [[nodiscard]] int run(Context& context) override;

private:
    void print(Context& context, engine::Engine::State const& state, ledger::Account const& account,
               std::uint32_t position) const;

    DataOptions options_;
    std::string kind_;
    std::uint64_t limit_ = UINT64_MAX;
};

// Name of the participant whose position this account is, empty for other accounts.
std::string owner_of(engine::Engine::State const& state, std::uint32_t position)
{
    for (std::uint32_t i = 0; i < state.participants.count(); ++i) {
        auto const& participant = state.participants[i];
        for (std::uint32_t p = 0; p < participant.fields.positions; ++p)
            if (participant.positions[p].account == position)
                return std::string(
                    participant.fields.name,
                    ::strnlen(participant.fields.name, sizeof participant.fields.name));
    }
    return {};
}

void AccountsAction::print(Context& context, engine::Engine::State const& state,
                           ledger::Account const& account, std::uint32_t position) const
{
    auto const is_position = account.kind == static_cast<std::uint8_t>(ledger::Kind::position);
    auto const owner = is_position ? owner_of(state, position) : std::string();
    std::int64_t free = 0;
    auto const fits = ledger::available(account, free);
    if (context.json()) {
        Json const out{{"account", id_text(account.id_lo, account.id_hi)},
                       {"kind", kind_name(account.kind)},
                       {"owner", owner.empty() ? Json(nullptr) : Json(owner)},
                       {"currency", account.currency},
                       {"posted", ledger::posted_balance(account)},
                       {"debits_pending", account.debits_pending},
                       {"credits_pending", account.credits_pending},
                       {"available", fits ? Json(free) : Json(nullptr)},
                       {"credit_limit", account.credit_limit},
                       {"version", account.version},
                       {"last_seq", account.last_seq}};
        context.out() << out.dump() << '\n';
        return;
    }
    context.out() << id_text(account.id_lo, account.id_hi) << "  "
                  << column(std::string(kind_name(account.kind)), 10)
                  << right(money(ledger::posted_balance(account), account.currency), 20)
                  << "  pending " << money(ledger::pending_balance(account), account.currency);
    if (!owner.empty()) context.out() << "  " << owner;
    context.out() << '\n';
}

int AccountsAction::run(Context& context)
{
    auto const known = kind_.empty() || std::find(kKindNames.begin() + 1, kKindNames.end(),
                                                  kind_) != kKindNames.end();
    if (!known) {
        auto text = "no kind '" + kind_ + "'";
        auto const near = did_you_mean(kind_, std::span(kKindNames).subspan(1));
        if (!near.empty()) text += "; did you mean '" + std::string(near) + "'?";
        return context.fail(exit_usage, text, "turnout help ledger accounts");
    }
    int code = exit_ok;
    auto const source = open_data(context, options_, code);
    if (!source) return code;
    auto const replayed = replay_journal(*source, {}, {});
    auto const& state = replayed.engine->state();
    std::uint64_t shown = 0;
    for (std::uint32_t i = 0; i < state.ledger.count() && shown < limit_; ++i) {
        auto const& account = state.ledger[i];
        if (!kind_.empty() && kind_name(account.kind) != kind_) continue;
        print(context, state, account, i);
        ++shown;
    }
    if (replayed.error.empty()) return exit_ok;
    return context.fail(static_cast<Exit>(replayed.exit_code), replayed.error);
}

}  // namespace

Command const kLedgerTrialBalanceCommand{
    "ledger trial-balance", "Replay the journal and prove that debits equal credits",
    "turnout ledger trial-balance -c turnout.toml\n"
    "turnout ledger trial-balance -c /etc/turnout/turnout.toml --json\n",
    make_action<TrialBalanceAction>};

Command const kLedgerAccountsCommand{"ledger accounts",
                                     "List accounts and balances from the journal",
                                     "turnout ledger accounts -c turnout.toml --kind position\n"
                                     "turnout ledger accounts -n 20 --json\n",
                                     make_action<AccountsAction>};

}  // namespace turnout::cli
