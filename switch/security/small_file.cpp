#include "switch/security/small_file.hpp"

#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace turnout::security {

namespace {

class Descriptor {
public:
    explicit Descriptor(int fd) noexcept : fd_(fd) {}
    ~Descriptor()
    {
        auto const saved = errno;  // the caller reports the first error, not that of close
        if (fd_ >= 0) ::close(fd_);
        errno = saved;
    }
    Descriptor(Descriptor const&) = delete;
    Descriptor& operator=(Descriptor const&) = delete;
    [[nodiscard]] bool ok() const noexcept { return fd_ >= 0; }
    [[nodiscard]] int get() const noexcept { return fd_; }

private:
    int fd_;
};

bool is_private(int fd) noexcept
{
    struct stat about {};
    if (::fstat(fd, &about) != 0) return false;
    auto const ours =
        S_ISREG(about.st_mode) && about.st_uid == ::geteuid() && (about.st_mode & 07177U) == 0;
    if (!ours) errno = EPERM;
    return ours;
}

bool write_all(int fd, ByteView content) noexcept
{
    while (!content.empty()) {
        auto const put = ::write(fd, content.data(), content.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        content = content.subspan(static_cast<std::size_t>(put));
    }
    return true;
}

bool sync_parent(std::string const& path) noexcept
{
    auto const slash = path.rfind('/');
    auto const parent = slash == std::string::npos ? std::string(".") : path.substr(0, slash + 1);
    Descriptor const directory(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory.ok() && ::fsync(directory.get()) == 0;
}

}  // namespace

std::optional<std::vector<std::byte>> read_small_file(std::string const& path,
                                                      std::size_t bytes_max, bool private_only)
{
    Descriptor const file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
    if (!file.ok() || (private_only && !is_private(file.get()))) return {};
    std::vector<std::byte> content(bytes_max + 1);
    std::size_t have = 0;
    while (have < content.size()) {
        auto const got = ::read(file.get(), content.data() + have, content.size() - have);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return {};
        if (got == 0) break;
        have += static_cast<std::size_t>(got);
    }
    if (have > bytes_max) {
        errno = EFBIG;
        return {};
    }
    content.resize(have);
    return content;
}

bool create_small_file(std::string const& path, ByteView content)
{
    auto const temporary = path + ".tmp";
    ::unlink(temporary.c_str());  // left by a crash; it was never in use
    {
        Descriptor const file(
            ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
        if (!file.ok()) return false;
        if (!write_all(file.get(), content) || ::fsync(file.get()) != 0) {
            auto const saved = errno;
            ::unlink(temporary.c_str());
            errno = saved;
            return false;
        }
    }
    // link, not rename: it refuses to replace a file that appeared meanwhile.
    auto const linked = ::link(temporary.c_str(), path.c_str()) == 0;
    auto const saved = errno;
    ::unlink(temporary.c_str());
    errno = saved;
    return linked && sync_parent(path);
}

}  // namespace turnout::security
