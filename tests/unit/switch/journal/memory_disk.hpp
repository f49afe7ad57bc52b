// A disk in memory that knows what is on stable storage and what only was written, so that tests
// can cut the power at any operation, lose any subset of unsynced sectors, and fail any operation.
// Any thread.
#pragma once
#include "switch/journal/disk.hpp"
#include "switch/journal/layout.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace turnout::journal::test {

struct MemoryFile {
    std::vector<std::byte> durable;
    // Written since the last sync, in order.
    struct Write {
        std::uint64_t offset;
        std::vector<std::byte> bytes;
    };
    std::vector<Write> unsynced;

    [[nodiscard]] std::vector<std::byte> content() const;
};

enum class Fault { write_eio, write_short, write_enospc, sync_eio };

// Decides whether a sector (numbered through all unsynced writes) survives a power cut.
using KeepSector = std::function<bool(std::size_t sector)>;

class MemoryDisk final : public Disk {
public:
    // What a machine finds after a power cut now: durable names and bytes, and of each unsynced
    // write the sectors that `keep` chooses.
    [[nodiscard]] std::shared_ptr<MemoryDisk> after_power_cut(KeepSector const& keep) const;

    // Called before each write, sync and rename, without a lock held; numbered from 0.
    std::function<void(std::size_t operation)> on_operation;
    // Fails operation number `operation` of those that `fault` can hit (writes or syncs), once.
    void fail_at(Fault fault, std::size_t operation);
    [[nodiscard]] bool has_failed() const;
    // Writes and syncs on the failed file after its failure: must stay 0.
    [[nodiscard]] std::size_t touched_after_failure() const;

    // Direct access to a file's bytes, durable at once.
    [[nodiscard]] std::vector<std::byte> read(std::string const& path) const;
    void write(std::string const& path, std::vector<std::byte> const& content);
    [[nodiscard]] bool exists(std::string const& path) const;

    [[nodiscard]] std::unique_ptr<File> open(std::string const& path, OpenMode mode,
                                             int& error) override;
    [[nodiscard]] int rename(std::string const& from, std::string const& to) override;
    [[nodiscard]] int remove(std::string const& path) override;
    [[nodiscard]] int sync_directory(std::string const& directory) override;
    [[nodiscard]] int create_directory(std::string const& directory) override;
    [[nodiscard]] std::vector<std::string> list(std::string const& directory, int& error) override;
    [[nodiscard]] std::unique_ptr<Lock> lock(std::string const& path, int& error) override;
    [[nodiscard]] bool is_volatile(std::string const&) override { return false; }

private:
    friend class MemoryFileHandle;
    using Names = std::map<std::string, std::shared_ptr<MemoryFile>>;
    [[nodiscard]] IoResult write_to(std::shared_ptr<MemoryFile> const& file, ByteView bytes,
                                    std::uint64_t offset, bool write_sync);
    [[nodiscard]] int sync(std::shared_ptr<MemoryFile> const& file);
    void before_operation();
    [[nodiscard]] bool fails(std::shared_ptr<MemoryFile> const& file, bool is_sync);

    mutable std::mutex mutex_;
    Names names_;
    Names durable_names_;
    std::map<std::string, bool> locked_;
    std::size_t operations_ = 0;
    bool fault_set_ = false;
    Fault fault_ = Fault::write_eio;
    std::size_t fault_in_ = 0;
    std::shared_ptr<MemoryFile> failed_;
    std::size_t touched_after_failure_ = 0;
};

}  // namespace turnout::journal::test
