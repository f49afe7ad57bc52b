#include "bench/end_to_end/floor_server.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace turnout::bench {
namespace {

constexpr std::size_t kReadBytes = 256 * 1024;
constexpr std::size_t kOutBytes = 1024 * 1024;  // answers of a connection that are not sent yet
constexpr std::uint64_t kTagListener = 0, kTagWake = 1, kTagStop = 2;

[[noreturn]] void fail(char const* what)
{
    throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

// Answers of one connection lie in `out` in the order of their records; `runs` says up to which
// record which bytes wait, so that a durable count becomes a byte count without a look per message.
struct FloorServer::Connection {
    struct Run {
        std::uint64_t first_record;
        std::uint32_t count;
        std::uint32_t answer_bytes;  // of each
    };
    int fd = -1;
    bool blocked = false;  // the socket took no more; epoll says when it does
    bool stalled = false;  // no room in the ring or in `out`; goes on after the next sync
    std::size_t in_used = 0;
    std::size_t out_used = 0;
    std::size_t out_ready = 0;  // durable, from the front of `out`
    std::size_t runs_done = 0;
    std::vector<Run> runs;
    std::vector<std::byte> in = std::vector<std::byte>(kReadBytes);
    std::vector<std::byte> out = std::vector<std::byte>(kOutBytes);
};

FloorServer::FloorServer(CannedAnswers const& answers, FloorJournal* journal, std::uint16_t port,
                         int wake_fd, int stop_fd)
    : answers_(answers), journal_(journal), wake_fd_(wake_fd), stop_fd_(stop_fd)
{
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) fail("epoll_create1");
    listen_on(port);
    watch(listener_, EPOLLIN, kTagListener);
    watch(wake_fd_, EPOLLIN, kTagWake);
    watch(stop_fd_, EPOLLIN, kTagStop);
}

FloorServer::~FloorServer()
{
    for (auto const& connection : connections_)
        if (connection->fd >= 0) ::close(connection->fd);
    ::close(listener_);
    ::close(epoll_);
}

void FloorServer::listen_on(std::uint16_t port)
{
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener_ < 0) fail("socket");
    int const on = 1;
    ::setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(port);
    socklen_t bytes = sizeof address;
    auto* const generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, generic, bytes) != 0) fail("bind");
    if (::listen(listener_, 1024) != 0) fail("listen");
    if (::getsockname(listener_, generic, &bytes) != 0) fail("getsockname");
    port_ = ntohs(address.sin_port);
}

void FloorServer::watch(int fd, std::uint32_t events, std::uint64_t tag)
{
    epoll_event event{};
    event.events = events;
    event.data.u64 = tag;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) fail("epoll_ctl");
}

void FloorServer::accept_all()
{
    for (;;) {
        int const fd = ::accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0) return;
        int const on = 1;
        ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        auto connection = std::make_unique<Connection>();
        connection->fd = fd;
        watch(fd, EPOLLIN | EPOLLOUT | EPOLLET, reinterpret_cast<std::uint64_t>(connection.get()));
        connections_.push_back(std::move(connection));
    }
}

// Edge-triggered: reads until the socket has nothing left, taking frames in between.
void FloorServer::receive(Connection& connection)
{
    while (connection.fd >= 0 && !connection.stalled) {
        auto const room = kReadBytes - connection.in_used;
        auto const got = ::recv(connection.fd, &connection.in[connection.in_used], room, 0);
        if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR)) {
            close(connection);
            return;
        }
        if (got < 0 && errno == EAGAIN) return;
        if (got < 0) continue;
        connection.in_used += static_cast<std::size_t>(got);
        take_frames(connection);
        // A short read of a stream socket means that its buffer is empty.
        if (static_cast<std::size_t>(got) < room) return;
    }
}

