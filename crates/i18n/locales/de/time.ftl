# Lengths of time and how far an instant is away.

time-s = s
time-min = min
time-h = Std.
time-d = T.
# $n and $unit: "in 3 h"
time-in = in { $n } { $unit }
time-ago = vor { $n } { $unit }
