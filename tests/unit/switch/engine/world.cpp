#include "tests/unit/switch/engine/world.hpp"

#include "protocol/iso8583/test_cards.hpp"
#include "switch/engine/invariants.hpp"
#include "switch/engine/pan_bcd.hpp"
#include "switch/engine/state.hpp"

#include <cstring>
#include <stdexcept>

#include <gtest/gtest.h>

namespace turnout::engine::test {

EngineConfig small_config()
{
    EngineConfig config;
    config.accounts_max = 64;
    config.cards_max = 64;
    config.holds_max = 64;
    config.transactions_max = 4096;
    config.participant_share_percent = 100;
    return config;
}

namespace {

KeyedHash make_hash()
{
    KeyedHash::Secret durable;
    KeyedHash::Secret boot;
    for (std::size_t at = 0; at < durable.size(); ++at) {
        durable[at] = static_cast<std::byte>(at * 7 + 1);
        boot[at] = static_cast<std::byte>(at * 13 + 5);
    }
    return {durable, boot};
}

EngineConfig replica_config(EngineConfig config)
{
    config.accounts_max = config.accounts_max * 2 + 17;
    config.cards_max = config.cards_max * 3 + 1;
    config.holds_max = config.holds_max + 999;
    config.transactions_max = config.transactions_max * 2 + 5;
    config.participant_share_percent = 1;  // only for deciding: replay does not care
    return config;
}

}  // namespace

KeyedHash const& test_hash()
{
    static KeyedHash const hash = make_hash();
    return hash;
}

namespace {
std::uint64_t random_state = 1;
}

void fill_random(void* bytes, std::size_t count)
{
    auto* const out = static_cast<unsigned char*>(bytes);
    for (std::size_t at = 0; at < count; ++at)
        out[at] = static_cast<unsigned char>(ledger::spread(random_state++) >> 11);
}

MasterData world_data()
{
    MasterData data;
    data.participants.push_back({1, "acme", kAcquirer, {978, 840}});
    data.participants.push_back({2, "bolt", kAcquirer + 1, {978}});
    data.products.push_back({1, "plain", 0, 3600});
    data.products.push_back({2, "tips", 20, 3600});
    struct Row {
        std::int64_t balance, limit;
        std::uint16_t currency, product;
        std::uint8_t flags, status;
        std::uint16_t expiry;
    };
    Row const rows[] = {
        {10'000, 0, 978, 1, 0, 0, 3012},               // 0 plain
        {10'000, 0, 978, 2, 0, 0, 3012},               // 1 tips: 20 % above the hold
        {10'000, 5'000, 978, 1, 0, 0, 3012},           // 2 with a credit limit
        {10'000, 0, 978, 1, ledger::frozen, 0, 3012},  // 3
        {10'000, 0, 978, 1, ledger::closed, 0, 3012},  // 4
        {10'000, 0, 978, 1, 0, 1, 3012},               // 5 blocked
        {10'000, 0, 978, 1, 0, 2, 3012},               // 6 lost
        {10'000, 0, 978, 1, 0, 3, 3012},               // 7 stolen
        {10'000, 0, 978, 1, 0, 0, 2612},               // 8 expired last month
        {10'000, 0, 840, 1, 0, 0, 3012},               // 9 in US dollars
    };
    std::uint64_t index = 0;
    for (auto const& row : rows) {
        data.accounts.push_back({"a" + std::to_string(index), row.currency, row.product,
                                 row.balance, row.limit, row.flags});
        CardData card{};
        pan_to_bcd(iso8583::test_pan("999901", 42, index).text(), card.pan);
        card.account = static_cast<std::uint32_t>(index);
        card.expiry_yymm = row.expiry;
        card.status = row.status;
        data.cards.push_back(card);
        ++index;
    }
    return data;
}

World::World(EngineConfig const& config, MasterData data, bool signed_on)
    : live(config, test_hash()),
      replica(replica_config(config), test_hash()),
      record_buffer_(limits::batch_record_bytes_max),
      effect_buffer_(limits::commands_per_batch_max)
{
    // Set up a minute ago, so that records of the first events are stamped with the very time.
    now = kNoon - 60 * kNanosPerSecond;
    random_state = 1;  // all worlds have the same account ids
    Genesis genesis{data, fill_random};
    for (auto more = true; more;) {
        auto out = outbox();
        more = genesis.next(live, now, out);
        take(out);
    }
    epoch_start(1, false);
    if (signed_on) {
        run(network(1, 1));
        run(network(1, 2));
    }
    now = kNoon;
}

Outbox World::outbox()
{
    Outbox out;
    out.records = record_buffer_;
    out.effects = effect_buffer_;
    return out;
}

void World::take(Outbox const& out)
{
    records.clear();
    for (std::size_t at = 0; at < out.record_bytes;) {
        SeenRecord seen{};
        std::memcpy(&seen.header, &record_buffer_[at], sizeof seen.header);
        auto const* const first = &record_buffer_[at];
        seen.bytes.assign(first, first + seen.header.record_bytes);
        if (seen.header.type <= 8) {
            std::memcpy(&seen.context, first + sizeof seen.header, sizeof seen.context);
            seen.legs.resize(seen.context.legs);
            if (!seen.legs.empty())
                std::memcpy(seen.legs.data(), first + sizeof seen.header + sizeof seen.context,
                            seen.legs.size() * sizeof(record::Leg));
        }
        EXPECT_EQ(replica.apply(seen.bytes), ApplyErrc::ok) << "replay of " << seen.header.seq;
        at += seen.header.record_bytes;
        journal.push_back(seen.bytes);
        records.push_back(std::move(seen));
    }
    if (!records.empty()) {
        EXPECT_EQ(out.last_seq, records.back().header.seq);
    }
    EXPECT_EQ(live.last_seq(), replica.last_seq());
    EXPECT_EQ(live.last_ts(), replica.last_ts());
    EXPECT_EQ(live.digest(), replica.digest());
    EXPECT_EQ(live.ledger_digest(), replica.ledger_digest());
    if (thorough) {
        EXPECT_EQ(broken_invariants(live.state()), "");
    }
}

std::vector<Effect> World::run(std::vector<Command> const& commands)
{
    auto out = outbox();
    live.process(commands, now, out);
    EXPECT_EQ(out.effect_count, commands.size());
    take(out);
    return {effect_buffer_.begin(),
            effect_buffer_.begin() + static_cast<std::ptrdiff_t>(out.effect_count)};
}

void World::tick()
{
    auto out = outbox();
    live.tick(now, out);
    take(out);
}

void World::checkpoint()
{
    auto out = outbox();
    live.checkpoint(now, out);
    take(out);
}

void World::epoch_start(std::uint64_t epoch, bool cut)
{
    auto out = outbox();
    live.epoch_start(epoch, cut, now, out);
    take(out);
}

void World::set_pan(Command& command, std::size_t card)
{
    pan_to_bcd(iso8583::test_pan("999901", 42, card).text(), command.pan);
    command.has |= has_pan;
}

void World::set_rrn(Command& command, std::string_view rrn)
{
    std::memset(command.rrn, ' ', sizeof command.rrn);
    std::memcpy(command.rrn, rrn.data(), std::min(rrn.size(), sizeof command.rrn));
    command.has |= has_rrn;
}

void World::seal(Command& command)
{
    auto const& hash = test_hash();
    auto const is_local = (command.has & has_local_time) != 0;
    if (!is_local) command.key_ts = command.de7_ts;
    auto const key = hash.dup_key(command.acquirer, command.terminal, command.mti / 100U % 10U,
                                  command.stan, command.key_ts);
    command.dup_k0 = key.k0;
    command.dup_k1 = key.k1;
    command.key2_k0 = command.key2_k1 = 0;
    if ((command.has & has_rrn) != 0) {
        auto const second = hash.second_key(command.acquirer, command.terminal, command.rrn);
        command.key2_k0 = second.k0;
        command.key2_k1 = second.k1;
    }
    if ((command.has & has_de90) != 0) {
        auto const original =
            hash.dup_key(command.orig_acquirer, command.terminal, command.orig_mti / 100U % 10U,
                         command.orig_stan, is_local ? command.key_ts : command.orig_de7_ts);
        command.orig_k0 = original.k0;
        command.orig_k1 = original.k1;
    }
    command.fingerprint =
        hash.fingerprint(command.pan, command.amount, command.currency, command.proc_code);
    auto const pan = hash.pan(command.pan);
    command.pan_h0 = pan.k0;
    command.pan_h1 = pan.k1;
}

Command World::request(std::uint16_t mti, std::uint32_t proc, std::size_t card, std::int64_t amount)
{
    Command command{};
    command.kind = mti / 100 % 10 == 1   ? CommandKind::authorization
                   : mti / 100 % 10 == 2 ? CommandKind::financial
                                         : CommandKind::reversal;
    command.mti = mti;
    command.proc_code = proc;
    command.participant = 1;
    command.acquirer = kAcquirer;
    command.has = has_terminal | has_currency | has_amount;
    command.currency = 978;
    command.amount = amount;
    command.stan = next_stan++;
    command.de7_ts = now / kNanosPerSecond * kNanosPerSecond;
    command.echo_slot = command.stan + 7;
    command.echo_generation = 3;
    std::memcpy(command.terminal, "TERM0001", 8);
    std::memcpy(command.merchant, "MERCHANT0000001", 15);
    std::memset(command.pan, 0, sizeof command.pan);
    set_pan(command, card);
    auto const rrn = "R" + std::to_string(command.stan);
    set_rrn(command, rrn);
    seal(command);
    return command;
}

Command World::reversal(std::uint16_t mti, Command const& original)
{
    auto command = request(mti, original.proc_code, 0, original.amount);
    std::memcpy(command.pan, original.pan, sizeof command.pan);
    std::memcpy(command.rrn, original.rrn, sizeof command.rrn);
    command.currency = original.currency;
    command.participant = original.participant;
    command.acquirer = original.acquirer;
    std::memcpy(command.terminal, original.terminal, sizeof command.terminal);
    command.has |= has_de90;
    command.has |= static_cast<std::uint16_t>(original.has & has_local_time);
    command.key_ts = original.key_ts;  // DE 12 and 13 are repeated, DE 7 is its own
    command.orig_acquirer = original.acquirer;
    command.orig_de7_ts = original.de7_ts;
    command.orig_stan = original.stan;
    command.orig_mti = original.mti;
    seal(command);
    return command;
}

Command World::network(std::uint16_t code, std::uint32_t participant)
{
    Command command{};
    command.kind = CommandKind::network;
    command.mti = 800;
    command.participant = participant;
    command.network_code = code;
    command.stan = next_stan++;
    command.de7_ts = now;
    command.acquirer = kAcquirer;
    seal(command);
    return command;
}

namespace {

ledger::Account const& account_of(Engine const& engine, std::size_t card)
{
    Command probe{};
    World::set_pan(probe, card);
    World::seal(probe);
    auto const& state = engine.state();
    auto const at = state.cards.find(probe.pan_h0, probe.pan);
    if (at == ledger::kNone) throw std::out_of_range("no such card in this world");
    return state.ledger[state.cards[at].account];
}

}  // namespace

std::int64_t World::ledger_balance(std::size_t card) const
{
    return ledger::posted_balance(account_of(live, card));
}

std::int64_t World::available(std::size_t card) const
{
    std::int64_t value = 0;
    EXPECT_TRUE(ledger::available(account_of(live, card), value));
    return value;
}

std::int64_t World::position(std::uint32_t participant, std::uint16_t currency) const
{
    auto const& participants = live.state().participants;
    auto const at = participants[participants.find(participant)].position(currency);
    return ledger::posted_balance(live.state().ledger[at]);
}

std::int64_t World::suspense(std::uint16_t currency) const
{
    auto const& ledger = live.state().ledger;
    return ledger::posted_balance(ledger[ledger.book(currency)->suspense]);
}

std::string rc_of(Effect const& effect)
{
    return effect.kind == EffectKind::drop ? "drop" : std::string{effect.rc, 2};
}

char const* name_of(record::Type type)
{
    switch (type) {
        case record::Type::post:
            return "POST";
        case record::Type::hold:
            return "HOLD";
        case record::Type::capture:
            return "CAPTURE";
        case record::Type::release:
            return "VOID";
        case record::Type::expire:
            return "EXPIRE";
        case record::Type::reversal:
            return "REVERSAL";
        case record::Type::tombstone:
            return "TOMBSTONE";
        case record::Type::decline:
            return "DECLINE";
        case record::Type::link_state:
            return "LINK_STATE";
        default:
            return "OTHER";
    }
}

}  // namespace turnout::engine::test
