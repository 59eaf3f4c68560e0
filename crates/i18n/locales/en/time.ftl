# Lengths of time and how far an instant is away.

time-s = s
time-min = min
time-h = h
time-d = d
# $n and $unit: "in 3 h"
time-in = in { $n } { $unit }
time-ago = { $n } { $unit } ago
