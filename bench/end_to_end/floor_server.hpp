// The loop of the floor server: epoll on one thread, big reads, one write per connection and
// durable batch. Frames and answers, decides nothing. Owns its sockets; used by one thread.
#pragma once
#include "bench/end_to_end/canned_answer.hpp"
#include "bench/end_to_end/floor_journal.hpp"

#include <cstdint>
#include <memory>
#include <vector>

namespace turnout::bench {

class FloorServer {
public:
    // Listens on 127.0.0.1:`port` (0: any). `journal` may be null: then answers leave at once.
    // `wake_fd` is what the journal signals, `stop_fd` becomes readable when the run shall end.
    FloorServer(CannedAnswers const& answers, FloorJournal* journal, std::uint16_t port,
                int wake_fd, int stop_fd);
    ~FloorServer();
    FloorServer(FloorServer const&) = delete;
    FloorServer& operator=(FloorServer const&) = delete;

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    // Serves until `stop_fd` is readable.
    void run();

    [[nodiscard]] std::uint64_t messages() const noexcept { return messages_; }
    // Connections closed because of a request that no canned answer fits.
    [[nodiscard]] std::uint64_t unknown() const noexcept { return unknown_; }

private:
    struct Connection;

    void listen_on(std::uint16_t port);
    void watch(int fd, std::uint32_t events, std::uint64_t tag);
    void accept_all();
    void receive(Connection& connection);
    void take_frames(Connection& connection);
    void release(Connection& connection, std::uint64_t durable);
    void send_ready(Connection& connection);
    void on_durable();
    void publish_since(std::uint64_t appended);
    void close(Connection& connection);
    void collect_closed();
    void handle(std::uint64_t tag, std::uint32_t events);

    CannedAnswers const& answers_;
    FloorJournal* journal_;
    int epoll_ = -1;
    int listener_ = -1;
    int wake_fd_;
    int stop_fd_;
    std::uint16_t port_ = 0;
    bool stopping_ = false;
    std::uint64_t messages_ = 0;
    std::uint64_t unknown_ = 0;
    std::uint64_t released_ = 0;  // durable count that was last looked at
    std::vector<std::unique_ptr<Connection>> connections_;
};

}  // namespace turnout::bench
