// The model's other half: what refers to something earlier, completions and reversals.
#include "tests/unit/switch/engine/reference_model.hpp"

#include <algorithm>

namespace turnout::engine::test {

namespace {

bool has(Command const& command, Has bit)
{
    return (command.has & bit) != 0;
}

}  // namespace

void ReferenceModel::complete(Now& now)
{
    auto const& command = now.command;
    auto found = holds_.end();
    auto const agrees = [&](Hold const& hold) {
        return has(command, has_pan) && hold.pan == pan_of(command) &&
               hold.currency == command.currency &&
               (!has(command, has_approval) || hold.approval == std::string{command.approval, 6});
    };
    for (auto at = holds_.begin(); at != holds_.end(); ++at)
        if (has(command, has_de90) && at->key == original_key(command) && agrees(*at)) found = at;
    if (found == holds_.end())
        for (auto at = holds_.begin(); at != holds_.end(); ++at)  // the last match is the newest
            if (has(command, has_rrn) && at->has_reference &&
                at->reference == reference_of(command) && agrees(*at))
                found = at;
    if (found == holds_.end() && is_completed_already(now)) return decline(now, "94");
    if (found != holds_.end() && now.ts >= found->expires) {
        expire(found, now.ts);
        ++now.answer.records;
        now.ts = std::max(last_ts_ + 1, now.wall);
        found = holds_.end();
    }
    if (found != holds_.end()) return capture(now, found);
    auto const account = forced_account(now);
    if (account.empty()) return decline(now, "57");
    transfer(now, "post", account, position(now));
}

// The named hold has had its debit, by its completion or by force after its end, and that has not
// gone back; the advice only has another STAN now.
bool ReferenceModel::is_completed_already(Now const& now)
{
    auto const& command = now.command;
    if (!has(command, has_pan)) return false;
    auto const is_done = [&](Row const& row) {
        auto const is_hold = row.what == "hold";
        if ((!is_hold && row.what != "capture") || row.pan != pan_of(command) ||
            row.currency != command.currency)
            return false;
        for (auto const& open : holds_)
            if (is_hold && open.number == row.number) return false;
        auto const is_captured = !is_hold || row.is_captured;
        auto const found = by_reference_.find(row.reference);
        if (!row.has_reference || found == by_reference_.end()) return is_captured;
        for (auto at = found->second.rbegin(); at != found->second.rend(); ++at) {
            auto const& debit = **at;
            auto const is_debit =
                debit.what == "capture" || (debit.what == "post" && debit.payer[0] != 'p');
            if (!is_remembered(debit, now.ts) || !is_debit || debit.pan != row.pan) continue;
            return debit.reversed < debit.amount && (is_captured || debit.number > row.number);
        }
        return is_captured;
    };
    if (has(command, has_de90)) {
        auto const* const row = find(original_key(command), now.ts);
        if (row != nullptr && is_done(*row)) return true;
    }
    for (auto const* const kind : {"hold", "capture"})
        for (auto const* const row : newest_first(command, now.ts))
            if (row->what == kind && row->pan == pan_of(command) &&
                (!has(command, has_approval) || row->approval == std::string{command.approval, 6}))
                return is_done(*row);
    return false;
}

void ReferenceModel::capture(Now& now, std::list<Hold>::iterator hold)
{
    Int128 const amount = now.command.amount;
    auto const excess = amount - hold->rest;
    auto const& account = accounts_.at(hold->payer);
    if (excess > 0) {
        if (excess * 100 > hold->rest * account.percent) return decline(now, "61");
        if (account.is_customer && excess > available(hold->payer)) return decline(now, "51");
    }
    auto const payer = hold->payer;
    auto const payee = hold->payee;
    auto const approval = hold->approval;
    if (!move(payer, payee, amount)) return decline(now, "96");
    accounts_[payer].pending_debits -= hold->rest;
    accounts_[payee].pending_credits -= hold->rest;
    for (auto& row : rows_)
        if (row.number == hold->number && row.what == "hold") row.is_captured = true;
    holds_.erase(hold);
    auto& row = remember(now, "capture", "00", true);
    row.approval = approval;
    row.payer = payer;
    row.payee = payee;
}

void ReferenceModel::reverse(Now& now)
{
    auto const& command = now.command;
    auto const by_key = has(command, has_de90);
    auto const agrees = [&](Pan const& pan, std::int64_t amount, std::uint16_t currency) {
        return (!has(command, has_pan) || pan == pan_of(command)) &&
               (!has(command, has_amount) || amount == command.amount) &&
               (!has(command, has_currency) || currency == command.currency);
    };
    Row* row = nullptr;
    auto const candidates = newest_first(command, now.ts);
    auto const pick = [&](auto&& wanted) {
        for (auto* const candidate : candidates)
            if (row == nullptr && wanted(*candidate)) row = candidate;
    };
    auto hold = holds_.end();
    if (by_key) {
        row = find(original_key(command), now.ts);
        if (row == nullptr)
            hold = std::find_if(holds_.begin(), holds_.end(),
                                [&](auto& open) { return open.key == original_key(command); });
        if (row == nullptr && hold == holds_.end() && has(command, has_pan))
            pick([&](Row const& other) {
                return other.stan == command.orig_stan && other.pan == pan_of(command) &&
                       other.mti / 100 == command.orig_mti / 100 && other.what != "tombstone";
            });
    } else if (has(command, has_pan)) {
        auto const row_agrees = [&](Row const& r) { return agrees(r.pan, r.amount, r.currency); };
        pick([&](Row const& r) {
            auto const open_hold = std::any_of(holds_.begin(), holds_.end(),
                                               [&](auto& h) { return h.number == r.number; });
            auto const is_open =
                (r.what == "hold" && open_hold) ||
                ((r.what == "post" || r.what == "capture") && r.reversed < r.amount);
            return is_open && row_agrees(r);
        });
        if (row == nullptr) pick(row_agrees);
        if (row == nullptr) pick([&](Row const& r) { return r.pan == pan_of(command); });
        if (row == nullptr)
            for (auto at = holds_.begin(); at != holds_.end(); ++at)
                if (at->has_reference && at->reference == reference_of(command) &&
                    at->pan == pan_of(command))
                    hold = at;
    }
    auto const too_much = [&](Int128 amount) {
        return has(command, has_replacement) && command.replacement > amount;
    };
    if (row != nullptr) {
        if (!agrees(row->pan, row->amount, row->currency))
            now.answer.rc = "94";
        else if (row->amount != 0 && too_much(row->amount))
            now.answer.rc = "13";
        else
            return reverse_row(now, *row);
    } else if (hold != holds_.end()) {
        if (!agrees(hold->pan, static_cast<std::int64_t>(hold->amount), hold->currency))
            now.answer.rc = "94";
        else if (too_much(hold->amount))
            now.answer.rc = "13";
        else
            return void_hold(now, hold);
    } else {
        bury(now);
    }
}

void ReferenceModel::reverse_row(Now& now, Row& row)
{
    if (row.what == "hold") {
        auto const hold = std::find_if(holds_.begin(), holds_.end(),
                                       [&](auto& open) { return open.number == row.number; });
        if (hold != holds_.end()) return void_hold(now, hold);
        return row.is_captured ? decline(now, "12") : acknowledge(now);
    }
    if (row.what != "post" && row.what != "capture") return acknowledge(now);
    Int128 const stays = has(now.command, has_replacement) ? now.command.replacement : 0;
    auto const back = Int128{row.amount} - stays - row.reversed;
    if (back <= 0) return acknowledge(now);
    if (!move(row.payee, row.payer, back)) return decline(now, "96");
    row.reversed += back;
    acknowledge(now);
}

void ReferenceModel::void_hold(Now& now, std::list<Hold>::iterator hold)
{
    Int128 const stays = has(now.command, has_replacement) ? now.command.replacement : 0;
    auto const back = hold->rest - stays;
    if (back > 0) {
        accounts_[hold->payer].pending_debits -= back;
        accounts_[hold->payee].pending_credits -= back;
        hold->rest -= back;
        if (hold->rest == 0) holds_.erase(hold);
    }
    acknowledge(now);
}

void ReferenceModel::bury(Now& now)
{
    auto const& command = now.command;
    auto const by_key = has(command, has_de90);
    auto const is_advice = by_key && command.orig_mti / 10 % 10 == 2;
    auto const window = is_advice ? config_.reversal_window_ns : config_.financial_window_ns;
    auto const time = by_key ? command.orig_de7_ts : command.de7_ts;
    if (now.ts > time + window || (!by_key && !has(command, has_pan))) return decline(now, "25");
    acknowledge(now);
    auto stone = rows_.back();
    stone.what = "tombstone";
    stone.has_key = by_key;
    stone.key = original_key(command);
    stone.has_reference = has(command, has_rrn);
    stone.mti = by_key ? command.orig_mti : std::uint16_t{0};
    stone.stan = by_key ? command.orig_stan : 0;
    if (by_key) std::get<0>(stone.reference) = command.orig_acquirer;
    rows_.push_back(stone);
    if (by_key) by_key_[stone.key].push_back(&rows_.back());
    if (stone.has_reference) by_reference_[stone.reference].push_back(&rows_.back());
    ++rows_of_generation_[now.ts / generation_ns_][command.participant];
}

}  // namespace turnout::engine::test
