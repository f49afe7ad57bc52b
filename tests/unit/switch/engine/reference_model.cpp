#include "tests/unit/switch/engine/reference_model.hpp"

#include "protocol/core/money.hpp"
#include "switch/base/calendar.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace turnout::engine::test {

namespace {

constexpr Int128 kMax = std::numeric_limits<std::int64_t>::max();

bool has(Command const& command, Has bit)
{
    return (command.has & bit) != 0;
}

std::string account_name(std::uint32_t index)
{
    return "account " + std::to_string(index);
}

}  // namespace

ReferenceModel::ReferenceModel(EngineConfig const& config, MasterData const& data,
                               UnixNanos last_ts)
    : config_(config),
      generation_ns_(config.reversal_window_ns + config.future_tolerance_ns + 60 * kNanosPerSecond +
                     2 * config.key_time_slack_ns),
      last_ts_(last_ts)
{
    for (auto const& participant : data.participants) {
        signed_on_.insert(participant.id);
        link_changes_[participant.id] = {last_ts, 1};
        for (auto const currency : participant.currencies) {
            participants_[participant.id].insert(currency);
            auto const digits = std::to_string(currency);
            accounts_["pos " + std::to_string(participant.id) + " " + digits].currency = currency;
            accounts_["suspense " + digits].currency = currency;
            accounts_["bank " + digits].currency = currency;
        }
    }
    std::uint32_t index = 0;
    for (auto const& from : data.accounts) {
        auto& account = accounts_[account_name(index++)];
        account.currency = from.currency;
        account.is_customer = true;
        account.is_frozen = (from.flags & 1) != 0;
        account.is_closed = (from.flags & 2) != 0;
        account.limit = from.credit_limit;
        account.hold_ns = 7ULL * 86'400 * kNanosPerSecond;
        for (auto const& product : data.products) {
            if (product.id != from.product) continue;
            account.percent = product.over_capture_percent;
            account.hold_ns = product.hold_expires_s * kNanosPerSecond;
        }
        account.credits = from.opening_balance;
        accounts_["bank " + std::to_string(from.currency)].debits += from.opening_balance;
    }
    for (auto const& from : data.cards) {
        Pan pan;
        std::memcpy(pan.data(), from.pan, pan.size());
        cards_[pan] = {account_name(from.account), from.expiry_yymm, from.status};
    }
}

Int128 ReferenceModel::posted(std::string const& account) const
{
    auto const& found = accounts_.at(account);
    return found.credits - found.debits;
}

Int128 ReferenceModel::available(std::string const& account) const
{
    auto sum = posted(account) + accounts_.at(account).limit;
    for (auto const& hold : holds_)
        if (hold.payer == account) sum -= hold.rest;
    return sum;
}

ReferenceModel::Key ReferenceModel::own_key(Command const& command)
{
    return {command.acquirer, std::string{command.terminal, 8}, command.mti / 100U % 10U,
            command.stan, has(command, has_local_time) ? command.key_ts : command.de7_ts};
}

ReferenceModel::Key ReferenceModel::original_key(Command const& command)
{
    return {command.orig_acquirer, std::string{command.terminal, 8}, command.orig_mti / 100U % 10U,
            command.orig_stan, has(command, has_local_time) ? command.key_ts : command.orig_de7_ts};
}

ReferenceModel::Pan ReferenceModel::pan_of(Command const& command)
{
    Pan pan;
    std::memcpy(pan.data(), command.pan, pan.size());
    return pan;
}

ReferenceModel::Reference ReferenceModel::reference_of(Command const& command)
{
    return {command.acquirer, std::string{command.terminal, 8}, std::string{command.rrn, 12}};
}

bool ReferenceModel::is_remembered(Row const& row, UnixNanos ts) const
{
    return ts / generation_ns_ <= row.ts / generation_ns_ + 1;
}

bool ReferenceModel::has_room(Command const& command, std::size_t capacity, std::size_t used,
                              std::size_t own, std::size_t wanted) const
{
    auto const share = config_.participant_share_percent;  // of two participants
    auto const kept = capacity / 8;
    auto const is_settled = command.mti / 100 == 4 || command.mti / 10 % 10 == 2;
    auto all_max = capacity - kept;
    auto own_max = std::max<std::size_t>(all_max * share / 100, 1);
    if (is_settled) {
        own_max = std::max(all_max * share / 100 + kept * share / 100, own_max);
        all_max = capacity;
    }
    return used + wanted <= all_max && own + wanted <= own_max;
}

bool ReferenceModel::has_rows(Now const& now, std::size_t wanted) const
{
    std::size_t used = 0;
    std::size_t own = 0;
    auto const found = rows_of_generation_.find(now.ts / generation_ns_);
    if (found != rows_of_generation_.end())
        for (auto const& [participant, rows] : found->second) {
            used += rows;
            if (participant == now.command.participant) own = rows;
        }
    return has_room(now.command, config_.transactions_max, used, own, wanted);
}

