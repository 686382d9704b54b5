package engine

import (
	"context"
	"encoding/binary"
	"time"

	"github.com/footfall-analytics/footfall/pkg/plan"
	"github.com/footfall-analytics/footfall/pkg/say"
)

// countEvents counts events from the sources that the planner chose. It calls add with the quarter hours of closed days, and addRow with
// the rows of the statements that raw plans for the other pieces.
func countEvents[R any](
	ctx context.Context, r *reading, c plan.Counting, days []plan.Day,
	add func(start time.Time, events int64), raw func(plan.Piece) plan.Statement, addRow func(R),
) error {
	for _, p := range c.Pieces(days) {
		if p.Days != nil {
			if err := r.quarters(ctx, c.ReadQuarters(p), p, add); err != nil {
				return err
			}
			continue
		}
		list, err := rows[R](ctx, r, raw(p))
		if err != nil {
			return err
		}
		for _, row := range list {
			addRow(row)
		}
	}
	return nil
}

// quarters reads rows of quarter_counts.
func (r *reading) quarters(ctx context.Context, statement plan.Statement, p plan.Piece, add func(start time.Time, events int64)) error {
	if r.trace.Dry {
		r.trace.add(statement, 0, 0)
		return nil
	}
	read := 0
	err := r.snapshot.Stream(ctx, 0, statement, func(values [][]byte) error {
		read++
		events, err := intArray(values[1])
		if err != nil {
			return err
		}
		p.Quarters(dateOf(values[0]), events, add)
		return nil
	})
	r.trace.add(statement, read, 0)
	return err
}

// intArray reads an int[] of one dimension and without nulls in the server's binary form: a header of 20 bytes, and for each
// element its length and the element.
func intArray(value []byte) ([]int32, error) {
	const header, element = 20, 8
	if len(value) < header || (len(value)-header)%element != 0 {
		return nil, say.New("error.damaged-counts",
			"a closed day is damaged: its counts have {{bytes}} bytes; delete its row of closed_days to have it counted again", len(value)).Err()
	}
	numbers := make([]int32, (len(value)-header)/element)
	for i := range numbers {
		numbers[i] = int32(binary.BigEndian.Uint32(value[header+element*i+4:]))
	}
	return numbers, nil
}
