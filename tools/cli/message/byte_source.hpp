// Bytes of a file, a pipe or a memory block, read front to back in large pieces through one buffer
// of fixed size: what is not consumed stays, so that an input can be looked at before it is read.
// Not thread-safe. Never holds more than its buffer.
#pragma once
#include "protocol/core/bytes.hpp"
#include "protocol/core/result.hpp"

#include <memory>
#include <string>

namespace turnout::cli::message {

inline constexpr std::size_t kSourceBufferBytes = std::size_t{1} << 20U;

class ByteSource {
public:
    // "-" is standard input. The error is a text for people that names the file.
    [[nodiscard]] static Result<std::unique_ptr<ByteSource>, std::string> open(
        std::string const& path);
    // Reads from memory, which outlives the source.
    explicit ByteSource(ByteView memory) noexcept;
    ByteSource(ByteSource const&) = delete;
    ByteSource& operator=(ByteSource const&) = delete;
    ~ByteSource();

    // Bytes at hand that are not consumed yet; valid until fill().
    [[nodiscard]] ByteView window() const noexcept { return {data_ + begin_, end_ - begin_}; }
    // Offset of the window's first byte from the start of the input.
    [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
    // Nothing can be added to the window any more.
    [[nodiscard]] bool ended() const noexcept { return ended_; }
    // A read failed: errno, or 0. The input then ends.
    [[nodiscard]] int error() const noexcept { return error_; }

    // `bytes` is at most the size of the window.
    void consume(std::size_t bytes) noexcept
    {
        begin_ += bytes;
        offset_ += bytes;
    }
    // Adds bytes to the window; false when there are none, or the buffer is full.
    bool fill() noexcept;

private:
    ByteSource(int fd, bool owns) noexcept;

    std::unique_ptr<std::byte[]> buffer_;  // empty when reading from memory
    std::byte const* data_ = nullptr;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::uint64_t offset_ = 0;
    int fd_ = -1;
    int error_ = 0;
    bool owns_ = false;
    bool ended_ = false;
};

}  // namespace turnout::cli::message
