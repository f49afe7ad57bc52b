# Warnings are errors with both compilers, in every preset; not where the library is built alone, by
# whatever compiler and with whatever flags its users have.
add_library(turnout_warnings INTERFACE)
target_compile_options(turnout_warnings INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wnon-virtual-dtor
  -Wold-style-cast -Wcast-align -Woverloaded-virtual -Wdouble-promotion
  -Wformat=2 -Wimplicit-fallthrough -Wundef)
if(NOT TURNOUT_ONLY_PROTOCOL)
  target_compile_options(turnout_warnings INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # g++ reports paths that its inliner made up inside library headers; clang does not.
  target_compile_options(turnout_warnings INTERFACE -Wnull-dereference)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(turnout_warnings INTERFACE
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wuseless-cast)
  if(TURNOUT_SANITIZE)
    # Instrumentation makes the flow analysis see paths that do not exist.
    target_compile_options(turnout_warnings INTERFACE -Wno-maybe-uninitialized)
  endif()
endif()
