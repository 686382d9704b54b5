package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/footfall-analytics/footfall/collector/event"
	"github.com/footfall-analytics/footfall/collector/writer"
)

type replayCmd struct{ joinSettings }

// replayAtOnce is how many rejected events are in memory at once.
const replayAtOnce = 1000

// Run stores the events that the database takes now, and leaves the rest where they are.
func (c *replayCmd) Run(env *environment) error {
	return env.use(func(pool *pgxpool.Pool) error {
		table := &writer.Table{Pool: pool, Schema: env.Schema, Log: slog.New(slog.NewTextHandler(env.stderr, nil)), JoinKnownUsers: c.JoinKnownUsers}
		stored, left := 0, 0
		for after := int64(0); ; {
			list, err := rejectedAfter(env.ctx, pool, env.Schema, after)
			if err != nil {
				return err
			}
			if len(list) == 0 {
				break
			}
			for _, r := range list {
				after = r.ID
				switch reason, err := replay(env.ctx, table, r); {
				case err != nil:
					return err
				case reason != "":
					left++
					fmt.Fprintf(env.stdout, "%s of %s: %s\n", r.EventID, r.UserID, reason)
				default:
					stored++
				}
			}
		}
		fmt.Fprintf(env.stdout, "%d rejected events are stored now, %d still cannot be\n", stored, left)
		return nil
	})
}

type rejectedEvent struct {
	ID              int64
	EventID, UserID string
	Record          []byte
}

func rejectedAfter(ctx context.Context, pool *pgxpool.Pool, schema string, id int64) ([]rejectedEvent, error) {
	rows, err := pool.Query(ctx, fmt.Sprintf(`SELECT id, event_id::text, user_id, record FROM %s WHERE id > $1 ORDER BY id LIMIT %d`,
		pgx.Identifier{schema, "rejected_events"}.Sanitize(), replayAtOnce), id)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByPos[rejectedEvent])
}

// replay stores a rejected event, or returns why it still cannot be stored. The event is stored before its rejection is deleted, so that a
// crash in between loses nothing.
func replay(ctx context.Context, table *writer.Table, r rejectedEvent) (reason string, err error) {
	events, err := event.DecodeRecord(nil, r.Record)
	if err != nil {
		return err.Error(), nil
	}
	result, err := table.Insert(ctx, events, time.Minute)
	if err != nil {
		return "", err
	}
	if len(result.Rejected) > 0 {
		return result.Rejected[0].Reason, nil
	}
	tag, err := table.Pool.Exec(ctx, `DELETE FROM `+pgx.Identifier{table.Schema, "rejected_events"}.Sanitize()+` WHERE id = $1`, r.ID)
	if err == nil && tag.RowsAffected() != 1 {
		err = errors.New("a rejected event was deleted by somebody else meanwhile; run the command again")
	}
	return "", err
}
