// Genesis: master data as records, in an order in which each refers only to what is there already:
// the switch's own accounts per currency, products, participants with their positions, accounts
// with their opening balances, cards.
#include "switch/engine/master_data.hpp"
#include "switch/engine/record_builder.hpp"

#include <algorithm>
#include <stdexcept>

namespace turnout::engine {

namespace {

void must(ApplyErrc result, std::string const& what)
{
    if (result == ApplyErrc::ok) return;
    throw std::runtime_error(what + " is refused: " + std::string{meaning(result)});
}

struct NewAccount {
    Id128 id;
    ledger::Kind kind;
    std::uint16_t currency;
    std::int64_t credit_limit = 0;
    std::uint8_t flags = 0;
    std::uint16_t product = 0;
};

std::uint32_t create(Engine::State& state, UnixNanos wall_ns, Outbox& out,
                     NewAccount const& account, std::string const& what)
{
    RecordBuilder builder{state, out, record::Type::account_create, state.next_ts(wall_ns), 0};
    builder.append(AccountPayload{account.id.lo, account.id.hi, account.credit_limit,
                                  account.currency, static_cast<std::uint8_t>(account.kind),
                                  account.flags, account.product, 0});
    must(builder.try_commit(), what);
    return state.ledger.count() - 1;
}

// A positive balance comes from bank:<currency>, a negative one goes there.
void open_balance(Engine::State& state, UnixNanos wall_ns, Outbox& out, std::uint32_t account,
                  std::int64_t balance, std::string const& what)
{
    using record::Effect;
    if (balance == 0) return;
    if (balance == INT64_MIN) throw std::runtime_error(what + " is refused: balance out of range");
    auto const currency = state.ledger[account].currency;
    auto const bank = state.ledger.book(currency)->bank;
    auto const amount = balance > 0 ? balance : -balance;
    auto const payer = balance > 0 ? bank : account;
    auto const payee = balance > 0 ? account : bank;
    RecordBuilder builder{state, out, record::Type::post, state.next_ts(wall_ns), 0};
    auto& context = builder.context();
    context.requested = context.decided = amount;
    context.currency = currency;
    context.config_version = state.config.config_version;
    context.business_day = state.day_of(state.next_ts(wall_ns)).yyyymmdd;
    if (!builder.add_leg(payer, Effect::debit_post, record::Role::opening, amount) ||
        !builder.add_leg(payee, Effect::credit_post, record::Role::opening, amount))
        throw std::runtime_error(what + " is refused: the opening balances of currency " +
                                 std::to_string(currency) + " do not fit 64 bits");
    must(builder.try_commit(), what);
}

template <std::size_t N>
void copy_name(char (&to)[N], std::string const& from) noexcept
{
    std::memcpy(to, from.data(), std::min(N - 1, from.size()));
}

std::vector<std::uint16_t> currencies_of(MasterData const& data)
{
    std::vector<std::uint16_t> currencies;
    for (auto const& participant : data.participants)
        currencies.insert(currencies.end(), participant.currencies.begin(),
                          participant.currencies.end());
    for (auto const& account : data.accounts)
        currencies.push_back(account.currency);
    std::sort(currencies.begin(), currencies.end());
    currencies.erase(std::unique(currencies.begin(), currencies.end()), currencies.end());
    return currencies;
}

// The largest item: a participant with all its positions.
constexpr std::size_t kItemBytesMax = (limits::currencies_max + 1) * limits::record_bytes_max;

}  // namespace

Genesis::Genesis(MasterData const& data, Random random)
    : data_(data), random_(random), currencies_(currencies_of(data))
{
    account_positions_.reserve(data.accounts.size());
}

std::size_t Genesis::stage_size() const noexcept
{
    switch (stage_) {
        case Stage::currencies:
            return currencies_.size();
        case Stage::products:
            return data_.products.size();
        case Stage::participants:
            return data_.participants.size();
        case Stage::accounts:
            return data_.accounts.size();
        case Stage::cards:
            return data_.cards.size();
        case Stage::done:
            return 0;
    }
    return 0;
}

Id128 Genesis::new_id() const
{
    Id128 id;
    while (id.is_none())
        random_(&id, sizeof id);
    return id;
}

bool Genesis::next(Engine& engine, UnixNanos wall_ns, Outbox& out)
{
    auto worked = false;
    while (stage_ != Stage::done && out.records.size() - out.record_bytes >= kItemBytesMax) {
        if (index_ == stage_size()) {
            stage_ = static_cast<Stage>(static_cast<unsigned>(stage_) + 1);
            index_ = 0;
            continue;
        }
        step(engine, wall_ns, out);
        ++index_;
        worked = true;
    }
    return worked || stage_ != Stage::done;
}

void Genesis::step(Engine& engine, UnixNanos wall_ns, Outbox& out)
{
    auto& state = engine.state();
    switch (stage_) {
        case Stage::currencies: {
            auto const currency = currencies_[index_];
            auto const what = "currency " + std::to_string(currency);
            create(state, wall_ns, out, {new_id(), ledger::Kind::bank, currency}, what);
            create(state, wall_ns, out, {new_id(), ledger::Kind::suspense, currency}, what);
            return;
        }
        case Stage::products: {
            auto const& product = data_.products[index_];
            ProductPayload payload{
                product.id, product.over_capture_percent, 0, product.hold_expires_s, {}};
            copy_name(payload.name, product.name);
            RecordBuilder builder{state, out, record::Type::product, state.next_ts(wall_ns), 0};
            builder.append(payload);
            return must(builder.try_commit(), "product " + product.name);
        }
        case Stage::participants: {
            auto const& participant = data_.participants[index_];
            auto const what = "participant " + participant.name;
            std::vector<PositionPayload> positions;
            for (auto const currency : participant.currencies) {
                auto const id = new_id();
                create(state, wall_ns, out, {id, ledger::Kind::position, currency}, what);
                positions.push_back({id.lo, id.hi});
            }
            if (positions.size() > limits::currencies_max)
                throw std::runtime_error(what + " is refused: too many currencies");
            ParticipantPayload payload{participant.id,
                                       static_cast<std::uint32_t>(positions.size()),
                                       participant.acquirer_id,
                                       {}};
            copy_name(payload.name, participant.name);
            RecordBuilder builder{state, out, record::Type::participant, state.next_ts(wall_ns), 0};
            builder.append(payload);
            for (auto const& position : positions)
                builder.append(position);
            return must(builder.try_commit(), what);
        }
        case Stage::accounts: {
            auto const& account = data_.accounts[index_];
            auto const what = "account " + account.name;
            auto const at = create(state, wall_ns, out,
                                   {new_id(), ledger::Kind::customer, account.currency,
                                    account.credit_limit, account.flags, account.product},
                                   what);
            account_positions_.push_back(at);
            return open_balance(state, wall_ns, out, at, account.opening_balance, what);
        }
        case Stage::cards: {
            auto const& card = data_.cards[index_];
            auto const& account = state.ledger[account_positions_.at(card.account)];
            auto const id = new_id();
            CardPayload payload{
                id.lo, id.hi, account.id_lo, account.id_hi, {}, card.expiry_yymm, card.status, {}};
            std::memcpy(payload.pan, card.pan, sizeof payload.pan);
            RecordBuilder builder{state, out, record::Type::card, state.next_ts(wall_ns), 0};
            builder.append(payload);
            return must(builder.try_commit(), "card number " + std::to_string(index_ + 1));
        }
        case Stage::done:
            return;
    }
}

}  // namespace turnout::engine
