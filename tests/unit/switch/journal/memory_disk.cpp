#include "tests/unit/switch/journal/memory_disk.hpp"

#include <algorithm>
#include <cerrno>

namespace turnout::journal::test {

static void apply(std::vector<std::byte>& to, std::uint64_t offset, ByteView bytes)
{
    if (to.size() < offset + bytes.size()) to.resize(offset + bytes.size());
    std::copy(bytes.begin(), bytes.end(), to.begin() + static_cast<std::ptrdiff_t>(offset));
}

std::vector<std::byte> MemoryFile::content() const
{
    auto all = durable;
    for (auto const& write : unsynced)
        apply(all, write.offset, write.bytes);
    return all;
}

class MemoryFileHandle final : public File {
public:
    MemoryFileHandle(MemoryDisk& disk, std::shared_ptr<MemoryFile> file, OpenMode mode)
        : disk_(disk), file_(std::move(file)), mode_(mode)
    {
    }
    [[nodiscard]] IoResult pwrite(ByteView bytes, std::uint64_t offset) noexcept override
    {
        if (!mode_.write) return {EBADF, 0};
        return disk_.write_to(file_, bytes, offset, mode_.write_sync);
    }
    [[nodiscard]] IoResult pread(ByteSpan out, std::uint64_t offset) noexcept override
    {
        std::lock_guard const lock(disk_.mutex_);
        auto const all = file_->unsynced.empty() ? ByteView(file_->durable) : fresh();
        if (offset >= all.size()) return {0, 0};
        auto const bytes = std::min<std::size_t>(out.size(), all.size() - offset);
        std::copy_n(all.begin() + static_cast<std::ptrdiff_t>(offset), bytes, out.begin());
        return {0, bytes};
    }
    [[nodiscard]] int sync() noexcept override { return disk_.sync(file_); }
    [[nodiscard]] std::uint64_t size_bytes() noexcept override
    {
        std::lock_guard const lock(disk_.mutex_);
        return file_->content().size();
    }

private:
    ByteView fresh()
    {
        scratch_ = file_->content();
        return scratch_;
    }
    MemoryDisk& disk_;
    std::shared_ptr<MemoryFile> file_;
    OpenMode mode_;
    std::vector<std::byte> scratch_;
};

namespace {

class MemoryLock final : public Disk::Lock {
public:
    explicit MemoryLock(bool& held) : held_(held) { held_ = true; }
    ~MemoryLock() override { held_ = false; }
    MemoryLock(MemoryLock const&) = delete;
    MemoryLock& operator=(MemoryLock const&) = delete;

private:
    bool& held_;
};

}  // namespace

std::shared_ptr<MemoryDisk> MemoryDisk::after_power_cut(KeepSector const& keep) const
{
    std::lock_guard const lock(mutex_);
    auto after = std::make_shared<MemoryDisk>();
    std::size_t sector = 0;
    for (auto const& [path, file] : durable_names_) {
        auto copy = std::make_shared<MemoryFile>();
        copy->durable = file->durable;
        for (auto const& write : file->unsynced)
            for (std::size_t at = 0; at < write.bytes.size(); at += kSectorBytes) {
                auto const bytes = std::min(kSectorBytes, write.bytes.size() - at);
                // A file whose size was not synced keeps no bytes beyond it.
                if (keep(sector++) && write.offset + at + bytes <= copy->durable.size())
                    apply(copy->durable, write.offset + at,
                          ByteView(write.bytes).subspan(at, bytes));
            }
        after->names_[path] = copy;
    }
    after->durable_names_ = after->names_;
    return after;
}

void MemoryDisk::fail_at(Fault fault, std::size_t operation)
{
    std::lock_guard const lock(mutex_);
    fault_set_ = true;
    fault_ = fault;
    fault_in_ = operation;
}

bool MemoryDisk::has_failed() const
{
    std::lock_guard const lock(mutex_);
    return failed_ != nullptr;
}

std::size_t MemoryDisk::touched_after_failure() const
{
    std::lock_guard const lock(mutex_);
    return touched_after_failure_;
}

std::vector<std::byte> MemoryDisk::read(std::string const& path) const
{
    std::lock_guard const lock(mutex_);
    auto const found = names_.find(path);
    return found == names_.end() ? std::vector<std::byte>() : found->second->content();
}

void MemoryDisk::write(std::string const& path, std::vector<std::byte> const& content)
{
    std::lock_guard const lock(mutex_);
    auto file = std::make_shared<MemoryFile>();
    file->durable = content;
    names_[path] = file;
    durable_names_[path] = file;
}

bool MemoryDisk::exists(std::string const& path) const
{
    std::lock_guard const lock(mutex_);
    return names_.contains(path);
}

void MemoryDisk::before_operation()
{
    if (!on_operation) return;
    std::size_t number = 0;
    {
        std::lock_guard const lock(mutex_);
        number = operations_++;
    }
    on_operation(number);
}

bool MemoryDisk::fails(std::shared_ptr<MemoryFile> const& file, bool is_sync)
{
    if (failed_ == file) ++touched_after_failure_;
    if (!fault_set_ || failed_ != nullptr || is_sync != (fault_ == Fault::sync_eio)) return false;
    if (fault_in_-- != 0) return false;
    failed_ = file;
    return true;
}

IoResult MemoryDisk::write_to(std::shared_ptr<MemoryFile> const& file, ByteView bytes,
                              std::uint64_t offset, bool write_sync)
{
    before_operation();
    std::lock_guard const lock(mutex_);
    auto taken = bytes;
    auto const failing = fails(file, false);
    if (failing && fault_ == Fault::write_eio) return {EIO, 0};
    if (failing && fault_ == Fault::write_enospc) return {ENOSPC, 0};
    if (failing) taken = bytes.first(bytes.size() / 2);
    if (write_sync)
        apply(file->durable, offset, taken);
    else
        file->unsynced.push_back({offset, {taken.begin(), taken.end()}});
    return {0, taken.size()};
}

int MemoryDisk::sync(std::shared_ptr<MemoryFile> const& file)
{
    before_operation();
    std::lock_guard const lock(mutex_);
    if (fails(file, true)) {
        // As file systems do: the dirty pages are marked clean and never reach the disk.
        file->unsynced.clear();
        return EIO;
    }
    file->durable = file->content();
    file->unsynced.clear();
    return 0;
}

std::unique_ptr<File> MemoryDisk::open(std::string const& path, OpenMode mode, int& error)
{
    std::lock_guard const lock(mutex_);
    auto const found = names_.find(path);
    error = 0;
    if (mode.create && found != names_.end()) error = EEXIST;
    if (!mode.create && found == names_.end()) error = ENOENT;
    if (error != 0) return nullptr;
    auto& file = names_[path];
    if (mode.create) file = std::make_shared<MemoryFile>();
    return std::make_unique<MemoryFileHandle>(*this, file, mode);
}

int MemoryDisk::rename(std::string const& from, std::string const& to)
{
    before_operation();
    std::lock_guard const lock(mutex_);
    auto const found = names_.find(from);
    if (found == names_.end()) return ENOENT;
    auto file = found->second;
    names_.erase(found);
    names_[to] = file;
    return 0;
}

int MemoryDisk::remove(std::string const& path)
{
    std::lock_guard const lock(mutex_);
    return names_.erase(path) == 1 ? 0 : ENOENT;
}

int MemoryDisk::sync_directory(std::string const&)
{
    before_operation();
    std::lock_guard const lock(mutex_);
    durable_names_ = names_;
    return 0;
}

int MemoryDisk::create_directory(std::string const&)
{
    return 0;
}

std::vector<std::string> MemoryDisk::list(std::string const& directory, int& error)
{
    std::lock_guard const lock(mutex_);
    error = 0;
    std::vector<std::string> found;
    for (auto const& [path, file] : names_)
        if (path.starts_with(directory + "/")) found.push_back(path.substr(directory.size() + 1));
    return found;
}

std::unique_ptr<Disk::Lock> MemoryDisk::lock(std::string const& path, int& error)
{
    std::lock_guard const lock(mutex_);
    auto& held = locked_[path];
    error = held ? EWOULDBLOCK : 0;
    if (held) return nullptr;
    return std::make_unique<MemoryLock>(held);
}

}  // namespace turnout::journal::test
