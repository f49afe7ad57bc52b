// A file of two 4 KiB pages written in turn (CONTROL, tail.witness): a write that a power cut tears
// leaves the other page, the newest valid one counts. Each page carries a MAC: whoever can write
// the directory but has no key cannot say that the journal is shorter than it is. Used by one
// thread at a time.
#pragma once
#include "protocol/core/result.hpp"
#include "switch/journal/aligned_buffer.hpp"
#include "switch/journal/disk.hpp"
#include "switch/journal/journal.hpp"
#include "switch/journal/layout.hpp"
#include "switch/security/page_mac.hpp"

#include <memory>
#include <optional>
#include <string>

namespace turnout::journal {

inline constexpr char kControlName[] = "CONTROL";
inline constexpr char kWitnessName[] = "tail.witness";

enum class PageState : std::uint8_t {
    valid,
    unreadable,  // torn, rotten, or never written
    forged,      // written as a whole, but not by somebody who has the keys
};

// Fills in magic, version, MAC (where the page has one) and checksum.
void seal(Control& page, security::PageMac& mac) noexcept;
void seal(Witness& page, security::PageMac& mac) noexcept;
void seal(SegmentHeader& page) noexcept;
[[nodiscard]] PageState state_of(Control const& page, security::PageMac& mac) noexcept;
[[nodiscard]] PageState state_of(Witness const& page, security::PageMac& mac) noexcept;
[[nodiscard]] bool is_valid(SegmentHeader const& page) noexcept;

template <class Page>
class SlotFile {
public:
    // Creates `directory`/`name` with `first` in both slots, durable when it returns; replaces a
    // file of that name. nullopt, or why not.
    [[nodiscard]] static std::optional<OpenError> create(Disk& disk, std::string const& directory,
                                                         std::string const& name, Page first,
                                                         security::PageMac& mac);
    // Opens and reads both slots. A missing or short file is no error here: it has no newest(). A
    // forged slot is one (kExitRefused), whatever the other holds.
    [[nodiscard]] static Result<SlotFile, OpenError> open(Disk& disk, std::string const& path,
                                                          bool write,
                                                          std::unique_ptr<security::PageMac> mac);

    // The newest valid slot that open() found; nullopt when none was readable.
    [[nodiscard]] std::optional<Page> const& newest() const noexcept { return newest_; }
    // Seals `page` and writes it over the older slot, then syncs: durable when nullptr comes back,
    // else a static text that names the failed operation, with `error()` for the cause. The file
    // must not be used any more after a failure.
    [[nodiscard]] char const* write(Page page) noexcept;
    [[nodiscard]] std::string error() const;
    [[nodiscard]] std::string const& path() const noexcept { return path_; }

private:
    SlotFile(std::string path, std::unique_ptr<File> file, std::unique_ptr<security::PageMac> mac);
    [[nodiscard]] std::optional<OpenError> read_slots();
    [[nodiscard]] Page page(unsigned index) const noexcept;

    std::string path_;
    std::unique_ptr<File> file_;
    std::unique_ptr<security::PageMac> mac_;
    AlignedBuffer pages_{2 * kPageBytes};
    std::optional<Page> newest_;  // as read by open()
    unsigned next_slot_ = 0;
    IoResult failure_{};
};

extern template class SlotFile<Control>;
extern template class SlotFile<Witness>;
using ControlFile = SlotFile<Control>;
using WitnessFile = SlotFile<Witness>;

}  // namespace turnout::journal