void FloorServer::take_frames(Connection& connection)
{
    std::size_t at = 0;
    connection.stalled = false;
    while (connection.in_used - at >= kFrameHeaderBytes) {
        auto const* const header = &connection.in[at];
        auto const body_bytes =
            std::to_integer<std::size_t>(header[0]) << 8U | std::to_integer<std::size_t>(header[1]);
        if (connection.in_used - at < kFrameHeaderBytes + body_bytes) break;
        connection.stalled = kOutBytes - connection.out_used < kAnswerBytesMax;
        if (connection.stalled) break;
        std::span<std::byte const> const body{header + kFrameHeaderBytes, body_bytes};
        auto const written = answers_.write(body, &connection.out[connection.out_used]);
        if (written == 0) {
            ++unknown_;
            close(connection);
            return;
        }
        connection.stalled = journal_ != nullptr && !journal_->append(body);
        if (connection.stalled) break;
        auto& runs = connection.runs;
        auto const record = journal_ != nullptr ? journal_->appended() : 0;
        if (!runs.empty() && runs.back().answer_bytes == written &&
            runs.back().first_record + runs.back().count == record) {
            ++runs.back().count;
        } else if (journal_ != nullptr) {
            runs.push_back({record, 1, static_cast<std::uint32_t>(written)});
        }
        connection.out_used += written;
        ++messages_;
        at += kFrameHeaderBytes + body_bytes;
    }
    connection.in_used -= at;
    if (at != 0) std::memmove(connection.in.data(), &connection.in[at], connection.in_used);
    if (journal_ == nullptr) {
        connection.out_ready = connection.out_used;
        send_ready(connection);
    }
}

// Turns the durable count into bytes that may leave, then sends them with one write.
void FloorServer::release(Connection& connection, std::uint64_t durable)
{
    auto& runs = connection.runs;
    while (connection.runs_done < runs.size()) {
        auto& run = runs[connection.runs_done];
        if (run.first_record > durable) break;
        auto const count = std::min<std::uint64_t>(run.count, durable - run.first_record + 1);
        connection.out_ready += count * run.answer_bytes;
        run.first_record += count;
        run.count -= static_cast<std::uint32_t>(count);
        if (run.count != 0) break;
        ++connection.runs_done;
    }
    if (connection.runs_done == runs.size()) {
        runs.clear();
        connection.runs_done = 0;
    }
    send_ready(connection);
}

void FloorServer::send_ready(Connection& connection)
{
    if (connection.fd < 0 || connection.out_ready == 0 || connection.blocked) return;
    auto const sent =
        ::send(connection.fd, connection.out.data(), connection.out_ready, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN && errno != EINTR) {
        close(connection);
        return;
    }
    auto const bytes = sent < 0 ? 0U : static_cast<std::size_t>(sent);
    connection.blocked = bytes < connection.out_ready;
    connection.out_ready -= bytes;
    connection.out_used -= bytes;
    if (bytes != 0 && connection.out_used != 0)
        std::memmove(connection.out.data(), &connection.out[bytes], connection.out_used);
}

void FloorServer::on_durable()
{
    auto const durable = journal_->durable();
    if (durable == released_) return;
    released_ = durable;
    for (auto const& connection : connections_) {
        if (connection->fd < 0) continue;
        release(*connection, durable);
        if (connection->fd >= 0 && connection->stalled) {
            take_frames(*connection);
            receive(*connection);
        }
    }
}

void FloorServer::publish_since(std::uint64_t appended)
{
    if (journal_->appended() != appended) journal_->publish();
}

void FloorServer::close(Connection& connection)
{
    ::close(connection.fd);
    connection.fd = -1;
}

void FloorServer::collect_closed()
{
    std::erase_if(connections_, [](auto const& connection) { return connection->fd < 0; });
}

void FloorServer::handle(std::uint64_t tag, std::uint32_t events)
{
    if (tag == kTagListener) {
        accept_all();
    } else if (tag == kTagWake) {
        std::uint64_t count = 0;
        [[maybe_unused]] auto const got = ::read(wake_fd_, &count, sizeof count);
    } else if (tag == kTagStop) {
        stopping_ = true;
    } else {
        auto& connection = *reinterpret_cast<Connection*>(tag);
        if (connection.fd < 0) return;
        if ((events & EPOLLOUT) != 0) {
            connection.blocked = false;
            send_ready(connection);
        }
        if (connection.fd >= 0 && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
            receive(connection);
    }
}

void FloorServer::run()
{
    std::array<epoll_event, 256> events{};
    while (!stopping_) {
        int timeout_ms = -1;
        if (journal_ != nullptr) {
            // Announce, look again, sleep: a sync between look and sleep must not be missed.
            journal_->announce_sleep();
            if (journal_->durable() != released_) timeout_ms = 0;
        }
        int const count =
            ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
        if (count < 0 && errno != EINTR) fail("epoll_wait");
        if (journal_ != nullptr) journal_->stay_awake();
        auto const before = journal_ != nullptr ? journal_->appended() : 0;
        for (int i = 0; i < count; ++i) {
            auto const& event = events[static_cast<std::size_t>(i)];
            handle(event.data.u64, event.events);
        }
        if (journal_ != nullptr) {
            publish_since(before);
            auto const published = journal_->appended();
            on_durable();
            publish_since(published);
        }
        collect_closed();
    }
}

}  // namespace turnout::bench
