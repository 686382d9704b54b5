package model

import "time"

// Range is a range of time, From inclusive, To exclusive. A zero From stands for the beginning of all time.
type Range struct{ From, To time.Time }
