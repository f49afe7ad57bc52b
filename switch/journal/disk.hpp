// The disk as a port: what the journal does to files and nothing more, so that tests can fail each
// operation and a simulator can replace the disk. Files may be used by one thread at a time.
#pragma once
#include "protocol/core/bytes.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace turnout::journal {

// error: an errno value, 0 = none. A transfer is good only if all bytes moved.
struct IoResult {
    int error = 0;
    std::size_t bytes = 0;
    [[nodiscard]] bool is_complete(std::size_t wanted) const noexcept
    {
        return error == 0 && bytes == wanted;
    }
};

// What went wrong, for messages: the text of the error, or "short transfer (n of m bytes)".
[[nodiscard]] std::string describe(IoResult result, std::size_t wanted);
[[nodiscard]] std::string describe_errno(int error);

class File {
public:
    virtual ~File() = default;
    // One system call; a short write is the caller's failure, never continued.
    [[nodiscard]] virtual IoResult pwrite(ByteView bytes, std::uint64_t offset) noexcept = 0;
    // Reads until `out` is full, the file ends or an error comes.
    [[nodiscard]] virtual IoResult pread(ByteSpan out, std::uint64_t offset) noexcept = 0;
    // Everything written is on stable storage when it returns 0, else an errno value.
    [[nodiscard]] virtual int sync() noexcept = 0;
    [[nodiscard]] virtual std::uint64_t size_bytes() noexcept = 0;
};

struct OpenMode {
    bool write = false;
    bool create = false;      // must not exist yet; mode 0600
    bool write_sync = false;  // each write is durable when it returns (O_DSYNC)
};

class Disk {
public:
    virtual ~Disk() = default;
    // nullptr and an errno value. EINVAL: the file system refuses direct I/O.
    [[nodiscard]] virtual std::unique_ptr<File> open(std::string const& path, OpenMode mode,
                                                     int& error) = 0;
    // An errno value, 0 = done. rename replaces; the directory must be synced to keep any of them.
    [[nodiscard]] virtual int rename(std::string const& from, std::string const& to) = 0;
    [[nodiscard]] virtual int remove(std::string const& path) = 0;
    [[nodiscard]] virtual int sync_directory(std::string const& directory) = 0;
    [[nodiscard]] virtual int create_directory(std::string const& directory) = 0;
    // Names in a directory, sorted; `error` 0 or an errno value.
    [[nodiscard]] virtual std::vector<std::string> list(std::string const& directory,
                                                        int& error) = 0;
    // An exclusive lock that lives as long as the object and dies with the process; nullptr with
    // EWOULDBLOCK when somebody else has it.
    class Lock {
    public:
        virtual ~Lock() = default;
    };
    [[nodiscard]] virtual std::unique_ptr<Lock> lock(std::string const& path, int& error) = 0;
    // True when a power cut loses everything there (tmpfs, ramfs).
    [[nodiscard]] virtual bool is_volatile(std::string const& directory) = 0;
};

// The machine's file system. Opens with O_DIRECT; where that is refused, buffered when
// `allow_buffered`, else the open fails with EINVAL.
class SystemDisk final : public Disk {
public:
    explicit SystemDisk(bool allow_buffered) noexcept : allow_buffered_(allow_buffered) {}
    [[nodiscard]] std::unique_ptr<File> open(std::string const& path, OpenMode mode,
                                             int& error) override;
    [[nodiscard]] int rename(std::string const& from, std::string const& to) override;
    [[nodiscard]] int remove(std::string const& path) override;
    [[nodiscard]] int sync_directory(std::string const& directory) override;
    [[nodiscard]] int create_directory(std::string const& directory) override;
    [[nodiscard]] std::vector<std::string> list(std::string const& directory, int& error) override;
    [[nodiscard]] std::unique_ptr<Lock> lock(std::string const& path, int& error) override;
    [[nodiscard]] bool is_volatile(std::string const& directory) override;

private:
    bool allow_buffered_;
};

}  // namespace turnout::journal
