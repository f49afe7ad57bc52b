#include "switch/security/key_store.hpp"

#include "switch/security/random.hpp"
#include "switch/security/small_file.hpp"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <system_error>

#include <openssl/crypto.h>
#include <openssl/evp.h>

namespace turnout::security {

namespace {

constexpr std::size_t kKekHexDigits = 64;
constexpr std::size_t kWrapOverheadBytes = 8;  // RFC 5649, for a multiple of 8
constexpr char kMagic[8] = {'T', 'O', 'K', 'E', 'Y', 'S', '0', '1'};

// What is wrapped. The outer header holds constants only, so everything variable is authentic.
struct Payload {
    std::uint32_t journal_key_id;
    std::uint32_t zero;
    KeyStore::Key256 journal_key;
    KeyedHash::Secret dup_secret;
};
static_assert(sizeof(Payload) == 232 && std::has_unique_object_representations_v<Payload>);

struct KeysFile {
    char magic[8];
    std::uint32_t version;
    std::uint32_t wrapped_bytes;
    std::array<std::byte, sizeof(Payload) + kWrapOverheadBytes> wrapped;
};
static_assert(sizeof(KeysFile) == 256 && std::has_unique_object_representations_v<KeysFile>);

// Wipes an object when the scope ends, on every path.
template <class T>
class Wiped {
public:
    Wiped() = default;
    ~Wiped() { OPENSSL_cleanse(&value, sizeof value); }
    Wiped(Wiped const&) = delete;
    Wiped& operator=(Wiped const&) = delete;
    T value{};
};

KeyError error_of(std::string const& path, std::string const& what)
{
    return {path + ": " + what};
}

std::string errno_text()
{
    return std::generic_category().message(errno);
}

std::optional<unsigned> hex_value(std::byte digit) noexcept
{
    auto const c = std::to_integer<unsigned>(digit);
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return {};
}

std::optional<KeyError> read_kek(std::string const& path, KeyStore::Key256& kek)
{
    auto content = read_small_file(path, kKekHexDigits + 1, true);
    if (!content && errno == EPERM)
        return error_of(path,
                        "a key-encryption key must be a regular file of the user that runs "
                        "the switch, mode 0600; run chown and chmod 600");
    if (!content && errno == EFBIG)
        return error_of(path, "too long; a key-encryption key is one line of 64 hex digits");
    if (!content && errno == ENOENT)
        return error_of(path,
                        "cannot read the key-encryption key: there is none; restore it, or for a "
                        "new and empty ledger make one: (umask 077; openssl rand -hex 32 > " +
                            path + ")");
    if (!content) return error_of(path, "cannot read the key-encryption key: " + errno_text());
    auto good = content->size() == kKekHexDigits ||
                (content->size() == kKekHexDigits + 1 && content->back() == std::byte{'\n'});
    for (std::size_t i = 0; good && i < kek.size(); ++i) {
        auto const high = hex_value((*content)[2 * i]);
        auto const low = hex_value((*content)[2 * i + 1]);
        good = high && low;
        if (good) kek[i] = static_cast<std::byte>(*high << 4U | *low);
    }
    OPENSSL_cleanse(content->data(), content->size());
    if (!good) return error_of(path, "a key-encryption key is one line of 64 hex digits");
    return {};
}

// AES-256 key wrap with padding, one way or the other. True only if exactly `out.size()` bytes
// came out and, when unwrapping, they are authentic.
bool wrap(bool encrypt, KeyStore::Key256 const& kek, ByteView in, ByteSpan out)
{
    auto* const context = EVP_CIPHER_CTX_new();
    if (context == nullptr) throw std::bad_alloc();
    EVP_CIPHER_CTX_set_flags(context, EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
    std::array<unsigned char, sizeof(KeysFile)> scratch{};
    int used = 0;
    int last = 0;
    auto const ok = EVP_CipherInit_ex(context, EVP_aes_256_wrap_pad(), nullptr,
                                      reinterpret_cast<unsigned char const*>(kek.data()), nullptr,
                                      encrypt ? 1 : 0) == 1 &&
                    EVP_CipherUpdate(context, scratch.data(), &used,
                                     reinterpret_cast<unsigned char const*>(in.data()),
                                     static_cast<int>(in.size())) == 1 &&
                    EVP_CipherFinal_ex(context, scratch.data() + used, &last) == 1 &&
                    static_cast<std::size_t>(used + last) == out.size();
    if (ok) std::memcpy(out.data(), scratch.data(), out.size());
    OPENSSL_cleanse(scratch.data(), scratch.size());
    EVP_CIPHER_CTX_free(context);
    return ok;
}

template <class T>
ByteView view_of(T const& object) noexcept
{
    return std::as_bytes(std::span(&object, 1));
}

std::optional<KeyError> create_keys(std::string const& path, KeyStore::Key256 const& kek)
{
    Wiped<Payload> payload;
    payload.value.journal_key_id = 1;
    fill_random(payload.value.journal_key);
    fill_random(payload.value.dup_secret);
    KeysFile file{};
    std::copy(std::begin(kMagic), std::end(kMagic), file.magic);
    file.version = 1;
    file.wrapped_bytes = sizeof file.wrapped;
    if (!wrap(true, kek, view_of(payload.value), file.wrapped))
        return error_of(path, "OpenSSL cannot wrap keys (AES-256 key wrap with padding)");
    if (!create_small_file(path, view_of(file)))
        return error_of(path, "cannot create the key file: " + errno_text());
    return {};
}

std::optional<KeyError> parse_keys(std::string const& path, KeyStore::Key256 const& kek,
                                   ByteView content, Payload& payload)
{
    if (content.size() != sizeof(KeysFile))
        return error_of(path, "not a key file of this version (size); restore it from its backup");
    auto const file = load<KeysFile>(content.data());
    if (!std::equal(std::begin(kMagic), std::end(kMagic), file.magic) || file.version != 1 ||
        file.wrapped_bytes != sizeof file.wrapped)
        return error_of(path, "not a key file of this version; restore it from its backup");
    auto const out = std::as_writable_bytes(std::span(&payload, 1));
    if (!wrap(false, kek, file.wrapped, out) || payload.zero != 0)
        return error_of(path,
                        "does not open under this key-encryption key: use the one it was "
                        "created with, or restore the file from its backup");
    return {};
}

}  // namespace

std::optional<KeyError> KeyStore::create_kek(std::string const& path)
{
    Wiped<Key256> key;
    fill_random(key.value);
    Wiped<std::array<char, kKekHexDigits + 1>> line;
    static constexpr char kHex[] = "0123456789abcdef";
    for (std::size_t i = 0; i < key.value.size(); ++i) {
        auto const octet = std::to_integer<unsigned>(key.value[i]);
        line.value[2 * i] = kHex[octet >> 4U];
        line.value[2 * i + 1] = kHex[octet & 15U];
    }
    line.value.back() = '\n';
    if (create_small_file(path, as_bytes({line.value.data(), line.value.size()}))) return {};
    if (errno == EEXIST)
        return error_of(path,
                        "there is a key-encryption key already; it is not overwritten, "
                        "because data under it would be lost");
    return error_of(path, "cannot create the key-encryption key: " + errno_text());
}

std::optional<KeyError> KeyStore::check_kek(std::string const& path)
{
    Wiped<Key256> kek;
    return read_kek(path, kek.value);
}

Result<std::unique_ptr<KeyStore>, KeyError> KeyStore::open(std::string const& directory,
                                                           std::string const& kek_path, bool create)
{
    Wiped<Key256> kek;
    if (auto error = read_kek(kek_path, kek.value)) return *error;
    if (create) {
        std::error_code failed;
        std::filesystem::create_directories(directory, failed);
        if (failed) return error_of(directory, "cannot create: " + failed.message());
    }
    auto const path = directory + "/keys.bin";
    auto content = read_small_file(path, sizeof(KeysFile), false);
    if (!content && errno == ENOENT && create) {
        if (auto error = create_keys(path, kek.value)) return *error;
        content = read_small_file(path, sizeof(KeysFile), false);
    }
    if (!content && errno == ENOENT)
        return error_of(path, "there is none; restore it, the journal cannot be read without it");
    if (!content) return error_of(path, "cannot read: " + errno_text());
    Wiped<Payload> payload;
    if (auto error = parse_keys(path, kek.value, *content, payload.value)) return *error;

    std::unique_ptr<KeyStore> store(new KeyStore);
    store->journal_key_id_ = payload.value.journal_key_id;
    store->journal_key_ = payload.value.journal_key;
    store->dup_secret_ = payload.value.dup_secret;
    return store;
}

KeyStore::~KeyStore()
{
    OPENSSL_cleanse(journal_key_.data(), journal_key_.size());
    OPENSSL_cleanse(dup_secret_.data(), dup_secret_.size());
}

KeyStore::Key256 const* KeyStore::journal_key(std::uint32_t key_id) const noexcept
{
    return key_id == journal_key_id_ ? &journal_key_ : nullptr;
}

KeyedHash KeyStore::make_hash() const
{
    Wiped<KeyedHash::Secret> boot;
    fill_random(boot.value);
    return {dup_secret_, boot.value};
}

std::unique_ptr<PageMac> KeyStore::make_page_mac() const
{
    static constexpr unsigned char kLabel[] = "turnout page mac 1";  // sets this use apart
    Wiped<Key256> key;
    std::size_t bytes = 0;
    auto* const made =
        EVP_Q_mac(nullptr, "HMAC", nullptr, "SHA256", nullptr, dup_secret_.data(),
                  dup_secret_.size(), kLabel, sizeof kLabel,
                  reinterpret_cast<unsigned char*>(key.value.data()), key.value.size(), &bytes);
    if (made == nullptr || bytes != key.value.size())
        throw std::runtime_error("OpenSSL offers no HMAC-SHA256");
    return std::make_unique<PageMac>(key.value);
}

}  // namespace turnout::security
