#include "switch/security/key_store.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <stdlib.h>
#include <sys/stat.h>

namespace turnout::security {
namespace {

class KeyStoreTest : public testing::Test {
protected:
    KeyStoreTest()
    {
        auto pattern = (std::filesystem::temp_directory_path() / "turnout-keys-XXXXXX").string();
        EXPECT_NE(::mkdtemp(pattern.data()), nullptr);
        root_ = pattern;
        kek_ = (root_ / "kek").string();
        data_ = (root_ / "data" / "1").string();
        EXPECT_FALSE(KeyStore::create_kek(kek_));
    }
    ~KeyStoreTest() override { std::filesystem::remove_all(root_); }

    [[nodiscard]] static std::string read(std::string const& path)
    {
        std::string content(std::filesystem::file_size(path), '\0');
        std::ifstream(path, std::ios::binary)
            .read(content.data(), static_cast<std::streamsize>(content.size()));
        return content;
    }
    static void write(std::string const& path, std::string const& content)
    {
        std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
    }
    [[nodiscard]] std::string error_of(bool create = false) const
    {
        auto const opened = KeyStore::open(data_, kek_, create);
        return opened.has_error() ? opened.error().text : std::string();
    }
    [[nodiscard]] std::unique_ptr<KeyStore> open(bool create) const
    {
        auto opened = KeyStore::open(data_, kek_, create);
        EXPECT_TRUE(opened.has_value());
        auto* const store = opened.operator->();
        return store == nullptr ? nullptr : std::move(*store);
    }
    [[nodiscard]] std::string keys_path() const { return data_ + "/keys.bin"; }

    std::filesystem::path root_;
    std::string kek_;
    std::string data_;
};

TEST_F(KeyStoreTest, CreatedKeysComeBack)
{
    auto const created = open(true);
    ASSERT_NE(created, nullptr);
    auto const again = open(false);
    ASSERT_NE(again, nullptr);
    auto const id = created->journal_key_id();
    ASSERT_NE(created->journal_key(id), nullptr);
    EXPECT_EQ(*created->journal_key(id), *again->journal_key(id));
    EXPECT_NE(*created->journal_key(id), KeyStore::Key256{});
    EXPECT_EQ(created->journal_key(id + 1), nullptr);
}

TEST_F(KeyStoreTest, DuplicateHashSurvivesARestartAndThePanHashDoesNot)
{
    auto const created = open(true);
    auto const again = open(false);
    ASSERT_TRUE(created != nullptr && again != nullptr);
    auto const first = created->make_hash();
    auto const second = again->make_hash();
    char const terminal[8] = {'T', 'E', 'R', 'M', '0', '0', '0', '1'};
    EXPECT_EQ(first.dup_key(1, terminal, 1, 2, 3), second.dup_key(1, terminal, 1, 2, 3));
    std::uint8_t const pan[10] = {0x99, 0x99, 0x99};
    EXPECT_NE(first.pan(pan), second.pan(pan));
}

TEST_F(KeyStoreTest, FilesArePrivateAndHoldNoKeyInClear)
{
    auto const created = open(true);
    ASSERT_NE(created, nullptr);
    for (auto const& path : {kek_, keys_path()}) {
        struct stat about {};
        ASSERT_EQ(::stat(path.c_str(), &about), 0);
        EXPECT_EQ(about.st_mode & 07777U, 0600U) << path;
        EXPECT_FALSE(std::filesystem::exists(path + ".tmp"));
    }
    auto const key = *created->journal_key(1);
    std::string const needle(reinterpret_cast<char const*>(key.data()), 16);
    EXPECT_EQ(read(keys_path()).find(needle), std::string::npos);
    EXPECT_EQ(read(keys_path()).substr(0, 8), "TOKEYS01");
    EXPECT_EQ(read(kek_).size(), 65U);
}

TEST_F(KeyStoreTest, ExistingKekIsNeverOverwritten)
{
    auto const before = read(kek_);
    auto const error = KeyStore::create_kek(kek_);
    ASSERT_TRUE(error);
    EXPECT_NE(error->text.find("not overwritten"), std::string::npos);
    EXPECT_EQ(read(kek_), before);
}

TEST_F(KeyStoreTest, KekInADirectoryThatIsNotThereIsRefused)
{
    auto const error = KeyStore::create_kek((root_ / "nowhere" / "kek").string());
    ASSERT_TRUE(error);
    EXPECT_NE(error->text.find("cannot create"), std::string::npos);
}

TEST_F(KeyStoreTest, KekThatOthersCanReadIsRefused)
{
    for (auto const mode : {0644U, 0640U, 0604U, 0660U, 0700U, 04600U}) {
        ASSERT_EQ(::chmod(kek_.c_str(), mode), 0);
        EXPECT_NE(error_of(true).find("0600"), std::string::npos) << std::oct << mode;
    }
    ASSERT_EQ(::chmod(kek_.c_str(), 0600), 0);
    EXPECT_EQ(error_of(true), "");
}

TEST_F(KeyStoreTest, KekThatIsNotAFileIsRefused)
{
    ASSERT_TRUE(std::filesystem::remove(kek_));
    EXPECT_NE(error_of(true).find("cannot read"), std::string::npos);
    ASSERT_TRUE(std::filesystem::create_directory(kek_));
    EXPECT_NE(error_of(true), "");
}

TEST_F(KeyStoreTest, KekOfOtherFormIsRefusedWithoutShowingIt)
{
    for (auto const& bad :
         {std::string(), std::string(63, 'a'), std::string(66, 'a'), std::string(63, 'a') + "g",
          std::string(64, 'a') + " ", std::string(200, 'a')}) {
        write(kek_, bad);
        auto const error = error_of(true);
        EXPECT_NE(error.find("64 hex digits"), std::string::npos) << error;
        EXPECT_EQ(error.find("aaaa"), std::string::npos);
    }
    write(kek_, std::string(64, 'B'));  // no newline, capitals: fine
    EXPECT_EQ(error_of(true), "");
}

TEST_F(KeyStoreTest, OtherKekIsRefused)
{
    ASSERT_EQ(error_of(true), "");
    write(kek_, std::string(64, 'c'));
    EXPECT_NE(error_of().find("does not open"), std::string::npos);
    EXPECT_NE(error_of(true).find("does not open"), std::string::npos) << "nor is it replaced";
}

TEST_F(KeyStoreTest, EveryFlippedByteOfKeysIsRefused)
{
    ASSERT_EQ(error_of(true), "");
    auto const good = read(keys_path());
    for (std::size_t i = 0; i < good.size(); ++i) {
        auto bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 0x10);
        write(keys_path(), bad);
        EXPECT_NE(error_of(), "") << i;
    }
    write(keys_path(), good.substr(0, good.size() - 1));
    EXPECT_NE(error_of().find("size"), std::string::npos);
    write(keys_path(), good + "x");
    EXPECT_NE(error_of(), "");
    write(keys_path(), good);
    EXPECT_EQ(error_of(), "");
}

TEST_F(KeyStoreTest, MissingKeysAreNotCreatedUnasked)
{
    EXPECT_NE(error_of(false).find("there is none"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(keys_path()));
}

}  // namespace
}  // namespace turnout::security
