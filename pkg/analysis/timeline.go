package analysis

import "time"

// TimelineEvent is an event of a timeline. Values that are not set are nil.
type TimelineEvent struct {
	Time    time.Time `db:"time"`
	Event   string    `db:"event"`
	Page    *string   `db:"page"`
	Device  *string   `db:"device"`
	Session *string   `db:"session"`
	User    *string   `db:"user_id"`
	// Metadata is JSON; nil if it was LeftOut because it is too long.
	Metadata *string `db:"metadata"`
	LeftOut  bool    `db:"left_out"`
}
