package model

import "time"

// Range is a range of time, From inclusive, To exclusive. A zero From means the beginning of time.
type Range struct{ From, To time.Time }
