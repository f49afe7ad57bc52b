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
ByteView authentic_part(Page const& page) noexcept
{
    return std::as_bytes(std::span(&page, 1)).first(kPageMacAt);
}

template <class Page>
void begin_page(Page& page, char const (&magic)[8]) noexcept
{
    std::copy(std::begin(magic), std::end(magic), page.magic);
    page.version = kPageVersion;
}

template <class Page>
bool is_whole(Page const& page, char const (&magic)[8]) noexcept
{
    return std::equal(std::begin(magic), std::end(magic), page.magic) &&
           page.version == kPageVersion && page.crc32c == checksum(page);
}

template <class Page>
void seal_as(Page& page, char const (&magic)[8], security::PageMac& mac) noexcept
{
    begin_page(page, magic);
    page.mac = mac.of(authentic_part(page));
    page.crc32c = checksum(page);
}

template <class Page>
PageState state_as(Page const& page, char const (&magic)[8], security::PageMac& mac) noexcept
{
    if (!is_whole(page, magic)) return PageState::unreadable;
    return mac.is_right(authentic_part(page), page.mac) ? PageState::valid : PageState::forged;
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
    return {kExitIo,
            path + ": " + operation + " failed: " + cause + "; check the disk, then start again"};
}

OpenError no_direct_io(std::string const& path)
{
    return {kExitRefused, path +
                              ": this file system refuses direct I/O (O_DIRECT), which durability "
                              "rests on; put the data directory on ext4 or XFS"};
}

}  // namespace

void seal(Control& page, security::PageMac& mac) noexcept
{
    seal_as(page, kControlMagic, mac);
}
void seal(Witness& page, security::PageMac& mac) noexcept
{
    seal_as(page, kWitnessMagic, mac);
}
void seal(SegmentHeader& page) noexcept
{
    begin_page(page, kSegmentMagic);
    page.crc32c = checksum(page);
}
PageState state_of(Control const& page, security::PageMac& mac) noexcept
{
    return state_as(page, kControlMagic, mac);
}
PageState state_of(Witness const& page, security::PageMac& mac) noexcept
{
    return state_as(page, kWitnessMagic, mac);
}
bool is_valid(SegmentHeader const& page) noexcept
{
    return is_whole(page, kSegmentMagic);
}

template <class Page>
SlotFile<Page>::SlotFile(std::string path, std::unique_ptr<File> file,
                         std::unique_ptr<security::PageMac> mac)
    : path_(std::move(path)), file_(std::move(file)), mac_(std::move(mac))
{
}

template <class Page>
std::optional<OpenError> SlotFile<Page>::create(Disk& disk, std::string const& directory,
                                                std::string const& name, Page first,
                                                security::PageMac& mac)
{
    auto const path = directory + "/" + name;
    auto const temporary = path + ".tmp";
    [[maybe_unused]] auto const removed = disk.remove(temporary);  // left by a crash, or not there
    int error = 0;
    auto const file = disk.open(temporary, {.write = true, .create = true}, error);
    if (file == nullptr && error == EINVAL) return no_direct_io(temporary);
    if (file == nullptr) return io_error(temporary, "create", describe_errno(error));
    seal(first, mac);
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
                                                       bool write,
                                                       std::unique_ptr<security::PageMac> mac)
{
    int error = 0;
    auto file = disk.open(path, {.write = write}, error);
    if (file == nullptr && error == EINVAL) return no_direct_io(path);
    if (file == nullptr && error != ENOENT) return io_error(path, "open", describe_errno(error));
    SlotFile slots(path, std::move(file), std::move(mac));
    if (slots.file_ != nullptr)
        if (auto failed = slots.read_slots()) return *failed;
    return slots;
}

template <class Page>
std::optional<OpenError> SlotFile<Page>::read_slots()
{
    auto const got = file_->pread(pages_.span(), 0);
    if (got.error != 0) return io_error(path_, "read", describe_errno(got.error));
    for (auto const index : {0U, 1U}) {
        auto const found = page(index);
        auto const state = state_of(found, *mac_);
        if (state == PageState::forged)
            return OpenError{kExitRefused,
                             path_ + ": page " + std::to_string(index) +
                                 " is whole but not authentic: changed by somebody without "
                                 "the keys, or keys.bin is of another journal; restore both "
                                 "from one backup"};
        if (state != PageState::valid) continue;
        if (newest_ && order_of(*newest_) >= order_of(found)) continue;
        newest_ = found;
        next_slot_ = index ^ 1U;
    }
    return {};
}

template <class Page>
Page SlotFile<Page>::page(unsigned index) const noexcept
{
    return load<Page>(pages_.data() + index * kPageBytes);
}

template <class Page>
char const* SlotFile<Page>::write(Page page) noexcept
{
    seal(page, *mac_);
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
