#include "tools/loadgen/socket.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace turnout::loadgen {

static std::uint64_t read_clock(clockid_t id) noexcept
{
    timespec now{};
    ::clock_gettime(id, &now);
    return static_cast<std::uint64_t>(now.tv_sec) * kNanosPerSecond +
           static_cast<std::uint64_t>(now.tv_nsec);
}

std::uint64_t monotonic_ns() noexcept
{
    return read_clock(CLOCK_MONOTONIC);
}

std::uint64_t wall_ns() noexcept
{
    return read_clock(CLOCK_REALTIME);
}

static bool wait_for(int fd, short events, std::uint64_t timeout_ns) noexcept
{
    auto const deadline = monotonic_ns() + timeout_ns;
    for (;;) {
        auto const now = monotonic_ns();
        auto const left_ms = now >= deadline ? 0 : (deadline - now + 999'999) / 1'000'000;
        pollfd entry{fd, events, 0};
        auto const n = ::poll(&entry, 1, static_cast<int>(left_ms));
        if (n > 0) return true;
        if (n == 0 || errno != EINTR) return false;
    }
}

static int connect_one(addrinfo const& address, std::uint64_t timeout_ns, int& error) noexcept
{
    auto const fd = ::socket(address.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        error = errno;
        return -1;
    }
    error = 0;
    if (::connect(fd, address.ai_addr, address.ai_addrlen) != 0) error = errno;
    if (error == EINPROGRESS) {
        socklen_t length = sizeof error;
        error = ETIMEDOUT;
        if (wait_for(fd, POLLOUT, timeout_ns))
            (void)::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
    }
    if (error != 0) {
        ::close(fd);
        return -1;
    }
    // Without it small batches wait for acknowledgements of the ones before.
    int const on = 1;
    (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

int connect_tcp(Endpoint const& target, std::uint64_t timeout_ns, std::string& error)
{
    auto const name = target.host + ":" + std::to_string(target.port);
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICSERV;
    addrinfo* found = nullptr;
    auto const rc =
        ::getaddrinfo(target.host.c_str(), std::to_string(target.port).c_str(), &hints, &found);
    if (rc != 0) {
        error = "cannot resolve " + name + ": " + ::gai_strerror(rc);
        return -1;
    }
    int fd = -1, code = 0;
    for (auto const* at = found; at != nullptr && fd < 0; at = at->ai_next)
        fd = connect_one(*at, timeout_ns, code);
    ::freeaddrinfo(found);
    if (fd < 0) error = "cannot connect to " + name + ": " + std::strerror(code);
    return fd;
}

bool send_all(int fd, ByteView bytes, std::uint64_t timeout_ns) noexcept
{
    while (!bytes.empty()) {
        auto const n = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (n > 0) {
            bytes = bytes.subspan(static_cast<std::size_t>(n));
            continue;
        }
        if (n < 0 && errno == EINTR) continue;
        if (n < 0 && errno != EAGAIN) return false;
        if (!wait_for(fd, POLLOUT, timeout_ns)) return false;
    }
    return true;
}

std::ptrdiff_t read_some(int fd, std::vector<std::byte>& in, std::uint64_t timeout_ns) noexcept
{
    std::array<std::byte, 16'384> chunk;
    for (;;) {
        if (!wait_for(fd, POLLIN, timeout_ns)) return -1;
        auto const n = ::recv(fd, chunk.data(), chunk.size(), 0);
        if (n < 0 && (errno == EAGAIN || errno == EINTR)) continue;
        if (n <= 0) return 0;
        in.insert(in.end(), chunk.data(), chunk.data() + n);
        return n;
    }
}

}  // namespace turnout::loadgen
