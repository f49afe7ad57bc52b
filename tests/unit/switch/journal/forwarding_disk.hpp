// A disk that hands every operation on to another one: a test's disk derives from it and overrides
// the operation that it counts or fails. Owns the disk below. Any thread, if the one below is.
#pragma once
#include "switch/journal/disk.hpp"

#include <utility>

namespace turnout::journal::test {

template <class Below>
class ForwardingDisk : public Disk {
public:
    template <class... Args>
    explicit ForwardingDisk(Args&&... args) : below_(std::forward<Args>(args)...)
    {
    }
    [[nodiscard]] std::unique_ptr<File> open(std::string const& path, OpenMode mode,
                                             int& error) override
    {
        return below_.open(path, mode, error);
    }
    [[nodiscard]] int rename(std::string const& from, std::string const& to) override
    {
        return below_.rename(from, to);
    }
    [[nodiscard]] int remove(std::string const& path) override { return below_.remove(path); }
    [[nodiscard]] int sync_directory(std::string const& path) override
    {
        return below_.sync_directory(path);
    }
    [[nodiscard]] int create_directory(std::string const& path) override
    {
        return below_.create_directory(path);
    }
    [[nodiscard]] std::vector<std::string> list(std::string const& path, int& error) override
    {
        return below_.list(path, error);
    }
    [[nodiscard]] std::unique_ptr<Lock> lock(std::string const& path, int& error) override
    {
        return below_.lock(path, error);
    }
    [[nodiscard]] bool is_volatile(std::string const& path) override
    {
        return below_.is_volatile(path);
    }

private:
    Below below_;
};

}  // namespace turnout::journal::test
