#include "switch/base/config.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace turnout {
namespace {

constexpr std::string_view kGood = R"([data]
directory = "data"
kek_file = "/keys/kek"

[[listener]]
name = "pos"
port = 8583

[[link]]
name = "shop"
listener = "pos"
participant = "acquirer-1"
peers = ["10.1.0.0/16", "::1"]
acquirer_id = 100001
)";

std::string replaced(std::string_view from, std::string_view to)
{
    std::string text(kGood);
    auto const at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::string errors_of(std::string_view text, std::vector<std::string> const& overrides = {})
{
    auto const config = parse_config(text, "/etc/t.toml", overrides);
    return config.has_error() ? config.error() : "no error";
}

Config good(std::string_view text, std::vector<std::string> const& overrides = {})
{
    auto const config = parse_config(text, "/etc/t.toml", overrides);
    EXPECT_TRUE(config.has_value()) << (config.has_error() ? config.error() : "");
    return config.has_value() ? *config : Config{};
}

TEST(Config, reads_values_and_fills_in_defaults)
{
    auto const config = good(kGood);
    EXPECT_EQ(config.data.directory, "/etc/data");  // relative to the file
    EXPECT_EQ(config.data.kek_file, "/keys/kek");
    ASSERT_EQ(config.listeners.size(), 1U);
    EXPECT_EQ(config.listeners[0].port, 8583U);
    EXPECT_EQ(config.listeners[0].dialect, &iso8583::dialect_1987_binary());
    EXPECT_EQ(config.listeners[0].frame_timeout_ms, 5'000U);
    EXPECT_EQ(config.listeners[0].malformed_max, 16U);
    ASSERT_EQ(config.links.size(), 1U);
    EXPECT_EQ(config.links[0].blocks.size(), 2U);
    EXPECT_EQ(config.links[0].duplicate_time, DuplicateTime::de7);
    EXPECT_EQ(config.engine.spin_us, 0U);
    EXPECT_EQ(config.journal.sync, SyncChoice::fdatasync);
}

TEST(Config, names_an_unknown_section_with_a_suggestion)
{
    EXPECT_EQ(errors_of(std::string(kGood) + "[lisstener]\nport = 1\n"),
              R"(error: unknown key 'lisstener'
  --> /etc/t.toml:15:2
  15 | [lisstener]
     |  ^^^^^^^^^ did you mean 'listener'?
1 error; nothing was changed (exit 3)
)");
}

TEST(Config, names_an_unknown_key_with_a_suggestion)
{
    EXPECT_EQ(errors_of(replaced("port = 8583", "prot = 8583")),
              R"(error: unknown key 'prot' in [listener]
  --> /etc/t.toml:7:1
   7 | prot = 8583
     | ^^^^ did you mean 'port'?
1 error; nothing was changed (exit 3)
)");
}

TEST(Config, says_which_listeners_there_are)
{
    EXPECT_EQ(errors_of(replaced("listener = \"pos\"", "listener = \"atm\"")),
              R"(error: no link comes in by listener 'pos'
  --> /etc/t.toml:6:8
   6 | name = "pos"
     |        ^^^^^ every connection would be closed: add a [[link]]
error: link 'shop' points to listener 'atm', which is not defined
  --> /etc/t.toml:11:12
  11 | listener = "atm"
     |            ^^^^^ defined listeners: pos
2 errors; nothing was changed (exit 3)
)");
}

TEST(Config, gathers_every_error_of_a_file_in_order)
{
    auto const text = errors_of(R"([node]
id = 70000
[data]
directory = 5
[engine]
thread = "inlin"
spin_us = "x"
[journal]
allow_buffered = 1
[[listener]]
name = "a"
dialect = "87binry"
framing = "ascii4"
port = 70000
[[listener]]
name = "a"
address = "nowhere"
[[link]]
name = "l"
listener = "a"
participant = "p"
peers = ["10.1.2.3/16", 7]
acquirer_id = 0
)");
    std::size_t at = 0;
    for (char const* expected :
         {"'id' is out of range", ":2:6\n", "expected 1 to 65535", "'directory' must be a text",
          "[data] needs 'kek_file'", "'thread' cannot be 'inlin'", "did you mean 'inline'?",
          "'spin_us' must be a whole number", "'allow_buffered' must be true or false",
          "'dialect' cannot be '87binry'", "did you mean '87binary'?", "'port' is out of range",
          "listener 'a' is defined twice", "first on line 11", "'nowhere' is no address",
          "'10.1.2.3/16' is no address block", "'acquirer_id' is out of range",
          "errors; nothing was changed (exit 3)\n"})
        EXPECT_NE(text.find(expected), std::string::npos) << expected << "\nin\n" << text;
    at = text.find("'id' is out");
    EXPECT_LT(at, text.find("'acquirer_id'")) << text;
}

TEST(Config, shows_a_syntax_error_with_its_place)
{
    auto const text = errors_of("[data]\ndirectory = \n");
    EXPECT_NE(text.find("--> /etc/t.toml:2:"), std::string::npos) << text;
    EXPECT_NE(text.find("   2 | directory = "), std::string::npos) << text;
}

TEST(Config, refuses_tables_larger_than_the_machine)
{
    auto const text_of = [](std::uint64_t memory_bytes) {
        auto const config =
            parse_config(std::string(kGood) + "[engine]\ntransactions_max = 10000000\n",
                         "/etc/t.toml", {}, memory_bytes);
        return config.has_error() ? config.error() : "no error";
    };
    EXPECT_EQ(text_of(std::uint64_t{1} << 36U), "no error");
    auto const text = text_of(std::uint64_t{1} << 31U);
    EXPECT_NE(text.find("the tables, rings and sessions need"), std::string::npos) << text;
    EXPECT_NE(text.find(":16:20\n"), std::string::npos) << text;
}

TEST(Config, refuses_what_would_be_ambiguous)
{
    auto const again = std::string(kGood) +
                       "[[link]]\nname = \"shop2\"\nlistener = \"pos\"\nparticipant = \"p\"\n"
                       "peers = [\"10.1.0.0/16\"]\nacquirer_id = 7\n";
    EXPECT_NE(errors_of(again).find("'10.1.0.0/16' is also a peer of link 'shop'"),
              std::string::npos);
    auto const ports = std::string(kGood) + "[[listener]]\nname = \"atm\"\nport = 8583\n";
    EXPECT_NE(errors_of(ports).find("listeners 'pos' and 'atm' share 127.0.0.1 port 8583"),
              std::string::npos);
    EXPECT_NE(errors_of(std::string(kGood) + "[engine]\nthread = \"inline\"\nloops = 2\n")
                  .find("an inline engine runs on exactly one loop"),
              std::string::npos);
    EXPECT_NE(errors_of(replaced("port = 8583", "framing = \"ascii4\"\nframe_bytes_max = 10000"))
                  .find("frame_bytes_max does not fit the length of 'ascii4'"),
              std::string::npos);
}

TEST(Config, a_listener_has_any_framing)
{
    auto const framing_of = [](std::string_view keys) {
        auto const config = good(replaced("port = 8583", keys));
        return config.listeners.empty() ? wire::Framing{} : config.listeners[0].framing;
    };
    EXPECT_EQ(framing_of("port = 1"), wire::Framing::binary2);
    EXPECT_EQ(framing_of("framing = \"nac\""), *wire::framing_by_name("nac"));
    auto const changed =
        good(replaced("port = 8583",
                      "framing = \"vap\"\nheader = \"base24\"\nheader_swap = false\n"
                      "empty_frame = \"echo\"\nlength_includes_itself = true"));
    auto const& framing = changed.listeners[0].framing;
    EXPECT_EQ(*framing.header, wire::kBase24Header);
    EXPECT_FALSE(framing.swap);
    EXPECT_EQ(framing.empty, wire::EmptyFrame::echo);
    EXPECT_EQ(framing.counted_bytes, 4U);
    EXPECT_EQ(framing_of("framing = \"nac\"\nheader = \"none\"").header, nullptr);
    EXPECT_EQ(framing_of("framing = \"binary:2 trailer:x'03'\"").trailer_bytes, 1U);
    // What the file says survives being written out.
    auto const again = good(effective_config_text(changed));
    EXPECT_EQ(*again.listeners[0].framing.header, wire::kBase24Header);
    EXPECT_EQ(again.listeners[0].framing.counted_bytes, 4U);
    // Left at its default, the bound follows the length.
    EXPECT_EQ(good(replaced("port = 8583", "framing = \"ascii3\"")).listeners[0].frame_bytes_max,
              999U);
}

TEST(Config, framings_that_cannot_be_are_refused)
{
    struct Row {
        char const* keys;
        char const* want;
    };
    for (auto const& row : {
             Row{"framing = \"nak\"", "did you mean 'nac'?"},
             Row{"framing = \"binary:9\"", "at character 1: binary and bcd have 1 to 4 bytes"},
             Row{"framing = \"none\"", "it cannot cut a stream"},
             Row{"header = \"tpud\"", "did you mean 'tpdu'?"},
             Row{"header = \"a:2=b\"", "swapped with a name that does not exist"},
             Row{"framing = \"binary:1 max:20\"\nheader = \"base1\"", "cannot count this header"},
             Row{"framing = \"ascii3\"\nframe_bytes_max = 1000", "at most 999"},
             Row{"empty_frame = \"eco\"", "did you mean 'echo'?"},
         })
        EXPECT_NE(errors_of(replaced("port = 8583", row.keys)).find(row.want), std::string::npos)
            << errors_of(replaced("port = 8583", row.keys));
}

TEST(Config, overrides_reach_sections_and_named_entries)
{
    auto const config = good(kGood, {"engine.spin_us=50", "listener.pos.port=0", "log.format=json",
                                     "link.shop.also_acquirers=[5, 6]", "node.name=a b"});
    EXPECT_EQ(config.engine.spin_us, 50U);
    EXPECT_EQ(config.listeners[0].port, 0U);
    EXPECT_EQ(config.log.format, LogFormat::json);
    EXPECT_EQ(config.links[0].also_acquirers, (std::vector<std::uint64_t>{5, 6}));
    EXPECT_EQ(config.node.name, "a b");
}

TEST(Config, errors_of_overrides_name_the_override)
{
    EXPECT_EQ(errors_of(kGood, {"engine.spin_us=fast"}),
              "error: 'spin_us' must be a whole number\n  --> --set engine.spin_us=fast\n"
              "      expected 0 to 1000000\n1 error; nothing was changed (exit 3)\n");
    EXPECT_NE(errors_of(kGood, {"listener.poss.port=1"}).find("did you mean 'pos'?"),
              std::string::npos);
    EXPECT_NE(errors_of(kGood, {"engine.spinus=1"}).find("did you mean 'spin_us'?"),
              std::string::npos);
    EXPECT_NE(errors_of(kGood, {"nonsense"}).find("an override is section.key=value"),
              std::string::npos);
}

TEST(Config, default_text_loads_and_effective_text_loads_to_the_same)
{
    auto const config = good(default_config_text());
    auto const effective = effective_config_text(config);
    EXPECT_EQ(effective_config_text(good(effective)), effective);
    EXPECT_EQ(effective.find("# "), 0U);
    EXPECT_NE(default_config_text().find("# spin this long before sleeping"), std::string::npos);
}

TEST(Config, every_key_is_in_the_operations_manual)
{
    std::ostringstream manual;
    manual << std::ifstream("docs/operations/configuration.md").rdbuf();
    std::istringstream text(default_config_text());
    std::size_t keys = 0;
    for (std::string line; std::getline(text, line);) {
        auto const end = line.find(" = ");
        if (line.starts_with('#') || end == std::string::npos) continue;
        ++keys;
        EXPECT_NE(manual.str().find("\n| `" + line.substr(0, end) + "` |"), std::string::npos)
            << line;
    }
    EXPECT_GT(keys, 30U);
}

TEST(Config, says_which_file_cannot_be_read)
{
    auto const config = load_config("/nonexistent/turnout.toml");
    ASSERT_TRUE(config.has_error());
    EXPECT_NE(config.error().find("/nonexistent/turnout.toml: No such file"), std::string::npos);
}

TEST(AddressBlock, contains_what_its_prefix_says)
{
    auto const block = parse_address_block("10.1.0.0/16");
    ASSERT_TRUE(block.has_value());
    EXPECT_TRUE(block->contains(parse_address_block("10.1.255.9")->address));
    EXPECT_FALSE(block->contains(parse_address_block("10.2.0.0")->address));
    EXPECT_TRUE(parse_address_block("0.0.0.0/0")->contains(block->address));
    EXPECT_FALSE(parse_address_block("0.0.0.0/0")->contains(parse_address_block("::1")->address));
    EXPECT_TRUE(
        parse_address_block("10.1.2.0/23")->contains(parse_address_block("10.1.3.4")->address));
}

TEST(AddressBlock, refuses_what_is_none)
{
    for (auto const* text : {"", "10.1", "10.1.2.3/33", "10.1.2.3/", "10.1.2.3/x", "10.1.2.3/24",
                             "host", "::1/129", "2001:db8::1/32"})
        EXPECT_EQ(parse_address_block(text).has_value(), false) << text;
}

TEST(DidYouMean, finds_near_words_only)
{
    std::string_view const words[] = {"listener", "link", "log"};
    EXPECT_EQ(did_you_mean("lisstener", words), "listener");
    EXPECT_EQ(did_you_mean("lnk", words), "link");
    EXPECT_EQ(did_you_mean("participant", words), "");
}

}  // namespace
}  // namespace turnout