bool ReferenceModel::has_hold(Now const& now) const
{
    auto const own =
        static_cast<std::size_t>(std::count_if(holds_.begin(), holds_.end(), [&](Hold const& hold) {
            return hold.participant == now.command.participant;
        }));
    return has_room(now.command, config_.holds_max, holds_.size(), own, 1);
}

// What is repeated until it is answered is not answered.
void ReferenceModel::refuse_full(Now& now)
{
    auto const mti = now.command.mti;
    now.answer.rc = mti == 100 || mti == 200 ? "96" : "drop";
}

ReferenceModel::Row* ReferenceModel::find(Key const& key, UnixNanos ts)
{
    auto const found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    for (auto at = found->second.rbegin(); at != found->second.rend(); ++at)
        if (is_remembered(**at, ts)) return *at;
    return nullptr;
}

std::vector<ReferenceModel::Row*> ReferenceModel::newest_first(Command const& command, UnixNanos ts)
{
    std::vector<Row*> rows;
    auto const found = by_reference_.find(reference_of(command));
    if (!has(command, has_rrn) || found == by_reference_.end()) return rows;
    for (auto at = found->second.rbegin(); at != found->second.rend(); ++at)
        if (is_remembered(**at, ts)) rows.push_back(*at);
    return rows;
}

ReferenceModel::Answer ReferenceModel::decide(Command const& command, UnixNanos wall_ns)
{
    Now now{command, wall_ns, std::max(last_ts_ + 1, wall_ns), {}};
    if (command.mti / 100 == 8) {
        network(now);
        return now.answer;
    }
    auto const what = operation(command);
    if (!may_ask(now, what))
        now.answer.rc = "91";
    else if (admit(now, what))
        request(now, what);
    return now.answer;
}

// Signed off, but asking again for an answer that it has had.
bool ReferenceModel::may_ask(Now const& now, std::string const& operation)
{
    if (signed_on_.count(now.command.participant) != 0) return true;
    if (operation == "inquiry") return false;
    auto const* const known = find(own_key(now.command), now.ts);
    return known != nullptr && known->what != "tombstone";
}

void ReferenceModel::network(Now& now)
{
    auto const id = now.command.participant;
    auto const code = now.command.network_code;
    if (participants_.count(id) == 0) {
        now.answer.rc = "91";
        return;
    }
    now.answer.rc = code == 1 || code == 2 || code == 301 ? "00" : "12";
    if ((code != 1 && code != 2) || !check_times(now, config_.financial_window_ns)) return;
    if ((code == 1) == (signed_on_.count(id) != 0)) return;
    auto& minute = link_changes_[id];
    if (now.ts >= minute.first + 60 * kNanosPerSecond) minute = {now.ts, 0};
    if (minute.second == 10) {
        now.answer.rc = "91";
        return;
    }
    ++minute.second;
    auto const changed = code == 1 ? signed_on_.insert(id).second : signed_on_.erase(id) != 0;
    if (!changed) return;
    last_ts_ = now.ts;
    ++records_;
    now.answer.records = 1;
}

std::string ReferenceModel::operation(Command const& command) const
{
    auto const kind = command.proc_code / 10'000;
    auto const is_inquiry = kind == 30 || kind == 31;
    switch (command.mti) {
        case 100:
        case 101:
            return kind <= 1 ? "hold" : is_inquiry ? "inquiry" : "";
        case 120:
        case 121:
            return kind <= 1 ? "forced hold" : "";
        case 200:
        case 201:
            if (kind <= 1 || kind == 9) return "purchase";
            return kind == 20 ? "refund" : is_inquiry ? "inquiry" : "";
        case 220:
        case 221:
            if (kind <= 1 || kind == 9) return "completion";
            return kind == 20 ? "forced refund" : "";
        case 400:
        case 401:
        case 420:
        case 421:
            return "reversal";
        default:
            return "";
    }
}

// DE 7, and a local time in the key, must be of now, give or take the zones.
bool ReferenceModel::check_times(Now& now, std::uint64_t window)
{
    auto const& command = now.command;
    auto const slack = config_.key_time_slack_ns;
    auto old = now.ts > command.de7_ts + window;
    auto early = command.de7_ts > now.ts + config_.future_tolerance_ns;
    if (has(command, has_local_time)) {
        old = old || now.ts > command.key_ts + window + slack;
        early = early || command.key_ts > now.ts + config_.future_tolerance_ns + slack;
    }
    if (old || early) now.answer.rc = old && command.mti % 10 == 1 ? "drop" : "30";
    return !old && !early;
}

