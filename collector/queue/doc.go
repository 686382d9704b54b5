// Package queue keeps records on disk until they have been stored elsewhere: an append-only log in a folder of its own.
//
// A record that was appended is on disk; appends that come while others are being written share the next write and its fsync.
// Records are read in the order in which they were appended, again from the first one that was not committed after a restart:
// at least once. What the end of the log lost in a crash was never acknowledged, and is passed over. Where anything else is damaged
// or missing the queue is not opened: [Check] tells what, and [Salvage] brings out all that can be read.
//
//	q, err := queue.Open(queue.Options{...})
//	err = q.Append(ctx, record) // it is on disk
//	batch, err := q.Read(ctx, 1<<20)
//	err = q.Commit(batch)       // it is stored elsewhere
//
// docs/decisions/queue.md says why its files are as they are.
package queue
