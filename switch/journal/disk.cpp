#include "switch/journal/disk.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

namespace turnout::journal {

std::string describe_errno(int error)
{
    return std::generic_category().message(error);
}

std::string describe(IoResult result, std::size_t wanted)
{
    if (result.error != 0) return describe_errno(result.error);
    return "short transfer (" + std::to_string(result.bytes) + " of " + std::to_string(wanted) +
           " bytes)";
}

namespace {

class SystemFile final : public File {
public:
    explicit SystemFile(int fd) noexcept : fd_(fd) {}
    ~SystemFile() override { ::close(fd_); }
    SystemFile(SystemFile const&) = delete;
    SystemFile& operator=(SystemFile const&) = delete;

    [[nodiscard]] IoResult pwrite(ByteView bytes, std::uint64_t offset) noexcept override
    {
        auto const put = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
        if (put < 0) return {errno, 0};
        return {0, static_cast<std::size_t>(put)};
    }

    [[nodiscard]] IoResult pread(ByteSpan out, std::uint64_t offset) noexcept override
    {
        std::size_t have = 0;
        while (have < out.size()) {
            auto const got = ::pread(fd_, out.data() + have, out.size() - have,
                                     static_cast<off_t>(offset + have));
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) return {errno, have};
            if (got == 0) break;
            have += static_cast<std::size_t>(got);
        }
        return {0, have};
    }

    [[nodiscard]] int sync() noexcept override { return ::fdatasync(fd_) == 0 ? 0 : errno; }

    [[nodiscard]] std::uint64_t size_bytes() noexcept override
    {
        struct stat about {};
        return ::fstat(fd_, &about) == 0 ? static_cast<std::uint64_t>(about.st_size) : 0;
    }

private:
    int fd_;
};

class SystemLock final : public Disk::Lock {
public:
    explicit SystemLock(int fd) noexcept : fd_(fd) {}
    ~SystemLock() override { ::close(fd_); }  // closing releases it
    SystemLock(SystemLock const&) = delete;
    SystemLock& operator=(SystemLock const&) = delete;

private:
    int fd_;
};

}  // namespace

std::unique_ptr<File> SystemDisk::open(std::string const& path, OpenMode mode, int& error)
{
    auto flags = O_CLOEXEC | O_NOFOLLOW | (mode.write ? O_RDWR : O_RDONLY);
    if (mode.create) flags |= O_CREAT | O_EXCL;
    if (mode.write_sync) flags |= O_DSYNC;
    auto fd = ::open(path.c_str(), flags | O_DIRECT, 0600);
    if (fd < 0 && errno == EINVAL && mode.create) {
        // The kernel may have created the file before it refused the flag; it is empty and ours.
        ::unlink(path.c_str());
        errno = EINVAL;
    }
    if (fd < 0 && errno == EINVAL && allow_buffered_) fd = ::open(path.c_str(), flags, 0600);
    error = fd < 0 ? errno : 0;
    if (fd < 0) return nullptr;
    return std::make_unique<SystemFile>(fd);
}

int SystemDisk::rename(std::string const& from, std::string const& to)
{
    return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

int SystemDisk::remove(std::string const& path)
{
    return ::unlink(path.c_str()) == 0 ? 0 : errno;
}

int SystemDisk::sync_directory(std::string const& directory)
{
    auto const fd = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return errno;
    auto const error = ::fsync(fd) == 0 ? 0 : errno;
    ::close(fd);
    return error;
}

int SystemDisk::create_directory(std::string const& directory)
{
    std::error_code failed;
    std::filesystem::create_directories(directory, failed);
    return failed.value();
}

std::vector<std::string> SystemDisk::list(std::string const& directory, int& error)
{
    std::vector<std::string> names;
    std::error_code failed;
    std::filesystem::directory_iterator at(directory, failed);
    for (; !failed && at != std::filesystem::directory_iterator(); at.increment(failed))
        names.push_back(at->path().filename().string());
    error = failed.value();
    std::sort(names.begin(), names.end());
    return names;
}

std::unique_ptr<Disk::Lock> SystemDisk::lock(std::string const& path, int& error)
{
    auto const fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0 || ::flock(fd, LOCK_EX | LOCK_NB) != 0) {
        error = errno;
        if (fd >= 0) ::close(fd);
        return nullptr;
    }
    error = 0;
    return std::make_unique<SystemLock>(fd);
}

bool SystemDisk::is_volatile(std::string const& directory)
{
    struct statfs about {};
    if (::statfs(directory.c_str(), &about) != 0) return false;
    auto const type = static_cast<unsigned long>(about.f_type);
    return type == TMPFS_MAGIC || type == RAMFS_MAGIC;
}

}  // namespace turnout::journal
