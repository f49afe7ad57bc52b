// A loop's half of a listener: its own accepting socket (SO_REUSEPORT, so that the kernel spreads
// connections over the loops).
#pragma once
#include "switch/net/core_loop.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>

namespace turnout::net {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, Executor>;

struct ListenerState {
    ListenerState(boost::asio::io_context& io, ListenerShared& with, std::uint32_t at)
        : acceptor(io), shared(with), index(at)
    {
    }
    Acceptor acceptor;
    ListenerShared& shared;
    std::uint32_t index;
    bool ready = false;    // connections may be waiting
    bool waiting = false;  // an asynchronous wait is under way
    HandlerMemory memory;
};

}  // namespace turnout::net
