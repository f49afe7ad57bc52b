#include "switch/base/sleeper.hpp"

#include <cerrno>
#include <cstdint>
#include <system_error>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace turnout {

Sleeper::Sleeper() : fd_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK))
{
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Sleeper::~Sleeper()
{
    ::close(fd_);
}

void Sleeper::block() noexcept
{
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    while (::poll(&waiting, 1, -1) < 0 && errno == EINTR) {
    }
    drain();
}

void Sleeper::drain() noexcept
{
    std::uint64_t count = 0;
    // Non-blocking: an empty counter is fine, somebody else's wake was already consumed.
    [[maybe_unused]] auto const got = ::read(fd_, &count, sizeof count);
    stay_awake();
}

void Sleeper::signal() noexcept
{
    std::uint64_t const one = 1;
    // Cannot fail for our use: the counter would have to reach 2^64 - 1 unread wake-ups.
    [[maybe_unused]] auto const put = ::write(fd_, &one, sizeof one);
}

}  // namespace turnout
