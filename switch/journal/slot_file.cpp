#include "switch/journal/slot_file.hpp"

#include "protocol/core/crc32c.hpp"

#include <algorithm>
#include <cerrno>

namespace turnout::journal {

namespace {

template <class Page>
std::uint32_t checksum(Page const& page) noexcept
{
    return crc32c(std::as_bytes(std::span(&page, 1)).first(kPageCrcAt));
}

template <class Page>
void seal_as(Page& page, char const (&magic)[8]) noexcept
{
    std::copy(std::begin(magic), std::end(magic), page.magic);
    page.version = kPageVersion;
    page.crc32c = checksum(page);
}

template <class Page>
bool is_valid_as(Page const& page, char const (&magic)[8]) noexcept
{
    return std::equal(std::begin(magic), std::end(magic), page.magic) &&
           page.version == kPageVersion && page.crc32c == checksum(page);
}

// What makes one slot newer than the other.
std::uint64_t order_of(Control const& page) noexcept
{
    return page.generation;
}
std::uint64_t order_of(Witness const& page) noexcept
{
    return page.last_seq;
}

OpenError io_error(std::string const& path, char const* operation, std::string const& cause)
{
    return {70,
            path + ": " + operation + " failed: " + cause + "; check the disk, then start again"};
}

}  // namespace

void seal(Control& page) noexcept
{
    seal_as(page, kControlMagic);
}
void seal(Witness& page) noexcept
{
    seal_as(page, kWitnessMagic);
}
void seal(SegmentHeader& page) noexcept
{
    seal_as(page, kSegmentMagic);
}
bool is_valid(Control const& page) noexcept
{
    return is_valid_as(page, kControlMagic);
}
bool is_valid(Witness const& page) noexcept
{
    return is_valid_as(page, kWitnessMagic);
}
bool is_valid(SegmentHeader const& page) noexcept
{
    return is_valid_as(page, kSegmentMagic);
}

template <class Page>
SlotFile<Page>::SlotFile(std::string path, std::unique_ptr<File> file)
    : path_(std::move(path)), file_(std::move(file))
{
}

template <class Page>
std::optional<OpenError> SlotFile<Page>::create(Disk& disk, std::string const& directory,
                                                std::string const& name, Page first)
{
    auto const path = directory + "/" + name;
    auto const temporary = path + ".tmp";
    [[maybe_unused]] auto const removed = disk.remove(temporary);  // left by a crash, or not there
    int error = 0;
    auto const file = disk.open(temporary, {.write = true, .create = true}, error);
    if (file == nullptr && error == EINVAL)
        return OpenError{78, temporary +
                                 ": this file system refuses direct I/O (O_DIRECT), which "
                                 "durability rests on; put the data directory on ext4 or XFS"};
    if (file == nullptr) return io_error(temporary, "create", describe_errno(error));
    seal(first);
    AlignedBuffer pages(2 * kPageBytes);
    store(pages.data(), first);
    store(pages.data() + kPageBytes, first);
    auto const put = file->pwrite(pages.span(), 0);
    if (!put.is_complete(pages.size()))
        return io_error(temporary, "write", describe(put, pages.size()));
    if ((error = file->sync()) != 0) return io_error(temporary, "sync", describe_errno(error));
    if ((error = disk.rename(temporary, path)) != 0)
        return io_error(path, "rename", describe_errno(error));
    if ((error = disk.sync_directory(directory)) != 0)
        return io_error(directory, "sync", describe_errno(error));
    return {};
}

template <class Page>
Result<SlotFile<Page>, OpenError> SlotFile<Page>::open(Disk& disk, std::string const& path,
                                                       bool write)
{
    int error = 0;
    auto file = disk.open(path, {.write = write}, error);
    if (file == nullptr && error == EINVAL)
        return OpenError{78, path +
                                 ": this file system refuses direct I/O (O_DIRECT), which "
                                 "durability rests on; put the data directory on ext4 or XFS"};
    if (file == nullptr && error != ENOENT) return io_error(path, "open", describe_errno(error));
    SlotFile slots(path, std::move(file));
    if (slots.file_ != nullptr) {
        auto const got = slots.file_->pread(slots.pages_.span(), 0);
        if (got.error != 0) return io_error(path, "read", describe_errno(got.error));
    }
    auto const first = slots.slot(0);
    auto const second = slots.slot(1);
    slots.next_slot_ = first && (!second || order_of(*first) > order_of(*second)) ? 1 : 0;
    return slots;
}

template <class Page>
std::optional<Page> SlotFile<Page>::slot(unsigned index) const noexcept
{
    auto const page = load<Page>(pages_.data() + index * kPageBytes);
    if (!is_valid(page)) return {};
    return page;
}

template <class Page>
std::optional<Page> SlotFile<Page>::newest() const noexcept
{
    auto const first = slot(0);
    auto const second = slot(1);
    if (!first || !second) return first ? first : second;
    return order_of(*first) > order_of(*second) ? first : second;
}

template <class Page>
char const* SlotFile<Page>::write(Page page) noexcept
{
    seal(page);
    auto const offset = next_slot_ * kPageBytes;
    auto const slot_bytes = pages_.span().subspan(offset, kPageBytes);
    store(slot_bytes.data(), page);
    next_slot_ ^= 1U;
    failure_ = file_->pwrite(slot_bytes, offset);
    if (!failure_.is_complete(kPageBytes)) return "write";
    failure_ = {file_->sync(), kPageBytes};
    if (failure_.error != 0) return "sync";
    return nullptr;
}

template <class Page>
std::string SlotFile<Page>::error() const
{
    return describe(failure_, kPageBytes);
}

template class SlotFile<Control>;
template class SlotFile<Witness>;

}  // namespace turnout::journal
