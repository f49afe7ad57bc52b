#include "net_fixture.hpp"

#include "protocol/core/check.hpp"

#include <algorithm>
#include <chrono>
#include <cstring>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace turnout::net::testing {

Fields purchase(unsigned stan)
{
    auto digits = std::to_string(stan);
    digits.insert(0, 6 - digits.size(), '0');
    return {{2, "9999010000000017"},
            {3, "000000"},
            {4, "000000001000"},
            {7, kNowDe7},
            {11, digits},
            {37, "000000" + digits},
            {41, "TERM0001"},
            {42, "MERCHANT0000001"},
            {49, "978"}};
}

Fields with(Fields fields, Fields const& changes)
{
    for (auto const& [de, value] : changes) {
        if (value.empty())
            fields.erase(de);
        else
            fields[de] = value;
    }
    return fields;
}

std::vector<std::byte> encode(unsigned mti, Fields const& fields, iso8583::Dialect const& dialect)
{
    std::vector<std::byte> out(2048);
    auto const secondary = !fields.empty() && fields.rbegin()->first > 64;
    iso8583::MessageBuilder builder(dialect, out, iso8583::Mti{static_cast<std::uint16_t>(mti)},
                                    secondary);
    for (auto const& [de, value] : fields)
        builder.text(de, value);
    auto const bytes = builder.finish();
    TURNOUT_CHECK(bytes.has_value(), "the test's message can be built");
    out.resize(*bytes);
    return out;
}

std::vector<std::byte> framed(std::vector<std::byte> const& body)
{
    std::vector<std::byte> out(2 + body.size());
    store_be16(out.data(), static_cast<std::uint16_t>(body.size()));
    std::copy(body.begin(), body.end(), out.begin() + 2);
    return out;
}

std::string text_of(iso8583::MessageView const& view, unsigned de)
{
    char text[1024];
    auto const count = view.text(de, text);
    return count.has_value() ? std::string(text, *count) : std::string();
}

KeyedHash test_hash()
{
    KeyedHash::Secret durable;
    KeyedHash::Secret boot;
    for (std::size_t index = 0; index < durable.size(); ++index) {
        durable[index] = static_cast<std::byte>(index * 37 + 11);
        boot[index] = static_cast<std::byte>(index * 101 + 3);
    }
    return {durable, boot};
}

Link test_link()
{
    Link link;
    link.name = "shop";
    link.participant = 7;
    link.acquirer_id = 100'001;
    link.also_acquirers = {100'002};
    link.blocks = {*parse_address_block("127.0.0.0/8")};
    return link;
}

void FakeEngine::record(engine::Outbox& out) noexcept
{
    ++last_seq;
    out.record_bytes += record_bytes;
    out.last_seq = last_seq;
}

void FakeEngine::process(std::span<engine::Command const> batch, UnixNanos wall_ns,
                         engine::Outbox& out) noexcept
{
    seen_wall_ns = wall_ns;
    for (auto const& command : batch) {
        ++commands_seen;
        if (keep_commands) commands.push_back(command);
        record(out);
        engine::Effect effect{};
        effect.seq = last_seq;
        effect.kind = engine::EffectKind::answer;
        effect.echo_slot = command.echo_slot;
        effect.echo_generation = command.echo_generation;
        std::memcpy(effect.rc, "00", 2);
        std::memcpy(effect.approval, "123456", 6);
        if (decide) decide(command, effect);
        out.effects[out.effect_count++] = effect;
    }
}

void FakeEngine::checkpoint(UnixNanos wall_ns, engine::Outbox& out) noexcept
{
    seen_wall_ns = wall_ns;
    ++checkpoints;
    record(out);
}

bool FakeJournal::append(ByteView records, Sequence last_seq) noexcept
{
    if (records.size() > room) return false;
    appended_bytes += records.size();
    appended_seq.store(last_seq, std::memory_order_release);
    if (durable_at_once) make_durable();
    return true;
}

void FakeJournal::make_durable() noexcept
{
    durable_seq_.store(appended_seq.load(std::memory_order_acquire), std::memory_order_release);
    for (auto* sleeper : sleepers)
        sleeper->wake();
}

Client::Client(std::uint16_t port, int receive_bytes) : fd_(::socket(AF_INET, SOCK_STREAM, 0))
{
    TURNOUT_CHECK(fd_ >= 0, "a socket can be had");
    if (receive_bytes != 0)
        ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_bytes, sizeof receive_bytes);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    sockaddr generic;
    std::memcpy(&generic, &address, sizeof generic);
    auto const connected = ::connect(fd_, &generic, sizeof generic);
    TURNOUT_CHECK(connected == 0, "the loop listens");
    ::fcntl(fd_, F_SETFL, O_NONBLOCK);
    int const on = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

Client::~Client()
{
    if (fd_ >= 0) ::close(fd_);
}

std::size_t Client::send(ByteView bytes)
{
    auto const sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    return sent > 0 ? static_cast<std::size_t>(sent) : 0;
}

void Client::end_writing()
{
    ::shutdown(fd_, SHUT_WR);
}

void Client::receive()
{
    std::byte chunk[16 * 1024];
    while (!closed_) {
        auto const got = ::recv(fd_, chunk, sizeof chunk, 0);
        if (got > 0) {
            buffer_.insert(buffer_.end(), chunk, chunk + got);
            continue;
        }
        closed_ = got == 0 || (errno != EAGAIN && errno != EINTR);
        break;
    }
    std::size_t at = 0;
    while (buffer_.size() - at >= 2) {
        auto const bytes = load_be16(buffer_.data() + at);
        if (buffer_.size() - at - 2 < bytes) break;
        auto const start = buffer_.begin() + static_cast<std::ptrdiff_t>(at + 2);
        frames.emplace_back(start, start + bytes);
        at += 2U + bytes;
    }
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(at));
}

LoopHarness::LoopHarness(std::function<void(ListenerConfig&)> const& change,
                         std::uint32_t in_flight_max, bool own_link)
{
    shared.config.name = "pos";
    shared.config.dialect = &iso8583::dialect_1987_binary();
    shared.config.connections_max = 64;
    if (change) change(shared.config);
    if (own_link) links.push_back(test_link());
    LoopParts parts;
    parts.in_flight_max = in_flight_max;
    parts.listeners = {&shared};
    parts.links = &links;
    parts.hash = &hash;
    parts.clock = &clock;
    parts.gate = &gate;
    parts.durable_seq = &journal.durable_seq();
    parts.counters = &counters;
    loop = std::make_unique<CoreLoop>(parts);
    loop->open_listeners();
    loop->begin();
}

bool LoopHarness::turn_until(std::function<bool()> const& done)
{
    auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(2);
    while (!done()) {
        if (std::chrono::steady_clock::now() > end) return false;
        loop->turn();
    }
    return true;
}

void LoopHarness::turns(unsigned count)
{
    for (unsigned turn = 0; turn < count; ++turn)
        loop->turn();
}

}  // namespace turnout::net::testing