bool ReferenceModel::admit(Now& now, std::string const& operation)
{
    auto const& command = now.command;
    auto const answer = [&now](std::string const& rc) {
        now.answer.rc = rc;
        return false;
    };
    auto const is_reversal = operation == "reversal";
    auto const is_advice = command.mti / 10 % 10 == 2;
    if (operation.empty()) return answer("12");
    if (is_reversal) {
        if (!has(command, has_de90) && !has(command, has_rrn)) return answer("30");
        auto const type = command.orig_mti / 100 % 10;
        if (has(command, has_de90) && type != 1 && type != 2) return answer("12");
        if (has(command, has_de90) && command.orig_de7_ts > now.ts + config_.future_tolerance_ns)
            return answer("30");
        if (has(command, has_replacement) && has(command, has_amount) &&
            command.replacement > command.amount)
            return answer("13");
    } else if (operation != "inquiry") {
        if (command.amount <= 0) return answer("13");
        if (!currency_exponent(command.currency)) return answer("12");
    }
    auto const window =
        is_reversal || is_advice ? config_.reversal_window_ns : config_.financial_window_ns;
    if (!check_times(now, window)) return false;
    if (operation == "inquiry") return true;

    auto* const known = find(own_key(command), now.ts);
    if (known != nullptr && known->what != "tombstone") {
        Content const content{pan_of(command), command.amount, command.currency, command.proc_code};
        if (known->content != content) return answer("94");
        now.answer.has_approval = known->has_approval;
        return answer(known->rc);
    }
    if (!has_rows(now, is_reversal ? 2 : 1)) {
        refuse_full(now);
        return false;
    }
    Row* stone = known;
    if (stone == nullptr && !is_reversal)
        for (auto* const row : newest_first(command, now.ts))
            if (stone == nullptr && row->what == "tombstone" && !row->has_key && !row->is_used &&
                row->pan == pan_of(command) && (row->amount == 0 || row->amount == command.amount))
                stone = row;
    if (stone != nullptr) {
        stone->is_used = true;
        decline(now, "05");
        return false;
    }
    if (is_advice && !is_reversal && has(command, has_response_code)) {
        std::string const code{command.response_code, 2};
        if (code != "00" && code != "08" && code != "10" && code != "11" && code != "16") {
            decline(now, "00");
            return false;
        }
    }
    return true;
}

std::string ReferenceModel::position(Now const& now) const
{
    auto const id = now.command.participant;
    if (participants_.at(id).count(now.command.currency) == 0) return "";
    return "pos " + std::to_string(id) + " " + std::to_string(now.command.currency);
}

std::string ReferenceModel::card_code(Now const& now, std::string const& operation,
                                      std::string& account) const
{
    auto const& command = now.command;
    auto const found = cards_.find(pan_of(command));
    if (!has(command, has_pan) || found == cards_.end()) return "14";
    auto const& card = found->second;
    if (card.status != 0) return card.status == 1 ? "62" : card.status == 2 ? "41" : "43";
    if (card.expiry < ns_to_yymm(now.ts)) return "54";
    if (has(command, has_expiry) && command.expiry_yymm != card.expiry) return "54";
    account = card.account;
    auto const& owner = accounts_.at(account);
    auto const is_inquiry = operation == "inquiry";
    if (!(is_inquiry && !has(command, has_currency)) && owner.currency != command.currency)
        return "57";
    if (!is_inquiry && position(now).empty()) return "57";
    if (operation == "refund") return "00";
    if (owner.is_closed) return "14";
    return owner.is_frozen ? "62" : "00";
}

std::string ReferenceModel::forced_account(Now const& now) const
{
    if (position(now).empty()) return "";
    auto const found = cards_.find(pan_of(now.command));
    if (has(now.command, has_pan) && found != cards_.end() &&
        accounts_.at(found->second.account).currency == now.command.currency)
        return found->second.account;
    return "suspense " + std::to_string(now.command.currency);
}

void ReferenceModel::request(Now& now, std::string const& operation)
{
    if (operation == "reversal") return reverse(now);
    if (operation == "inquiry") return inquire(now);
    if (operation == "completion") return complete(now);
    std::string account;
    if (operation == "forced hold" || operation == "forced refund") {
        account = forced_account(now);
        if (account.empty()) return decline(now, "57");
    } else {
        auto const code = card_code(now, operation, account);
        if (code != "00") return decline(now, code);
        if (operation != "refund" && now.command.amount > available(account))
            return decline(now, "51");
    }
    if (operation == "refund" || operation == "forced refund")
        return transfer(now, "post", position(now), account);
    auto const is_hold = operation == "hold" || operation == "forced hold";
    transfer(now, is_hold ? "hold" : "post", account, position(now));
}

