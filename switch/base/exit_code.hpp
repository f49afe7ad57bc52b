// Exit codes of turnoutd, in one place because every module that can refuse a start names one and
// supervisors and runbooks read them. What each asks of the operator:
// docs/operations/quickstart.md.
#pragma once

namespace turnout {

inline constexpr int kExitUsage = 2;           // the command line
inline constexpr int kExitConfig = 3;          // the configuration or the master data
inline constexpr int kExitIo = 70;             // the disk or the network failed
inline constexpr int kExitRefused = 78;        // the journal or the keys are not what they must be
inline constexpr int kExitReplayDiffers = 79;  // a record gives other balances than it says
inline constexpr int kExitInterrupted = 130;   // a signal while starting, a second one later

}  // namespace turnout
