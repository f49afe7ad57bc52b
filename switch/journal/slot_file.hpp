// A file of two 4 KiB pages written in turn (CONTROL, tail.witness): a write that a power cut tears
// leaves the other page, the newest valid one counts. Used by one thread at a time.
#pragma once
#include "protocol/core/result.hpp"
#include "switch/journal/aligned_buffer.hpp"
#include "switch/journal/disk.hpp"
#include "switch/journal/journal.hpp"
#include "switch/journal/layout.hpp"

#include <memory>
#include <optional>
#include <string>

namespace turnout::journal {

inline constexpr char kControlName[] = "CONTROL";
inline constexpr char kWitnessName[] = "tail.witness";

// Fills in magic, version and checksum.
void seal(Control& page) noexcept;
void seal(Witness& page) noexcept;
void seal(SegmentHeader& page) noexcept;
[[nodiscard]] bool is_valid(Control const& page) noexcept;
[[nodiscard]] bool is_valid(Witness const& page) noexcept;
[[nodiscard]] bool is_valid(SegmentHeader const& page) noexcept;

template <class Page>
class SlotFile {
public:
    // Creates `directory`/`name` with `first` in both slots, durable when it returns; replaces a
    // file of that name. nullopt, or why not.
    [[nodiscard]] static std::optional<OpenError> create(Disk& disk, std::string const& directory,
                                                         std::string const& name, Page first);
    // Opens and reads both slots. A missing or short file is no error here: it has no newest().
    [[nodiscard]] static Result<SlotFile, OpenError> open(Disk& disk, std::string const& path,
                                                          bool write);

    // The newest valid slot; nullopt when none is readable.
    [[nodiscard]] std::optional<Page> newest() const noexcept;
    // Seals `page` and writes it over the older slot, then syncs: durable when nullptr comes back,
    // else a static text that names the failed operation, with `error()` for the cause. The file
    // must not be used any more after a failure.
    [[nodiscard]] char const* write(Page page) noexcept;
    [[nodiscard]] std::string error() const;
    [[nodiscard]] std::string const& path() const noexcept { return path_; }

private:
    SlotFile(std::string path, std::unique_ptr<File> file);
    [[nodiscard]] std::optional<Page> slot(unsigned index) const noexcept;

    std::string path_;
    std::unique_ptr<File> file_;
    AlignedBuffer pages_{2 * kPageBytes};
    unsigned next_slot_ = 0;
    IoResult failure_{};
};

extern template class SlotFile<Control>;
extern template class SlotFile<Witness>;
using ControlFile = SlotFile<Control>;
using WitnessFile = SlotFile<Witness>;

}  // namespace turnout::journal
