// Requests in flight: what their answers repeat, as it lay on the wire, and where the answer goes.
// One table per loop, its size is the loop's credit. A slot is wiped when it is given back because
// it holds the PAN.
#pragma once
#include "protocol/iso8583/message_view.hpp"
#include "protocol/wire/header.hpp"
#include "switch/base/ids.hpp"
#include "switch/base/limits.hpp"

#include <array>
#include <memory>
#include <optional>

namespace turnout::net {

inline constexpr std::size_t kEchoFieldsMax = 16;

// Echoed fields in ascending order, each with its length prefix.
struct EchoFields {
    struct Field {
        std::uint8_t de;
        std::uint8_t bytes;
    };
    iso8583::Mti mti;               // of the request
    std::uint8_t account_type = 0;  // DE 3, digits 3 and 4, for DE 54
    std::uint8_t count = 0;
    std::uint16_t used_bytes = 0;
    std::array<Field, kEchoFieldsMax> fields{};
    std::array<std::byte, limits::echo_bytes_max> bytes;  // only used_bytes are meaningful
    std::uint8_t header_bytes = 0;                        // of the message header (TPDU, ...)
    std::array<std::byte, wire::kMessageHeaderBytesMax> header;

    // Copies what the answer to `view`, which came with `request_header`, repeats
    // (docs/formats/wire.md). A field that does not fit is left out; with the dialects that exist
    // none can be.
    void copy(iso8583::MessageView const& view, ByteView request_header = {}) noexcept;
    // Overwrites every copied byte, in a way that no optimiser removes.
    void wipe() noexcept;
};

struct EchoSlot {
    SessionRef session;
    std::uint32_t generation = 0;
    std::uint32_t next_free = 0;
    bool in_use = false;
    EchoFields echo;
    // What the answer can take at most, header included: reserved in the session's output.
    [[nodiscard]] std::uint32_t answer_bytes_max() const noexcept
    {
        return static_cast<std::uint32_t>(echo.used_bytes + limits::answer_own_bytes_max);
    }
};

class EchoSlots {
public:
    explicit EchoSlots(std::uint32_t slots);

    [[nodiscard]] std::uint32_t free_count() const noexcept { return free_count_; }
    [[nodiscard]] std::uint32_t in_use_count() const noexcept { return slots_count_ - free_count_; }
    // Index of a slot that is the caller's until release(); nullopt when all are in flight.
    [[nodiscard]] std::optional<std::uint32_t> claim() noexcept;
    // The slot of an effect; nullptr when the generation is not the one it was claimed with.
    [[nodiscard]] EchoSlot* find(std::uint32_t index, std::uint32_t generation) noexcept;
    [[nodiscard]] EchoSlot& at(std::uint32_t index) noexcept { return slots_[index]; }
    // Wipes and gives back.
    void release(std::uint32_t index) noexcept;

private:
    std::unique_ptr<EchoSlot[]> slots_;
    std::uint32_t slots_count_;
    std::uint32_t free_count_;
    std::uint32_t first_free_ = 0;
};

}  // namespace turnout::net
