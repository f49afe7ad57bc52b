#include "tools/cli/message/byte_source.hpp"

#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace turnout::cli::message {

ByteSource::ByteSource(int fd, bool owns) noexcept
    : buffer_(new std::byte[kSourceBufferBytes]), data_(buffer_.get()), fd_(fd), owns_(owns)
{
}

ByteSource::ByteSource(ByteView memory) noexcept
    : data_(memory.data()), end_(memory.size()), ended_(true)
{
}

ByteSource::~ByteSource()
{
    if (owns_) ::close(fd_);
}

Result<std::unique_ptr<ByteSource>, std::string> ByteSource::open(std::string const& path)
{
    if (path == "-") return std::unique_ptr<ByteSource>(new ByteSource(STDIN_FILENO, false));
    auto const fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return "cannot read '" + path + "': " + std::strerror(errno);
    auto source = std::unique_ptr<ByteSource>(new ByteSource(fd, true));
    // A directory opens but cannot be read: say so now, not in the middle.
    if (!source->fill() && source->error() != 0)
        return "cannot read '" + path + "': " + std::strerror(source->error());
    return source;
}

bool ByteSource::fill() noexcept
{
    if (ended_) return false;
    if (begin_ > 0) {
        std::memmove(buffer_.get(), buffer_.get() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (end_ == kSourceBufferBytes) return false;
    for (;;) {
        auto const got = ::read(fd_, buffer_.get() + end_, kSourceBufferBytes - end_);
        if (got > 0) {
            end_ += static_cast<std::size_t>(got);
            return true;
        }
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) error_ = errno;
        ended_ = true;
        return false;
    }
}

}  // namespace turnout::cli::message
