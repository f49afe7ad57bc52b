#include "bench/micro/engine/workload.hpp"

#include "protocol/core/check.hpp"
#include "protocol/iso8583/test_cards.hpp"
#include "switch/base/limits.hpp"
#include "switch/engine/master_data.hpp"
#include "switch/engine/pan_bcd.hpp"
#include "switch/ledger/flat_index.hpp"

#include <cstdio>
#include <cstring>

namespace turnout::engine::bench {

namespace {

KeyedHash make_hash()
{
    KeyedHash::Secret durable;
    KeyedHash::Secret boot;
    for (std::size_t at = 0; at < durable.size(); ++at) {
        durable[at] = static_cast<std::byte>(random_of(at) >> 9);
        boot[at] = static_cast<std::byte>(random_of(at + 1000) >> 9);
    }
    return {durable, boot};
}

std::uint64_t random_state = 1;

void fill_random(void* bytes, std::size_t count)
{
    auto* const out = static_cast<unsigned char*>(bytes);
    for (std::size_t at = 0; at < count; ++at)
        out[at] = static_cast<unsigned char>(random_of(random_state++) >> 11);
}

}  // namespace

std::uint64_t random_of(std::uint64_t number) noexcept
{
    return ledger::spread(number + 0x9E37'79B9'7F4A'7C15ULL);
}

EngineConfig Workload::config(Shape const& shape)
{
    EngineConfig config;
    config.accounts_max = shape.accounts + 1000;
    config.cards_max = shape.accounts + 1000;
    config.holds_max = 1024;
    // Requests have seven eighths of the rows.
    config.transactions_max = shape.purchases / 7 * 8 + 1000;
    config.participant_share_percent = 100;
    config.commit_memory = true;
    return config;
}

Workload::Workload(Shape const& shape) : shape_(shape), hash_(make_hash()), cards_(shape.accounts)
{
    for (std::uint64_t at = 0; at < cards_.size(); ++at) {
        auto& card = cards_[at];
        pan_to_bcd(iso8583::test_pan(iso8583::kDemoBin, iso8583::kDemoSeed, at).text(), card.pan);
        auto const hash = hash_.pan(card.pan);
        card.pan_h0 = hash.k0;
        card.pan_h1 = hash.k1;
    }
    batch_.resize(shape.batch);
}

void Workload::found(Engine& engine, Shape const& shape)
{
    random_state = 1;  // the same ids each time, so that records of one engine replay in another
    auto const data = demo_master_data(shape.accounts);
    Genesis genesis{data, fill_random};
    std::vector<std::byte> records(limits::batch_record_bytes_max);
    std::vector<Effect> effects(16);
    for (auto more = true; more;) {
        Outbox out{records, 0, 0, effects, 0};
        more = genesis.next(engine, kStart - 10 * kNanosPerSecond, out);
    }
    Command sign_on{};
    sign_on.kind = CommandKind::network;
    sign_on.mti = 800;
    sign_on.participant = 1;
    sign_on.network_code = 1;
    sign_on.de7_ts = kStart;
    Outbox out{records, 0, 0, effects, 0};
    engine.process({&sign_on, 1}, kStart, out);
}

void Workload::restart() noexcept
{
    number_ = 0;
}

Command Workload::purchase(std::uint64_t number) const
{
    auto const& card = cards_[random_of(number) % cards_.size()];
    Command command{};
    command.kind = CommandKind::financial;
    command.mti = 200;
    command.has = has_rrn | has_terminal | has_amount | has_pan | has_currency;
    command.currency = iso8583::kDemoCurrency;
    command.participant = 1;
    command.amount = static_cast<std::int64_t>(1 + random_of(number + 7) % 100);
    command.acquirer = iso8583::kDemoAcquirerId;
    command.stan = static_cast<std::uint32_t>(number % 1'000'000);
    command.de7_ts = kStart + number / 1'000'000 * kNanosPerSecond;
    std::memcpy(command.pan, card.pan, sizeof command.pan);
    command.pan_h0 = card.pan_h0;
    command.pan_h1 = card.pan_h1;
    char text[13];
    std::snprintf(text, sizeof text, "%012llu", static_cast<unsigned long long>(number));
    std::memcpy(command.rrn, text, sizeof command.rrn);
    std::memcpy(command.terminal, "TERM0001", sizeof command.terminal);
    std::memcpy(command.merchant, "MERCHANT0000001", sizeof command.merchant);
    auto const key =
        hash_.dup_key(command.acquirer, command.terminal, 2, command.stan, command.de7_ts);
    command.dup_k0 = key.k0;
    command.dup_k1 = key.k1;
    auto const second = hash_.second_key(command.acquirer, command.terminal, command.rrn);
    command.key2_k0 = second.k0;
    command.key2_k1 = second.k1;
    command.fingerprint =
        hash_.fingerprint(command.pan, command.amount, command.currency, command.proc_code);
    return command;
}

std::span<Command const> Workload::next_batch()
{
    for (auto& command : batch_) {
        auto const number = number_++;
        auto const is_repeat =
            number > 1000 && random_of(number + 3) % 100 < shape_.duplicates_percent;
        command = purchase(is_repeat ? random_of(number + 5) % number : number);
        if (is_repeat) command.mti = 201;
    }
    return batch_;
}

}  // namespace turnout::engine::bench
