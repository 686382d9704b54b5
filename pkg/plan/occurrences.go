package plan

import (
	"strconv"
	"strings"
	"time"

	"github.com/footfall-analytics/footfall/pkg/model"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// Occurrences plans what is known of events by their names, [model.AnyEvent] among them, as rows of (place, seen, in_range, latest): place
// is the name's index, latest the time of the newest such event up to now, null if there is none. seen counts events ahead of now, too.
func Occurrences(names []string, r model.Range, now time.Time) Statement {
	var args arguments
	from, to, present := args.timestamp(r.From), args.timestamp(r.To), args.timestamp(now)
	events := func(selected []string, more ...string) string {
		return "FROM user_events e WHERE " + all(selected, more)
	}
	list := make([]string, len(names))
	for i, name := range names {
		named := args.selects(&model.EventSelector{Event: name})
		list[i] = lines(
			"SELECT "+strconv.Itoa(i)+" AS place,",
			"    EXISTS (SELECT "+events(named)+") AS seen,",
			"    EXISTS (SELECT "+events(named, "e.time >= "+from, "e.time < "+to)+") AS in_range,",
			"    (SELECT max(e.time) "+events(named, "e.time <= "+present)+") AS latest",
		)
	}
	return Statement{
		SQL: strings.Join(list, "\nUNION ALL\n"), Args: args, Source: rawEvents,
		Reason: say.New("reason.occurrences", "nothing was found, and why is asked"),
	}
}

// Arrived plans the number of all events, as one row of (events): the limit at most.
func Arrived(limit int) Statement {
	var args arguments
	return Statement{
		SQL: "SELECT count(*) AS events FROM (SELECT FROM user_events LIMIT " + args.bind(limit, "int") + ") e", Args: args, Source: rawEvents,
		Reason: say.New("reason.arrived", "whether there are events at all"),
	}
}
