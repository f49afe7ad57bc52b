// Secrets in memory and on screen: a holder that is wiped when it dies and cannot be printed or
// copied by accident, and the one way a PAN may be shown (first six, last four).
#pragma once
#include "protocol/core/bytes.hpp"

#include <string>
#include <utility>

namespace turnout {

// Overwrites with zeros in a way that the compiler must not drop.
void wipe(ByteSpan bytes) noexcept;

// The PAN with everything between the first six and last four digits replaced by '*'. Shorter than
// 13 digits: all but the last four (none below eight), so that never more than that is shown.
// Allocates; for logs and tools.
[[nodiscard]] std::string mask_pan(std::string_view pan);

// As many '*' as the value has characters, at most 16: shows that there is something, not what.
[[nodiscard]] std::string mask_all(std::string_view value);

// Holds a trivially copyable secret (a key, a PIN block, clear track data). Moving wipes the
// source; there is no copy, no comparison and no stream operator. Read it with reveal(), next to
// the use: that word is what reviews and the log checks look for.
template <class T>
requires std::is_trivially_copyable_v<T>
class Sensitive {
public:
    Sensitive() noexcept : value_{} {}
    explicit Sensitive(T const& value) noexcept : value_(value) {}
    Sensitive(Sensitive const&) = delete;
    Sensitive& operator=(Sensitive const&) = delete;
    Sensitive(Sensitive&& other) noexcept : value_(other.value_) { other.clear(); }
    Sensitive& operator=(Sensitive&& other) noexcept
    {
        if (this != &other) {
            value_ = other.value_;
            other.clear();
        }
        return *this;
    }
    ~Sensitive() { clear(); }

    [[nodiscard]] T const& reveal() const noexcept { return value_; }
    [[nodiscard]] T& reveal() noexcept { return value_; }
    void clear() noexcept { wipe(std::as_writable_bytes(std::span{&value_, 1})); }

private:
    T value_;
};

}  // namespace turnout
