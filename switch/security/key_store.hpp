// Keys of one data directory: keys.bin holds them wrapped (AES-256 key wrap with padding, RFC 5649)
// under a key-encryption key that is read from a file elsewhere (mode 0600). Key bytes are wiped on
// destruction and never printed. Start-up only, then read-only from any thread.
#pragma once
#include "protocol/core/bytes.hpp"
#include "protocol/core/result.hpp"
#include "switch/base/keyed_hash.hpp"
#include "switch/security/page_mac.hpp"

#include <memory>
#include <optional>
#include <string>

namespace turnout::security {

struct KeyError {
    std::string text;  // names the file and the remedy, never a key byte
};

class KeyStore {
public:
    using Key256 = std::array<std::byte, 32>;

    // Creates a fresh KEK file (64 hex digits, mode 0600); refuses to overwrite.
    [[nodiscard]] static std::optional<KeyError> create_kek(std::string const& path);
    // Reads the KEK file and forgets it: what is wrong with it, if anything. Changes nothing.
    [[nodiscard]] static std::optional<KeyError> check_kek(std::string const& path);
    // Opens keys.bin in `directory`, creating it with fresh keys when `create` and there is none.
    [[nodiscard]] static Result<std::unique_ptr<KeyStore>, KeyError> open(
        std::string const& directory, std::string const& kek_path, bool create);
    ~KeyStore();

    [[nodiscard]] std::uint32_t journal_key_id() const noexcept { return journal_key_id_; }
    // nullptr for an unknown id (destroyed or not ours).
    [[nodiscard]] Key256 const* journal_key(std::uint32_t key_id) const noexcept;
    // Durable duplicate secret and a boot-random PAN secret.
    [[nodiscard]] KeyedHash make_hash() const;
    // For CONTROL and tail.witness of this directory; its key outlives every journal key.
    [[nodiscard]] std::unique_ptr<PageMac> make_page_mac() const;

private:
    KeyStore() = default;
    std::uint32_t journal_key_id_ = 1;
    Key256 journal_key_{};
    KeyedHash::Secret dup_secret_{};
};

}  // namespace turnout::security
