// Result<T, E>: a value or one code of a module's error enum. The only place to change when
// std::expected is available with both compilers. Never call value(): test has_value() first.
#pragma once
#include <boost/system/result.hpp>

namespace turnout {

template <class T, class E>
using Result = boost::system::result<T, E>;

}  // namespace turnout
