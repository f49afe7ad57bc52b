// Memory for one pending asynchronous operation, inside the object that starts it, so that waiting
// for a socket allocates nothing. One owner, one loop; one operation at a time per memory.
#pragma once
#include <cstddef>
#include <new>

namespace turnout::net {

class HandlerMemory {
public:
    HandlerMemory() = default;
    HandlerMemory(HandlerMemory const&) = delete;
    HandlerMemory& operator=(HandlerMemory const&) = delete;

    [[nodiscard]] void* allocate(std::size_t bytes)
    {
        if (used_ || bytes > sizeof storage_) return ::operator new(bytes);
        used_ = true;
        return storage_;
    }
    void deallocate(void* memory) noexcept
    {
        if (memory == storage_)
            used_ = false;
        else
            ::operator delete(memory);
    }

private:
    alignas(std::max_align_t) std::byte storage_[256];
    bool used_ = false;
};

// What Asio asks a handler for (Allocator requirements).
template <class T>
class HandlerAllocator {
public:
    using value_type = T;
    explicit HandlerAllocator(HandlerMemory& memory) noexcept : memory_(&memory) {}
    template <class U>
    HandlerAllocator(HandlerAllocator<U> const& other) noexcept : memory_(other.memory_)
    {
    }
    [[nodiscard]] T* allocate(std::size_t count)
    {
        return static_cast<T*>(memory_->allocate(count * sizeof(T)));
    }
    void deallocate(T* memory, std::size_t) noexcept { memory_->deallocate(memory); }
    friend bool operator==(HandlerAllocator const& a, HandlerAllocator const& b) noexcept
    {
        return a.memory_ == b.memory_;
    }

private:
    template <class U>
    friend class HandlerAllocator;
    HandlerMemory* memory_;
};

}  // namespace turnout::net
