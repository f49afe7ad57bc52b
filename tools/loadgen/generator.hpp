// The load generator: one thread, one epoll, all connections. Open model: message i leaves at its
// intended time, whatever the peer does; what cannot leave is counted as dropped. Saturating: every
// connection keeps `window` messages outstanding. Per cycle one send and one read per connection
// and at most one clock read for each.
#pragma once
#include "tools/loadgen/answer_reader.hpp"
#include "tools/loadgen/link.hpp"
#include "tools/loadgen/load.hpp"
#include "tools/loadgen/random.hpp"
#include "tools/loadgen/recorder.hpp"
#include "tools/loadgen/schedule.hpp"

#include <vector>

namespace turnout::loadgen {

class Generator {
public:
    Generator(LoadOptions const& options, Hooks const& hooks, LoadResult& result);
    ~Generator();
    Generator(Generator const&) = delete;
    Generator& operator=(Generator const&) = delete;

    [[nodiscard]] LoadStatus run(std::string& error);

private:
    [[nodiscard]] bool prepare(std::string& error);
    [[nodiscard]] LoadStatus connect_all(std::string& error);
    [[nodiscard]] bool open_link(std::size_t index, std::uint64_t timeout_ns, std::string& error);
    // Blocking; the answer's code, or empty when there was none.
    [[nodiscard]] std::string sign_on(Link& link, std::uint64_t timeout_ns);

    void loop();
    void cycle(std::uint64_t now);
    void queue_due(std::uint64_t now);
    void fill_windows();
    [[nodiscard]] bool fill_window(Link& link);  // true: something was queued
    void wait_and_receive(std::uint64_t now);
    [[nodiscard]] std::uint64_t wait_ns(std::uint64_t now) const noexcept;

    [[nodiscard]] bool queue(Link& link, std::uint64_t intended_ns, bool measured) noexcept;
    [[nodiscard]] Kind choose(Link& link, Reference& reference) noexcept;
    void mark_dirty(Link& link);
    void flush_dirty() noexcept;
    void stamp(Link& link, std::uint64_t now) noexcept;
    void flush(Link& link) noexcept;
    void receive(Link& link) noexcept;
    [[nodiscard]] std::size_t parse(Link& link, std::uint64_t now) noexcept;
    void on_answer(Link& link, ByteView body, std::uint64_t now) noexcept;
    void on_match(Link& link, Slot& slot, Answer const& answer, std::uint64_t now) noexcept;
    void remember(Link& link, Slot const& slot) noexcept;
    void verify(Link const& link, Slot const& slot) noexcept;

    void housekeeping(std::uint64_t now);
    void sweep(std::uint64_t now) noexcept;
    void give_up(Link& link, Slot& slot, std::uint64_t& counter) noexcept;
    void lose(Link& link) noexcept;
    void try_reconnect();
    void set_interest(Link& link, bool writable) noexcept;
    void set_time(std::uint64_t now) noexcept;
    void begin_measuring() noexcept;
    void end_sending(std::uint64_t now) noexcept;
    [[nodiscard]] std::uint64_t waiting() const noexcept;

    LoadOptions const& options_;
    Hooks const& hooks_;
    LoadResult& result_;
    std::vector<Link> links_;
    std::vector<std::uint32_t> dirty_;
    std::vector<MessageTemplate> templates_;  // index = Kind; unused kinds are never written
    std::vector<Card> cards_;
    Random random_;
    AnswerReader reader_;
    Schedule schedule_;
    std::unique_ptr<Recorder> recorder_;
    TemplateConfig template_config_;
    std::size_t frame_bytes_max_ = 0;  // largest template
    Kind only_ = Kind::auth;           // of a mix of one
    bool single_ = true;
    bool has_follow_ups_ = false;
    int epoll_ = -1;

    std::uint64_t index_ = 0;    // of the next message of the schedule
    std::uint64_t counted_ = 0;  // measured messages queued or dropped
    std::uint64_t start_ns_ = 0, measure_from_ns_ = 0, stop_at_ns_ = 0;
    std::uint64_t last_answer_ns_ = 0;
    std::uint64_t wall_offset_ns_ = 0, second_ = 0;
    MessageTime time_{};
    std::uint64_t next_sweep_ns_ = 0, next_progress_ns_ = 0, next_reconnect_ns_ = 0;
    std::uint64_t cpu_at_start_ns_ = 0;
    std::size_t open_links_ = 0;
    bool sending_ = true;
    bool measuring_ = false;
    bool signed_on_ = false;
};

}  // namespace turnout::loadgen
