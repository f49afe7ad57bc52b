#include "switch/net/echo_slots.hpp"

#include "protocol/core/check.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace turnout::net {

static constexpr std::uint64_t field_bits(auto... de) noexcept
{
    return ((std::uint64_t{1} << (de & 63U)) | ...);
}
static constexpr std::uint64_t kEchoedLow =
    field_bits(2U, 3U, 4U, 7U, 11U, 12U, 13U, 32U, 33U, 37U, 41U, 42U, 49U);
static constexpr unsigned kNetworkClass = 8;
static constexpr unsigned kReversalClass = 4;
static_assert(std::popcount(kEchoedLow) + 1 <= int{kEchoFieldsMax});

void EchoFields::copy(iso8583::MessageView const& view, ByteView request_header) noexcept
{
    // Framing accepted the header: it is never longer than the longest.
    header_bytes = static_cast<std::uint8_t>(std::min(request_header.size(), header.size()));
    if (header_bytes != 0) std::memcpy(header.data(), request_header.data(), header_bytes);
    count = 0;
    used_bytes = 0;
    mti = view.mti();
    account_type = 0;
    auto const add = [&](unsigned de) noexcept {
        auto const wire = view.wire(de);
        if (wire.size() > 255 || wire.size() > bytes.size() - used_bytes) return;
        std::memcpy(bytes.data() + used_bytes, wire.data(), wire.size());
        fields[count++] = {static_cast<std::uint8_t>(de), static_cast<std::uint8_t>(wire.size())};
        used_bytes = static_cast<std::uint16_t>(used_bytes + wire.size());
    };
    for (auto bits = view.present_word(0) & kEchoedLow; bits != 0; bits &= bits - 1)
        add(static_cast<unsigned>(std::countr_zero(bits)));
    if (mti.message_class() == kNetworkClass && view.has(70)) add(70);
    if (mti.message_class() == kReversalClass && view.has(90)) add(90);
    if (auto const code = view.number(3); code.has_value())
        account_type = static_cast<std::uint8_t>(*code / 100 % 100);
}

void EchoFields::wipe() noexcept
{
    explicit_bzero(bytes.data(), used_bytes);
    used_bytes = 0;
    count = 0;
}

EchoSlots::EchoSlots(std::uint32_t slots)
    : slots_(new EchoSlot[slots]), slots_count_(slots), free_count_(slots)
{
    for (std::uint32_t index = 0; index < slots; ++index)
        slots_[index].next_free = index + 1;
}

std::optional<std::uint32_t> EchoSlots::claim() noexcept
{
    if (free_count_ == 0) return std::nullopt;
    auto const index = first_free_;
    auto& slot = slots_[index];
    first_free_ = slot.next_free;
    --free_count_;
    slot.in_use = true;
    return index;
}

EchoSlot* EchoSlots::find(std::uint32_t index, std::uint32_t generation) noexcept
{
    if (index >= slots_count_) return nullptr;
    auto& slot = slots_[index];
    return slot.in_use && slot.generation == generation ? &slot : nullptr;
}

void EchoSlots::release(std::uint32_t index) noexcept
{
    auto& slot = slots_[index];
    TURNOUT_CHECK(slot.in_use, "an echo slot is given back once");
    slot.echo.wipe();
    slot.in_use = false;
    ++slot.generation;
    // Last in, first out: the slot is still in the cache.
    slot.next_free = first_free_;
    first_free_ = index;
    ++free_count_;
}

}  // namespace turnout::net