bool ReferenceModel::fits(std::string const& payer, std::string const& payee, Int128 amount,
                          bool pending) const
{
    auto const& from = accounts_.at(payer);
    auto const& to = accounts_.at(payee);
    return (pending ? from.pending_debits : from.debits) + amount <= kMax &&
           (pending ? to.pending_credits : to.credits) + amount <= kMax;
}

bool ReferenceModel::move(std::string const& payer, std::string const& payee, Int128 amount)
{
    if (!fits(payer, payee, amount, false)) return false;
    accounts_[payer].debits += amount;
    accounts_[payee].credits += amount;
    return true;
}

bool ReferenceModel::pend(std::string const& payer, std::string const& payee, Int128 amount)
{
    if (!fits(payer, payee, amount, true)) return false;
    accounts_[payer].pending_debits += amount;
    accounts_[payee].pending_credits += amount;
    return true;
}

void ReferenceModel::transfer(Now& now, std::string const& what, std::string const& payer,
                              std::string const& payee)
{
    auto const& command = now.command;
    if (what == "hold") {
        if (!has_hold(now)) return command.mti == 100 ? decline(now, "96") : refuse_full(now);
        if (!pend(payer, payee, command.amount)) return decline(now, "96");
    } else if (!move(payer, payee, command.amount)) {
        return decline(now, "96");
    }
    auto& row = remember(now, what, "00", true);
    row.payer = payer;
    row.payee = payee;
    if (what != "hold") return;
    Hold hold;
    hold.number = row.number;
    hold.key = row.key;
    hold.has_reference = row.has_reference;
    hold.reference = row.reference;
    hold.pan = row.pan;
    if (has(command, has_approval) && command.mti / 10 == 12) {
        hold.approval.assign(command.approval, 6);
    } else {
        auto digits = std::to_string(row.number);
        hold.approval = std::string(6 - std::min<std::size_t>(6, digits.size()), '0') +
                        digits.substr(digits.size() > 6 ? digits.size() - 6 : 0);
    }
    row.approval = hold.approval;
    hold.currency = command.currency;
    hold.amount = hold.rest = command.amount;
    auto const& account = accounts_.at(payer);
    hold.expires =
        now.ts + (account.is_customer ? account.hold_ns : 7ULL * 86'400 * kNanosPerSecond);
    hold.payer = payer;
    hold.payee = payee;
    hold.participant = command.participant;
    holds_.push_back(hold);
}

ReferenceModel::Row& ReferenceModel::remember(Now& now, std::string const& what,
                                              std::string const& rc, bool approval)
{
    auto const& command = now.command;
    last_ts_ = now.ts;
    ++records_;
    ++now.answer.records;
    now.answer.rc = rc;
    now.answer.has_approval = approval;
    Row row;
    row.number = records_;
    row.ts = now.ts;
    row.what = what;
    row.key = own_key(command);
    row.has_reference = has(command, has_rrn) && command.mti / 100 % 10 != 4;
    row.reference = reference_of(command);
    row.content = {pan_of(command), command.amount, command.currency, command.proc_code};
    row.rc = rc;
    row.has_approval = approval;
    row.pan = pan_of(command);
    row.amount = command.amount;
    row.currency = command.currency;
    row.mti = command.mti;
    row.stan = command.stan;
    rows_.push_back(row);
    by_key_[row.key].push_back(&rows_.back());
    if (row.has_reference) by_reference_[row.reference].push_back(&rows_.back());
    ++rows_of_generation_[now.ts / generation_ns_][command.participant];
    return rows_.back();
}

void ReferenceModel::decline(Now& now, std::string const& rc)
{
    remember(now, "decline", rc, false);
}

void ReferenceModel::acknowledge(Now& now)
{
    remember(now, "reversal", "00", false);
}

void ReferenceModel::inquire(Now& now)
{
    std::string account;
    now.answer.rc = card_code(now, "inquiry", account);
    if (now.answer.rc != "00") return;
    now.answer.has_balance = true;
    now.answer.ledger = posted(account);
    now.answer.available = available(account);
}

void ReferenceModel::expire(std::list<Hold>::iterator hold, UnixNanos ts)
{
    last_ts_ = ts;
    ++records_;
    accounts_[hold->payer].pending_debits -= hold->rest;
    accounts_[hold->payee].pending_credits -= hold->rest;
    holds_.erase(hold);
}

std::size_t ReferenceModel::tick(UnixNanos wall_ns)
{
    std::size_t count = 0;
    while (count < 64) {
        auto const ts = std::max(last_ts_ + 1, wall_ns);
        auto const first = std::min_element(holds_.begin(), holds_.end(), [](auto& a, auto& b) {
            return std::pair{a.expires, a.number} < std::pair{b.expires, b.number};
        });
        if (first == holds_.end() || first->expires > ts) break;
        expire(first, ts);
        ++count;
    }
    return count;
}

}  // namespace turnout::engine::test
