// Memory of the engine's tables: one zeroed mapping per table, taken at start, never grown, left
// out of core dumps because cards lie in it. Large random-access tables ask for huge pages: at a
// million accounts a TLB miss would cost more than the cache miss behind it.
#pragma once
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

namespace turnout::ledger {

enum class Pages : bool { small, huge };
// When the kernel has to find the memory: at the first touch, in the middle of a payment, or now.
enum class Commit : bool { when_touched, at_start };

// Zeroed; throws std::bad_alloc. `bytes` > 0.
[[nodiscard]] void* map_table(std::size_t bytes, Pages pages, Commit commit);
// Wipes nothing: the mapping goes back to the kernel, which zeroes it before anyone else sees it.
void unmap_table(void* memory, std::size_t bytes) noexcept;

// A fixed number of zeroed T. All-zero bytes are a valid T.
template <class T>
requires(std::is_trivially_copyable_v<T>&& std::is_trivially_destructible_v<T>) class TableMemory {
public:
    explicit TableMemory(std::size_t count, Pages pages = Pages::small,
                         Commit commit = Commit::when_touched)
        : data_(static_cast<T*>(map_table(bytes_of(count), pages, commit))), count_(count)
    {
    }
    ~TableMemory() { unmap_table(data_, bytes_of(count_)); }
    TableMemory(TableMemory const&) = delete;

    [[nodiscard]] std::size_t size() const noexcept { return count_; }
    [[nodiscard]] T& operator[](std::size_t index) noexcept { return data_[index]; }
    [[nodiscard]] T const& operator[](std::size_t index) const noexcept { return data_[index]; }
    [[nodiscard]] std::span<T> all() noexcept { return {data_, count_}; }

private:
    static std::size_t bytes_of(std::size_t count)
    {
        if (count == 0 || count > (std::size_t{1} << 46) / sizeof(T)) throw std::bad_alloc{};
        return count * sizeof(T);
    }

    T* data_;
    std::size_t count_;
};

}  // namespace turnout::ledger
