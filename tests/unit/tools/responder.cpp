#include "tests/unit/tools/responder.hpp"

#include "protocol/iso8583/message_builder.hpp"
#include "protocol/iso8583/message_view.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace turnout::test {

Responder::Responder(Behaviour const& behaviour) : behaviour_(behaviour)
{
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    auto* const raw = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, raw, length) != 0 || ::listen(listener_, 128) != 0 ||
        ::getsockname(listener_, raw, &length) != 0)
        throw std::runtime_error("no listener on the loopback interface");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { run(); });
}

Responder::~Responder()
{
    stop();
    ::close(listener_);
}

void Responder::stop()
{
    stopping_ = true;
    if (thread_.joinable()) thread_.join();
}

void Responder::close_all()
{
    for (auto const& connection : connections_)
        ::close(connection.fd);
    connections_.clear();
}

void Responder::run()
{
    while (!stopping_) {
        std::vector<pollfd> polls{{listener_, POLLIN, 0}};
        for (auto const& connection : connections_)
            polls.push_back({connection.fd, POLLIN, 0});
        if (::poll(polls.data(), polls.size(), 5) <= 0) continue;
        for (std::size_t i = 1; i < polls.size(); ++i)
            if (polls[i].revents != 0) serve(connections_[i - 1]);
        std::erase_if(connections_, [](Connection const& c) { return c.fd < 0; });
        if ((polls[0].revents & POLLIN) != 0) {
            auto const fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            int const on = 1;
            (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
            if (fd >= 0) connections_.push_back({fd, {}});
        }
        if (behaviour_.close_after != 0 && requests >= behaviour_.close_after && !closed_once_) {
            closed_once_ = true;
            close_all();
        }
    }
    close_all();
}

void Responder::serve(Connection& connection)
{
    std::array<std::byte, 65'536> chunk;
    auto const n = ::recv(connection.fd, chunk.data(), chunk.size(), 0);
    if (n <= 0) {
        ::close(connection.fd);
        connection.fd = -1;
        return;
    }
    connection.in.insert(connection.in.end(), chunk.data(), chunk.data() + n);
    std::size_t at = 0;
    for (;;) {
        auto const frame =
            wire::peek_frame(behaviour_.framing, ByteView(connection.in).subspan(at), 8'192);
        if (frame.status != wire::FrameStatus::complete) break;
        answer(connection, at + frame.header_bytes, frame.body_bytes);
        at += frame.frame_bytes;
    }
    connection.in.erase(connection.in.begin(),
                        connection.in.begin() + static_cast<std::ptrdiff_t>(at));
}

void Responder::answer(Connection& connection, std::size_t at, std::size_t bytes)
{
    static constexpr std::array<unsigned, 10> kBefore{2, 3, 4, 7, 11, 12, 13, 32, 33, 37};
    iso8583::MessageView view;
    if (!view.decode(*behaviour_.dialect, ByteView(connection.in).subspan(at, bytes)).ok()) {
        ++undecodable;
        return;
    }
    auto const is_network = view.mti().message_class() == 8;
    auto const of = [&](unsigned de) { return std::string(as_text(view.value(de))); };
    if (is_network) {
        ++sign_ons;
    } else {
        ++requests;
        ++by_mti[view.mti().value];
        auto const repeated =
            !seen_.insert(of(41) + of(11) + of(7) + std::to_string(view.mti().message_class()))
                 .second;
        repeated_keys += static_cast<std::uint64_t>(repeated);
        std::array<char, 64> text{};
        if (auto const length = view.text(90, text); length.has_value())
            originals.insert(std::string(text.data(), *length));
        auto const stan = view.number(11), de7 = view.number(7);
        keys.insert(std::to_string(view.mti().value) + "/" +
                    std::to_string(stan.has_value() ? *stan : 0) + "/" +
                    std::to_string(de7.has_value() ? *de7 : 0) + "/" + of(37));
    }
    auto const is_nth = [&](unsigned every) {
        return !is_network && every != 0 && requests % every == 0;
    };
    if (is_nth(behaviour_.silent_every)) return;
    if (behaviour_.delay_ms != 0 && !is_network)
        std::this_thread::sleep_for(std::chrono::milliseconds(behaviour_.delay_ms));
    std::array<std::byte, 1'024> out{};
    auto const header = wire::frame_header_bytes(behaviour_.framing);
    iso8583::MessageBuilder builder(*behaviour_.dialect, ByteSpan(out).subspan(header),
                                    view.mti().answer(), view.has(70) || view.has(90));
    for (auto const de : kBefore) {
        if (de == 37 && behaviour_.wrong_rrn && view.has(de))
            builder.text(37, "WRONG0000000");
        else if (view.has(de))
            builder.wire(de, view.wire(de));
    }
    auto const declined = is_nth(behaviour_.decline_every);
    if (!declined && !is_network) builder.text(38, "A12345");
    builder.text(39, is_network ? behaviour_.sign_on_code
                     : declined ? behaviour_.decline_code
                                : std::string("00"));
    for (auto const de : {41U, 42U, 49U, 70U, 90U})
        if (view.has(de)) builder.wire(de, view.wire(de));
    auto const built = builder.finish();
    if (!built.has_value()) return;
    auto const frame_bytes = wire::write_frame(behaviour_.framing, {}, out, *built);
    for (auto times = is_nth(behaviour_.twice_every) ? 2 : 1; times > 0; --times)
        (void)::send(connection.fd, out.data(), frame_bytes, MSG_NOSIGNAL);
}

}  // namespace turnout::test
