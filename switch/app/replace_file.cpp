#include "switch/app/replace_file.hpp"

#include "switch/app/startup_error.hpp"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

namespace turnout::app {

static bool write_new(std::string const& path, std::string_view content) noexcept
{
    ::unlink(path.c_str());  // left by a crash, or put there by somebody
    auto const file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                             S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH);
    if (file < 0) return false;
    while (!content.empty()) {
        auto const put = ::write(file, content.data(), content.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) break;
        content.remove_prefix(static_cast<std::size_t>(put));
    }
    auto const saved = errno;
    auto const closed = ::close(file) == 0;
    if (!content.empty()) errno = saved;
    return content.empty() && closed;
}

void replace_file(std::string const& path, std::string_view content)
{
    auto const temporary = fmt::format("{}.{}", path, ::getpid());
    if (write_new(temporary, content) && std::rename(temporary.c_str(), path.c_str()) == 0) return;
    auto const error = errno;
    ::unlink(temporary.c_str());
    throw StartupError(kExitIo, fmt::format("cannot write {}: {}", path, std::strerror(error)));
}

}  // namespace turnout::app
