#include "switch/engine/state.hpp"

#include "switch/base/calendar.hpp"

#include <stdexcept>

namespace turnout::engine {

namespace {

ledger::Commit commit_of(EngineConfig const& config) noexcept
{
    return config.commit_memory ? ledger::Commit::at_start : ledger::Commit::when_touched;
}

}  // namespace

Engine::State::State(EngineConfig const& engine_config, KeyedHash const& keyed_hash)
    : config(engine_config),
      hash(keyed_hash),
      row_shares{{engine_config.transactions_max, 100},
                 {engine_config.transactions_max, engine_config.participant_share_percent}},
      hold_shares{{engine_config.holds_max, 100},
                  {engine_config.holds_max, engine_config.participant_share_percent}},
      ledger(engine_config.accounts_max, commit_of(engine_config)),
      transactions(engine_config.transactions_max, generation_ns_for(engine_config),
                   commit_of(engine_config)),
      holds(engine_config.holds_max, commit_of(engine_config)),
      cards(engine_config.cards_max, commit_of(engine_config))
{
    if (engine_config.financial_window_ns > engine_config.reversal_window_ns)
        throw std::invalid_argument("the financial window must not exceed the reversal window");
}

Digest Engine::State::digest() const noexcept
{
    auto sum = ledger.digest();
    sum += transactions.digest();
    sum += holds.digest();
    sum += cards.digest();
    sum += participants.digest();
    sum += products.digest();
    sum += ledger::hash_entry(ledger::Entry::settings, settings);
    return sum;
}

Today const& Engine::State::day_of(UnixNanos ts) noexcept
{
    constexpr std::uint64_t kDayNs = 86'400 * kNanosPerSecond;
    if (ts < today.from || ts >= today.until) {
        today.from = ts / kDayNs * kDayNs;
        today.until = today.from + kDayNs;
        today.yyyymmdd = ns_to_yyyymmdd(ts);
        today.yymm = ns_to_yymm(ts);
    }
    return today;
}

}  // namespace turnout::engine
