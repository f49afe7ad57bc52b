// The log of a run that tests compare with the journal: one JSON line per message that was answered
// or given up, never with a PAN. Keys: docs/operations/load-testing.md. One thread owns it; a
// buffer of fixed size goes to the file when it is full (the write blocks: recording costs pacing).
#pragma once
#include "tools/loadgen/answer_reader.hpp"
#include "tools/loadgen/in_flight.hpp"

#include <memory>
#include <string>

namespace turnout::loadgen {

class Recorder {
public:
    // nullptr and `error` filled when the file cannot be created.
    [[nodiscard]] static std::unique_ptr<Recorder> create(std::string const& path,
                                                          std::string& error);
    ~Recorder();
    Recorder(Recorder const&) = delete;
    Recorder& operator=(Recorder const&) = delete;

    // `answer` nullptr: given up. `late`: answered after it had been given up (a second line).
    void add(Slot const& slot, Identity const& identity, Answer const* answer, bool late,
             std::uint64_t wall_offset_ns) noexcept;
    // False when a write failed; the file is then incomplete.
    [[nodiscard]] bool flush() noexcept;

private:
    static constexpr std::size_t kBufferBytes = 1U << 20U;
    static constexpr std::size_t kLineBytesMax = 320;
    explicit Recorder(int fd) : buffer_(std::make_unique<char[]>(kBufferBytes)), fd_(fd) {}

    std::unique_ptr<char[]> buffer_;
    std::size_t used_ = 0;
    int fd_;
    bool failed_ = false;
};

}  // namespace turnout::loadgen
